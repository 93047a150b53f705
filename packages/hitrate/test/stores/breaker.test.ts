import { describe, expect, test } from 'vitest'
import type { BreakerState } from '../../src/metrics/recorder.ts'
import { createBreaker } from '../../src/stores/breaker.ts'
import { DEFAULT_BREAKER } from '../../src/stores/store.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'

/** A breaker whose probes the test answers; without jitter unless `random` is given. */
function breakerOnClock(options: { readonly random?: () => number } = {}) {
  const clock = manualClock()
  const states: BreakerState[] = []
  const probes: PromiseWithResolvers<boolean>[] = []
  const breaker = createBreaker({
    clock: { ...clock, now: clock.now, random: options.random ?? (() => 0) },
    settings: DEFAULT_BREAKER,
    probe: () => {
      const probe = Promise.withResolvers<boolean>()
      probes.push(probe)
      return probe.promise
    },
    onChange: (state) => void states.push(state),
  })
  const fail = (times: number): void => {
    for (let time = 0; time < times; time++) breaker.failed(breaker.era)
  }
  /** Lets `pause` pass and answers the probe that is due then. */
  const probed = async (pause: number, well: boolean): Promise<void> => {
    await clock.advance(pause)
    probes.at(-1)?.resolve(well)
    await clock.advance(0)
  }
  return { breaker, clock, states, probes, fail, probed }
}

describe('the breaker', () => {
  test('admits calls until five in a row have failed', () => {
    const { breaker, states, fail } = breakerOnClock()
    fail(4)
    expect(breaker.admits).toBe(true)
    fail(1)
    expect(breaker.admits).toBe(false)
    expect(breaker.state).toBe('open')
    expect(states).toEqual(['open'])
  })

  test('begins its count anew after any success', () => {
    const { breaker, fail } = breakerOnClock()
    fail(4)
    breaker.succeeded(breaker.era)
    fail(4)
    expect(breaker.state).toBe('closed')
    fail(1)
    expect(breaker.state).toBe('open')
  })

  test('asks once after the pause, admits nobody meanwhile, and closes when it is answered', async () => {
    const { breaker, clock, states, probes, fail } = breakerOnClock()
    fail(5)
    await clock.advance(999)
    expect(probes).toHaveLength(0)
    await clock.advance(1)
    expect(probes).toHaveLength(1)
    expect(breaker.state).toBe('half_open')
    expect(breaker.admits).toBe(false)
    await clock.advance(60_000)
    expect(probes).toHaveLength(1)
    probes[0]?.resolve(true)
    await clock.advance(0)
    expect(breaker.admits).toBe(true)
    expect(states).toEqual(['open', 'half_open', 'closed'])
    expect(clock.pending).toBe(0)
  })

  test('doubles its pause after each probe that failed, up to the longest, and begins anew once closed', async () => {
    const { breaker, clock, probes, fail, probed } = breakerOnClock()
    fail(5)
    for (const seconds of [1, 2, 4, 8, 16, 30, 30]) {
      const before = probes.length
      await clock.advance(seconds * 1_000 - 1)
      expect(probes).toHaveLength(before)
      await probed(1, false)
      expect(probes).toHaveLength(before + 1)
    }
    await probed(30_000, true)
    expect(breaker.state).toBe('closed')
    fail(5)
    await clock.advance(1_000)
    expect(breaker.state).toBe('half_open')
  })

  test('counts five failures again after it closed', async () => {
    const { breaker, fail, probed } = breakerOnClock()
    fail(5)
    await probed(1_000, true)
    fail(4)
    expect(breaker.state).toBe('closed')
    fail(1)
    expect(breaker.state).toBe('open')
  })

  test('takes a probe that rejects or throws for a failed one', async () => {
    const clock = manualClock()
    const answers = [
      () => Promise.reject(new Error('gone')),
      () => {
        throw new Error('not connected')
      },
      async () => true,
    ]
    const breaker = createBreaker({
      clock,
      settings: { failures: 1, pause: 100, maxPause: 100 },
      probe: () => (answers.shift() ?? (async () => false))(),
      onChange: () => undefined,
    })
    breaker.failed(breaker.era)
    await clock.advance(100)
    expect(breaker.state).toBe('open')
    await clock.advance(100)
    expect(breaker.state).toBe('open')
    await clock.advance(100)
    expect(breaker.state).toBe('closed')
  })

  test.each([
    [0, 1_000],
    [0.5, 875],
    [0.999, 750.25],
  ])('shortens a pause of 1 s by up to a quarter: chance %f makes it %f ms', async (chance, pause) => {
    const { breaker, clock, fail } = breakerOnClock({ random: () => chance })
    fail(5)
    await clock.advance(pause - 0.001)
    expect(breaker.state).toBe('open')
    await clock.advance(0.001)
    expect(breaker.state).toBe('half_open')
  })

  test('is neither closed nor kept open by late results of calls sent before it opened', async () => {
    const { breaker, clock, probes, fail, probed } = breakerOnClock()
    const before = breaker.era
    fail(5)
    breaker.succeeded(before)
    expect(breaker.state).toBe('open')
    for (let late = 0; late < 10; late++) breaker.failed(before)
    await clock.advance(1_000)
    expect(probes).toHaveLength(1)
    breaker.succeeded(before)
    breaker.failed(before)
    expect(breaker.state).toBe('half_open')
    await probed(0, true)
    for (let late = 0; late < 10; late++) breaker.failed(before)
    expect(breaker.state).toBe('closed')
  })

  test('closes on a new link, and sends no probe then', async () => {
    const { breaker, clock, states, probes, fail } = breakerOnClock()
    fail(5)
    breaker.reset()
    expect(breaker.admits).toBe(true)
    expect(clock.pending).toBe(0)
    await clock.advance(60_000)
    expect(probes).toHaveLength(0)
    expect(states).toEqual(['open', 'closed'])
  })

  test('counts no failure of the old link against a new one', () => {
    const { breaker, states, fail } = breakerOnClock()
    fail(4)
    const before = breaker.era
    breaker.reset()
    for (let late = 0; late < 10; late++) breaker.failed(before)
    fail(4)
    expect(breaker.state).toBe('closed')
    expect(states).toEqual([])
  })

  test('lets the answer of a probe over the old link change nothing on the new one', async () => {
    const { breaker, clock, states, probes, fail } = breakerOnClock()
    fail(5)
    await clock.advance(1_000)
    breaker.reset()
    probes[0]?.resolve(false)
    await clock.advance(0)
    expect(breaker.state).toBe('closed')
    expect(states).toEqual(['open', 'half_open', 'closed'])
    expect(clock.pending).toBe(0)
  })

  test('stays as it is once ended, and leaves no timer', async () => {
    const { breaker, clock, probes, fail } = breakerOnClock()
    fail(5)
    breaker.close()
    expect(clock.pending).toBe(0)
    breaker.reset()
    await clock.advance(60_000)
    expect(probes).toHaveLength(0)
    expect(breaker.state).toBe('open')
  })

  test('sets no timer after it ended, whatever fails or is answered then', async () => {
    const { breaker, clock, probes, fail } = breakerOnClock()
    fail(5)
    await clock.advance(1_000)
    breaker.close()
    probes[0]?.resolve(false)
    await clock.advance(0)
    expect(clock.pending).toBe(0)
    const other = breakerOnClock()
    other.breaker.close()
    other.fail(10)
    expect(other.breaker.admits).toBe(true)
    expect(other.clock.pending).toBe(0)
  })
})
