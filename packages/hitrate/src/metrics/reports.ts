import type { Milliseconds } from '../units.ts'
import { byName } from './by-name.ts'
import { assessHealth } from './health.ts'
import { HITS_PER_SAMPLE } from './hit-runs.ts'
import { resultAt, SERIES_SHAPE } from './layout.ts'
import { type Ledger, UNMATCHED } from './ledger.ts'
import type { SelfReport, TrackedSeries } from './live.ts'
import { limitOf, oneOf, ratioOf, settledWindow, wholeNumberOf } from './queries.ts'
import { recommend } from './recommendations.ts'
import { TIER_OPERATIONS, TIER_RESULTS, TIERS } from './recorder.ts'
import {
  cellStatsOf,
  compare,
  evidenceOf,
  ORDERS,
  otherShare,
  patternStatsOf,
  type Row,
  rowsOf,
  withRemainder,
} from './rows.ts'
import { OTHER, type SeriesTable } from './series-table.ts'
import { MetricsSnapshot, SeriesSnapshot } from './snapshot.ts'
import { asSeries, meanMs, quantileMs, statsOf } from './stats.ts'
import { Tally } from './tally.ts'
import {
  type EndpointPatternStats,
  type EndpointStats,
  type EndpointsReport,
  type HealthReport,
  type LowPerformer,
  type LowPerformersQuery,
  type OverallStats,
  PATTERN_SORTS,
  type PatternStats,
  type PatternsQuery,
  type PatternsReport,
  type TierStats,
  type WindowQuery,
} from './types.ts'

const DEFAULT_LIMIT = 100
const HEALTH_WINDOW: Milliseconds = 5 * 60_000

/** Answers what people ask, from the ledger's windows. */
export class Reports {
  readonly #ledger: Ledger
  /** Whether the L2 that is configured is of use; `undefined`: nobody told of one. */
  l2Available: boolean | undefined

  constructor(ledger: Ledger) {
    this.#ledger = ledger
  }

  overall(query: WindowQuery = {}): OverallStats {
    const window = this.#window(query)
    return Object.freeze({
      ...statsOf(this.#overall(window)),
      windowSeconds: window / 1_000,
      since: Math.max(this.#ledger.overallRollup.begin(window), this.#ledger.since),
    })
  }

  patterns(matches: (label: string) => boolean, query: PatternsQuery = {}): PatternsReport {
    const sort = ORDERS[oneOf('sort', query.sort ?? 'total_requests', PATTERN_SORTS)]
    const limit = limitOf(query.limit, DEFAULT_LIMIT)
    const all = this.#patterns(this.#window(query))
    const matching = all.filter(({ handle }) => matches(handle.label))
    const aggregate = new Tally(SERIES_SHAPE)
    for (const { tally } of matching) aggregate.merge(tally)
    return Object.freeze({
      patterns: matching.map(patternStatsOf).sort(sort).slice(0, limit),
      aggregate: statsOf(aggregate),
      total: matching.length,
      otherShare: otherShare(all),
    })
  }

  topPatterns(limit = 10, query: WindowQuery = {}): readonly PatternStats[] {
    return this.patterns(() => true, { ...query, limit }).patterns
  }

  endpoints(query: WindowQuery & { readonly limit?: number } = {}): EndpointsReport {
    const limit = limitOf(query.limit, DEFAULT_LIMIT)
    const window = this.#window(query)
    const all = this.#endpoints(window)
    const cells = this.#ledger.cellRollup.read(window)
    const labels = new Map([...this.#ledger.patterns.handles()].map(({ series, label }) => [series, label]))
    const sorted = all
      .map(({ handle, tally }) => ({ handle, stats: statsOf(tally) }))
      .sort(
        (a, b) => b.stats.totalRequests - a.stats.totalRequests || compare(a.handle.label, b.handle.label),
      )
    return Object.freeze({
      endpoints: sorted.slice(0, limit).map(({ handle, stats }): EndpointStats => {
        const used: EndpointPatternStats[] = []
        for (const [pattern, cell] of this.#ledger.cells.row(handle.series)) {
          const tally = cells.get(cell)
          const label = labels.get(pattern)
          if (tally !== undefined && label !== undefined) used.push(cellStatsOf(label, tally))
        }
        return Object.freeze({ ...stats, endpoint: handle.label, patterns: withRemainder(used, stats) })
      }),
      total: all.length,
      otherShare: otherShare(all),
    })
  }

  tiers(query: WindowQuery = {}): readonly TierStats[] {
    const read = this.#ledger.tierRollup.read(this.#window(query))
    return TIERS.flatMap((tier) =>
      TIER_OPERATIONS.map((operation): TierStats => {
        const tally = read.get(this.#ledger.tiers[tier][operation])
        const took = tally?.histograms[0]
        return Object.freeze({
          tier,
          operation,
          calls: took?.count ?? 0,
          results: byName(TIER_RESULTS, (result) => tally?.count(resultAt(result)) ?? 0),
          avgMs: meanMs(took),
          p50Ms: quantileMs(took, 0.5),
          p95Ms: quantileMs(took, 0.95),
          p99Ms: quantileMs(took, 0.99),
        })
      }),
    )
  }

  lowPerformers(query: LowPerformersQuery = {}): readonly LowPerformer[] {
    const threshold = ratioOf('threshold', query.threshold ?? 0.5)
    const minRequests = wholeNumberOf('minRequests', query.minRequests ?? 10, 0)
    return this.#patterns(this.#window(query))
      .map(({ handle, tally }) => ({ ...patternStatsOf({ handle, tally }), ttl: handle.ttl }))
      .filter(({ pattern, hitRate, totalRequests }) => {
        return pattern !== OTHER && totalRequests > 0 && totalRequests >= minRequests && hitRate < threshold
      })
      .sort(
        (a, b) => a.hitRate - b.hitRate || b.totalRequests - a.totalRequests || compare(a.pattern, b.pattern),
      )
      .map(
        ({ ttl, ...stats }): LowPerformer =>
          Object.freeze({
            pattern: stats.pattern,
            hitRate: stats.hitRate,
            totalRequests: stats.totalRequests,
            recommendation: recommend({ pattern: stats.pattern, ttl, missReasons: stats.missReasons }),
            evidence: evidenceOf(stats),
          }),
      )
  }

  health(query: WindowQuery = {}): HealthReport {
    const { options } = this.#ledger
    return assessHealth(
      statsOf(this.#overall(this.#window(query, Math.min(HEALTH_WINDOW, options.retention)))),
      {
        thresholds: options.health,
        l2Available: this.l2Available !== false,
        timestamp: options.clock.wall(),
      },
    )
  }

  self(query: WindowQuery = {}): SelfReport {
    const window = this.#window(query)
    const { bytes, patterns, endpoints } = this.#ledger
    const tracked = (table: SeriesTable, rows: readonly Row[]): TrackedSeries =>
      Object.freeze({ tracked: table.size, max: table.cap, otherShare: otherShare(rows) })
    return Object.freeze({
      sizeBytes: bytes,
      timedOneIn: HITS_PER_SAMPLE,
      patterns: tracked(patterns, this.#patterns(window)),
      endpoints: tracked(endpoints, this.#endpoints(window)),
      dropped: Object.freeze({ ...this.#ledger.dropped }),
    })
  }

  snapshot(query: WindowQuery = {}): MetricsSnapshot {
    const window = this.#window(query)
    const byLabel = (rows: readonly Row[]): ReadonlyMap<string, SeriesSnapshot> =>
      new Map(rows.map(({ handle, tally }) => [handle.label, new SeriesSnapshot(tally)]))
    return new MetricsSnapshot(
      this.#ledger.options.clock.wall(),
      new SeriesSnapshot(this.#overall(window)),
      byLabel(this.#patterns(window)),
      byLabel(this.#endpoints(window)),
    )
  }

  #window(query: WindowQuery, fallback?: Milliseconds): Milliseconds {
    return settledWindow(this.#ledger, query, fallback)
  }

  #overall(window: Milliseconds): Tally {
    const read = this.#ledger.overallRollup.read(window).get(this.#ledger.overall)
    return read === undefined ? new Tally(SERIES_SHAPE) : asSeries(read)
  }

  #patterns(window: Milliseconds): Row[] {
    return rowsOf(this.#ledger.patterns.handles(), this.#ledger.patternRollup.read(window))
  }

  #endpoints(window: Milliseconds): Row[] {
    const { endpoints, endpointRollup, pending } = this.#ledger
    const read = endpointRollup.read(window)
    const waiting = read.get(pending)
    if (waiting !== undefined) {
      const unmatched = endpoints.handle(UNMATCHED).series
      waiting.merge(read.get(unmatched) ?? new Tally(SERIES_SHAPE))
      read.set(unmatched, waiting)
    }
    return rowsOf(endpoints.handles(), read)
  }
}
