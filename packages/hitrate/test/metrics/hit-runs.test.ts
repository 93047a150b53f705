import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HITS_PER_SAMPLE } from '../../src/metrics/hit-runs.ts'
import { createMetrics } from '../../src/metrics/index.ts'
import type { PatternHandle } from '../../src/metrics/recorder.ts'
import type { MetricsCollector } from '../../src/metrics/types.ts'
import { type ManualClock, manualClock } from '../../src/testing/manual-clock.ts'

/** As a lookup does it; returns whether it had to be timed. */
function hit({ recorder }: MetricsCollector, pattern: PatternHandle, clock: ManualClock, took = 1): boolean {
  if (recorder.hit(pattern, clock.now())) return false
  recorder.lookup(pattern, 'hit_l1', took, took)
  return true
}

describe('hits of L1 that are put off', () => {
  it('are all there as soon as somebody reads', () => {
    const clock = manualClock()
    const metrics = createMetrics({ clock })
    const pattern = metrics.recorder.patternOf('product:1')
    for (let count = 1; count <= 100; count++) {
      hit(metrics, pattern, clock)
      expect(metrics.overall().outcomes.hit_l1).toBe(count)
    }
    expect(metrics.totals().requests.hit_l1).toBe(100)
    expect(metrics.patterns().patterns).toMatchObject([{ pattern: 'product:*', totalRequests: 100 }])
    expect(metrics.endpoints().endpoints).toMatchObject([{ endpoint: '__none__', totalRequests: 100 }])
  })

  it('are timed once in a while, and the others count as long as the one before them', () => {
    const clock = manualClock()
    const metrics = createMetrics({ clock })
    const pattern = metrics.recorder.patternOf('product:1')
    const timed = Array.from({ length: 3 * HITS_PER_SAMPLE }, (_, at) =>
      hit(metrics, pattern, clock, 1 + Math.floor(at / HITS_PER_SAMPLE)),
    )
    expect(timed.flatMap((was, at) => (was ? [at] : []))).toEqual([0, HITS_PER_SAMPLE, 2 * HITS_PER_SAMPLE])
    const { hit_l1 } = metrics.totals().requestDuration
    expect(hit_l1.count).toBe(3 * HITS_PER_SAMPLE)
    expect(hit_l1.sum * 1_000).toBeCloseTo((1 + 2 + 3) * HITS_PER_SAMPLE, 3)
  })

  it('count in the minute in which they were, and once', () => {
    const clock = manualClock()
    const metrics = createMetrics({ clock })
    const pattern = metrics.recorder.patternOf('product:1')
    for (let count = 0; count < 10; count++) hit(metrics, pattern, clock)
    clock.advanceSync(10 * 60_000)
    hit(metrics, pattern, clock)
    expect(metrics.overall({ window: '1m' }).outcomes.hit_l1).toBe(1)
    expect(metrics.overall({ window: '1h' }).outcomes.hit_l1).toBe(11)
    expect(metrics.totals().requests.hit_l1).toBe(11)
  })

  it('count also where the minute ended while one was timed', () => {
    const clock = manualClock()
    const metrics = createMetrics({ clock })
    const pattern = metrics.recorder.patternOf('product:1')
    for (let minute = 1; minute <= 3; minute++) {
      expect(metrics.recorder.hit(pattern, clock.now())).toBe(false)
      clock.advanceSync(60_000)
      metrics.recorder.lookup(pattern, 'hit_l1', 60_000, 60_000)
      expect(metrics.totals().requests.hit_l1).toBe(minute)
    }
  })

  it('are forgotten by a reset, but not by the totals', () => {
    const clock = manualClock()
    const metrics = createMetrics({ clock })
    const pattern = metrics.recorder.patternOf('product:1')
    for (let count = 0; count < 10; count++) hit(metrics, pattern, clock)
    metrics.reset()
    hit(metrics, pattern, clock)
    expect(metrics.overall().outcomes.hit_l1).toBe(1)
    expect(metrics.totals().requests.hit_l1).toBe(11)
  })

  it('sum to the whole by pattern and by endpoint, whatever is done in between', () => {
    const step = fc.record({
      key: fc.integer({ min: 0, max: 30 }),
      endpoint: fc.integer({ min: -1, max: 8 }),
      hits: fc.integer({ min: 1, max: 80 }),
      pause: fc.constantFrom(0, 0, 0, 1_000, 61_000, 3_600_000),
      after: fc.constantFrom('nothing', 'read', 'miss'),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const clock = manualClock()
        // So few that labels are folded, and their handles retired, while hits of theirs are pending.
        const metrics = createMetrics({ clock, maxPatterns: 5, maxEndpoints: 4 })
        let made = 0
        for (const { key, endpoint, hits, pause, after } of steps) {
          const pattern = metrics.recorder.patternOf(`family${key}:7`)
          const work = (): void => {
            for (let count = 0; count < hits; count++) hit(metrics, pattern, clock)
            if (after === 'miss') metrics.recorder.lookup(pattern, 'miss', 1, 1, 'cold')
          }
          if (endpoint < 0) work()
          else metrics.withEndpoint(`/route/${endpoint}`, work)
          made += hits + (after === 'miss' ? 1 : 0)
          if (after === 'read') expect(metrics.overall().totalRequests).toBe(made)
          clock.advanceSync(pause)
        }
        const window = { window: '24h' } as const
        const sum = (rows: readonly { readonly totalRequests: number }[]): number =>
          rows.reduce((total, { totalRequests }) => total + totalRequests, 0)
        const whole = metrics.overall(window).totalRequests
        expect(sum(metrics.patterns(window).patterns)).toBe(whole)
        expect(sum(metrics.endpoints(window).endpoints)).toBe(whole)
        const { requests } = metrics.totals()
        expect(requests.hit_l1 + requests.miss).toBe(made)
      }),
      { numRuns: 300 },
    )
  })
})
