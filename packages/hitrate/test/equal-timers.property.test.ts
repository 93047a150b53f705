import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Timer } from '../src/clock.ts'
import { equalTimers, type StartTimer } from '../src/equal-timers.ts'
import { type ManualClock, manualClock } from '../src/testing/manual-clock.ts'

/** What a timer does when it fires, besides being noted. */
type Then =
  | { readonly does: 'nothing' }
  | { readonly does: 'start' }
  | { readonly does: 'cancel'; readonly which: number }

type Step =
  | { readonly does: 'start'; readonly then: Then }
  | { readonly does: 'cancel'; readonly which: number }
  | { readonly does: 'advance'; readonly by: number }
  | { readonly does: 'stall'; readonly by: number }

const which = fc.nat(30)
const then: fc.Arbitrary<Then> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Then>({ does: 'nothing' }) },
  { weight: 1, arbitrary: fc.constant<Then>({ does: 'start' }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('cancel'), which }) },
)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ does: fc.constant('start'), then }) },
  { weight: 4, arbitrary: fc.record({ does: fc.constant('cancel'), which }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('advance'), by: fc.integer({ min: 0, max: 80 }) }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('stall'), by: fc.integer({ min: 0, max: 200 }) }) },
)

/** What fired when; and after each step, whether a timer is left. */
async function run(steps: readonly Step[], startOn: (clock: ManualClock) => StartTimer): Promise<unknown[]> {
  const clock = manualClock()
  const start = startOn(clock)
  const timers: Timer[] = []
  const seen: unknown[] = []
  const cancel = (place: number): void => timers[place % Math.max(1, timers.length)]?.cancel()
  const add = (next: Then): void => {
    const id = timers.length
    timers.push(
      start(() => {
        seen.push([id, clock.now()])
        if (next.does === 'start') add({ does: 'nothing' })
        if (next.does === 'cancel') cancel(next.which)
      }),
    )
  }
  for (const one of steps) {
    if (one.does === 'start') add(one.then)
    else if (one.does === 'cancel') cancel(one.which)
    else if (one.does === 'advance') await clock.advance(one.by)
    else clock.advanceSync(one.by)
    seen.push(clock.pending > 0)
  }
  await clock.advance(1_000)
  return [...seen, clock.pending]
}

test('timers of one length fire as timers of their own would', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 40 }),
      fc.integer({ min: 1, max: 100 }),
      async (steps, delay) => {
        const shared = await run(steps, (clock) => equalTimers(clock, delay))
        const own = await run(steps, (clock) => (callback) => clock.timer(delay, callback))
        expect(shared).toEqual(own)
      },
    ),
  )
})

test('one timer of the clock is enough for any number of them', () => {
  const clock = manualClock()
  const start = equalTimers(clock, 100)
  const timers = Array.from({ length: 1_000 }, () => start(() => undefined))
  expect(clock.pending).toBe(1)
  for (const timer of timers) timer.cancel()
  expect(clock.pending).toBe(0)
})

test('one that throws holds up none of those that are due with it', async () => {
  const clock = manualClock()
  const start = equalTimers(clock, 100)
  const fired: string[] = []
  start(() => {
    throw new Error('of its own')
  })
  start(() => fired.push('second'))
  await expect(clock.advance(100)).rejects.toThrow('of its own')
  await clock.advance(0)
  expect(fired).toEqual(['second'])
})
