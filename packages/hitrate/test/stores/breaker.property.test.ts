import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createBreaker } from '../../src/stores/breaker.ts'
import type { BreakerSettings } from '../../src/stores/store.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'

type Step =
  | { readonly does: 'send' }
  | { readonly does: 'succeed' | 'fail'; readonly call: number }
  | { readonly does: 'wait'; readonly by: number }
  | { readonly does: 'probe'; readonly well: boolean }
  | { readonly does: 'reset' }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Step>({ does: 'send' }) },
  {
    weight: 8,
    arbitrary: fc.record({ does: fc.constantFrom('succeed', 'fail', 'fail', 'fail'), call: fc.nat(40) }),
  },
  { weight: 4, arbitrary: fc.record({ does: fc.constant('wait'), by: fc.integer({ min: 1, max: 500 }) }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('probe'), well: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constant<Step>({ does: 'reset' }) },
)

const settings: fc.Arbitrary<BreakerSettings> = fc.record({
  failures: fc.integer({ min: 1, max: 4 }),
  pause: fc.integer({ min: 1, max: 300 }),
  maxPause: fc.integer({ min: 300, max: 1_000 }),
})

/** What a breaker is, as simply as it can be said: calls are objects that know whether they still matter. */
class Model {
  state: 'closed' | 'open' | 'half_open' = 'closed'
  calls: { matters: boolean }[] = []
  failures = 0
  pause: number
  asksAt = Number.POSITIVE_INFINITY
  readonly #settings: BreakerSettings

  constructor(settings: BreakerSettings) {
    this.#settings = settings
    this.pause = settings.pause
  }

  send(): void {
    if (this.state === 'closed') this.calls.push({ matters: true })
  }

  end(index: number, well: boolean, now: number): void {
    const [call] = this.calls.splice(index % Math.max(1, this.calls.length), 1)
    if (!call?.matters) return
    this.failures = well ? 0 : this.failures + 1
    if (this.failures === this.#settings.failures) this.#open(now)
  }

  wait(now: number): void {
    if (now < this.asksAt) return
    this.state = 'half_open'
    this.asksAt = Number.POSITIVE_INFINITY
  }

  probe(well: boolean, now: number): void {
    if (this.state !== 'half_open') return
    if (well) this.reset()
    else this.#open(now)
  }

  reset(): void {
    this.#forget()
    this.state = 'closed'
    this.pause = this.#settings.pause
    this.asksAt = Number.POSITIVE_INFINITY
  }

  #open(now: number): void {
    this.#forget()
    this.state = 'open'
    this.asksAt = now + this.pause
    this.pause = Math.min(this.pause * 2, this.#settings.maxPause)
  }

  #forget(): void {
    this.failures = 0
    for (const call of this.calls) call.matters = false
  }
}

test('the breaker does what its model does, whatever happens in which order', async () => {
  await fc.assert(
    fc.asyncProperty(settings, fc.array(step, { maxLength: 60 }), async (given, steps) => {
      const clock = manualClock()
      let answer: ((well: boolean) => void) | undefined
      let probes = 0
      const breaker = createBreaker({
        clock: { ...clock, random: () => 0 },
        settings: given,
        probe: () => {
          probes++
          expect(answer).toBeUndefined()
          return new Promise((resolve) => {
            answer = resolve
          })
        },
        onChange: () => undefined,
      })
      const model = new Model(given)
      const eras: number[] = []
      let expectedProbes = 0

      for (const one of steps) {
        switch (one.does) {
          case 'send':
            if (breaker.admits) eras.push(breaker.era)
            model.send()
            break
          case 'succeed':
          case 'fail': {
            const [era] = eras.splice(one.call % Math.max(1, eras.length), 1)
            if (era !== undefined) {
              if (one.does === 'succeed') breaker.succeeded(era)
              else breaker.failed(era)
            }
            model.end(one.call, one.does === 'succeed', clock.now())
            break
          }
          case 'wait': {
            const before = model.state
            await clock.advance(one.by)
            model.wait(clock.now())
            if (before !== model.state) expectedProbes++
            break
          }
          case 'probe':
            answer?.(one.well)
            answer = undefined
            await clock.advance(0)
            model.probe(one.well, clock.now())
            break
          case 'reset':
            breaker.reset()
            answer = undefined
            model.reset()
            break
        }
        expect(breaker.state).toBe(model.state)
        expect(breaker.admits).toBe(model.state === 'closed')
        expect(clock.pending).toBe(model.state === 'open' ? 1 : 0)
        expect(probes).toBe(expectedProbes)
      }
    }),
    { numRuns: 300 },
  )
})
