import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createMetrics } from '../../src/metrics/index.ts'
import { TIERS } from '../../src/metrics/tiers.ts'
import type { CacheEvent, MetricsCollector } from '../../src/metrics/types.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const event: fc.Arbitrary<CacheEvent> = fc.record({
  operation: fc.constantFrom('get', 'set'),
  key: fc.constantFrom('a:1', 'a:2', 'b:1', 'c:1', 'd:1'),
  hit: fc.boolean(),
  tier: fc.constantFrom('l1', 'l2'),
  responseTimeMs: fc.oneof(
    fc.constant(0),
    fc.integer({ min: 1, max: 10 ** 9 }).map((ns) => ns / 1e4),
  ),
  sizeBytes: fc.nat({ max: 100_000 }),
  endpoint: fc.constantFrom('/a', '/b', '__unmatched__'),
})
const wait = fc.oneof(
  fc.nat({ max: 30 * SECOND }),
  fc.nat({ max: HOUR }),
  fc.constantFrom(0, 10 * SECOND, MINUTE, 15 * MINUTE, 2 * HOUR, DAY),
)
const window = fc.constantFrom(MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR, DAY)
const step = fc.record({
  wait,
  events: fc.array(event, { maxLength: 8 }),
  asked: fc.array(window, { maxLength: 3 }),
})

/** Everything that is told of a window, but when it began. */
function toldOf(metrics: MetricsCollector, window: number): unknown {
  const { since: _, ...overall } = metrics.overall({ window })
  const { since: __, ...flow } = metrics.flow({ window })
  const { patterns, endpoints } = metrics.snapshot({ window })
  return {
    overall: { ...overall, windowSeconds: 0 },
    flow: { ...flow, windowSeconds: 0 },
    patterns: metrics.patterns({ window, sort: 'p95_response_time_ms' }),
    some: metrics.pattern('[ab]:*', { window, limit: 1 }),
    endpoints: metrics.endpoints({ window }).endpoints.map(({ patterns, ...stats }) => ({
      ...stats,
      // Counted by whole minutes: a window of finer buckets has more of them.
      patterns: window > 15 * MINUTE ? patterns : [],
    })),
    tiers: metrics.tiers({ window }),
    low: metrics.lowPerformers({ window, threshold: 1, minRequests: 2 }),
    snapshots: [patterns, endpoints].map((all) =>
      [...all]
        .map(([label, { stats, response }]) => ({ label, stats, buckets: response.buckets() }))
        .sort(byLabel),
    ),
  }
}

function byLabel(a: { readonly label: string }, b: { readonly label: string }): number {
  return a.label < b.label ? -1 : 1
}

/** Where a window begins: at a border of the finest tier that covers it. */
function begin(now: number, window: number): number {
  const { width } = TIERS.find(({ span }) => span >= window) ?? { width: Number.NaN }
  return Math.floor(now / width) * width - Math.ceil(window / width) * width
}

it('a report of a window is what a collector reports that counted nothing but the events of that window', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      const clock = manualClock()
      const metrics = createMetrics({ clock })
      const all: { readonly at: number; readonly event: CacheEvent }[] = []
      for (const { wait, events, asked } of steps) {
        clock.advanceSync(wait)
        for (const event of events) {
          metrics.record(event)
          all.push({ at: clock.wall(), event })
        }
        for (const window of asked) {
          const fresh = createMetrics({ clock })
          const from = begin(clock.wall(), window)
          for (const { at, event } of all) if (at >= from) fresh.record(event)
          expect(toldOf(metrics, window)).toEqual(toldOf(fresh, window))
        }
      }
    }),
    { numRuns: 100 },
  )
})
