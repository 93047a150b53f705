import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MetricsCollector, MetricsSnapshot } from '../../src/metrics/index.ts'
import { createMetrics } from '../../src/metrics/index.ts'
import { OUTCOMES } from '../../src/metrics/recorder.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'

const lookup = fc.record({
  key: fc.constantFrom('a:1', 'b:1', 'c:1'),
  outcome: fc.constantFrom(...OUTCOMES),
  endpoint: fc.constantFrom('/a', '/b'),
  response: fc.integer({ min: 1, max: 10_000_000 }).map((nanoseconds) => nanoseconds / 1e6),
})
type Lookup = typeof lookup extends fc.Arbitrary<infer One> ? One : never

function record(metrics: MetricsCollector, lookups: readonly Lookup[]): MetricsCollector {
  const { recorder } = metrics
  for (const { key, outcome, endpoint, response } of lookups) {
    metrics.withEndpoint(endpoint, () =>
      recorder.lookup(recorder.patternOf(key), outcome, response, response),
    )
  }
  return metrics
}

function fresh(lookups: readonly Lookup[]): MetricsSnapshot {
  return record(createMetrics({ clock: manualClock() }), lookups).snapshot()
}

function plain(snapshot: MetricsSnapshot): unknown {
  const rows = (series: MetricsSnapshot['patterns']): unknown =>
    [...series]
      .filter(([, { stats }]) => stats.totalRequests + stats.outcomes.bypass > 0)
      .map(([label, { stats, response }]) => [label, stats, response.buckets()])
      .sort()
  return [snapshot.overall.stats, rows(snapshot.patterns), rows(snapshot.endpoints)]
}

describe('a snapshot', () => {
  it('plus that of another process is what one process would have counted', () => {
    fc.assert(
      fc.property(fc.array(lookup), fc.array(lookup), (some, others) => {
        expect(plain(fresh(some).plus(fresh(others)))).toEqual(plain(fresh([...some, ...others])))
      }),
    )
  })
  it('minus an earlier one is what was counted in between', () => {
    fc.assert(
      fc.property(fc.array(lookup), fc.array(lookup), (before, since) => {
        const metrics = record(createMetrics({ clock: manualClock() }), before)
        const earlier = metrics.snapshot()
        const later = record(metrics, since).snapshot()
        expect(plain(later.minus(earlier))).toEqual(plain(fresh(since)))
      }),
    )
  })
  it('does not change when counting goes on, nor by plus or minus', () => {
    const one: Lookup = { key: 'a:1', outcome: 'hit_l1', endpoint: '/a', response: 1 }
    const metrics = record(createMetrics({ clock: manualClock() }), [one])
    const snapshot = metrics.snapshot()
    record(metrics, [one])
    snapshot.plus(metrics.snapshot())
    snapshot.minus(metrics.snapshot())
    expect(plain(snapshot)).toEqual(plain(fresh([one])))
    expect(snapshot.overall.response).toMatchObject({ count: 1, sum: 0.001 })
    expect(snapshot.overall.load.count).toBe(0)
  })
  it('is of the window asked for', () => {
    const clock = manualClock()
    const metrics = createMetrics({ clock })
    record(metrics, [{ key: 'a:1', outcome: 'hit_l1', endpoint: '/a', response: 1 }])
    clock.advanceSync(600_000)
    expect(metrics.snapshot({ window: '5m' }).overall.stats.totalRequests).toBe(0)
    expect(metrics.snapshot()).toMatchObject({ at: clock.wall(), overall: { stats: { totalRequests: 1 } } })
  })
})
