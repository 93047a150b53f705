import type { Milliseconds } from '../units.ts'
import { byName } from './by-name.ts'
import type { CacheStats } from './cache-stats.ts'
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
  OtherShare,
  patternStatsOf,
  type Row,
  rowsOf,
  withRemainder,
} from './rows.ts'
import { type Handle, OTHER, type SeriesTable } from './series-table.ts'
import { MetricsSnapshot, SeriesSnapshot } from './snapshot.ts'
import { asSeries, hitsAndMisses, latenciesOf, meanMs, statsOf } from './stats.ts'
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
    const matching: PatternStats[] = []
    const aggregate = new Tally(SERIES_SHAPE)
    const otherShare = new OtherShare()
    for (const row of this.#patterns(this.#window(query))) {
      otherShare.add(row)
      if (!matches(row.handle.label)) continue
      aggregate.merge(row.tally)
      matching.push(patternStatsOf(row))
    }
    return Object.freeze({
      patterns: matching.sort(sort).slice(0, limit),
      aggregate: statsOf(aggregate),
      total: matching.length,
      otherShare: otherShare.value,
    })
  }

  topPatterns(limit = 10, query: WindowQuery = {}): readonly PatternStats[] {
    return this.patterns(() => true, { ...query, limit }).patterns
  }

  endpoints(query: WindowQuery & { readonly limit?: number } = {}): EndpointsReport {
    const limit = limitOf(query.limit, DEFAULT_LIMIT)
    const window = this.#window(query)
    const all: { readonly handle: Handle; readonly stats: CacheStats }[] = []
    const otherShare = new OtherShare()
    for (const row of this.#endpoints(window)) {
      otherShare.add(row)
      all.push({ handle: row.handle, stats: statsOf(row.tally) })
    }
    all.sort(
      (a, b) => b.stats.totalRequests - a.stats.totalRequests || compare(a.handle.label, b.handle.label),
    )
    const cells = this.#ledger.cellRollup.read(window)
    const labels = new Map([...this.#ledger.patterns.handles()].map(({ series, label }) => [series, label]))
    return Object.freeze({
      endpoints: all.slice(0, limit).map(({ handle, stats }): EndpointStats => {
        const used: EndpointPatternStats[] = []
        for (const [pattern, cell] of this.#ledger.cells.row(handle.series)) {
          const tally = cells(cell)
          const label = labels.get(pattern)
          if (tally !== undefined && label !== undefined) used.push(cellStatsOf(label, tally))
        }
        return Object.freeze({ ...stats, endpoint: handle.label, patterns: withRemainder(used, stats) })
      }),
      total: all.length,
      otherShare: otherShare.value,
    })
  }

  tiers(query: WindowQuery = {}): readonly TierStats[] {
    const read = this.#ledger.tierRollup.read(this.#window(query))
    return TIERS.flatMap((tier) =>
      TIER_OPERATIONS.map((operation): TierStats => {
        const tally = read(this.#ledger.tiers[tier][operation])
        const took = tally?.histograms[0]
        return Object.freeze({
          tier,
          operation,
          calls: took?.count ?? 0,
          results: byName(TIER_RESULTS, (result) => tally?.count(resultAt(result)) ?? 0),
          avgMs: meanMs(took),
          ...latenciesOf(took),
        })
      }),
    )
  }

  lowPerformers(query: LowPerformersQuery = {}): readonly LowPerformer[] {
    const threshold = ratioOf('threshold', query.threshold ?? 0.5)
    const minRequests = wholeNumberOf('minRequests', query.minRequests ?? 10, 0)
    const low: { readonly stats: PatternStats; readonly ttl: Milliseconds | null }[] = []
    for (const row of this.#patterns(this.#window(query))) {
      const { hits, total } = hitsAndMisses(row.tally)
      if (row.handle.label === OTHER || total === 0 || total < minRequests || hits / total >= threshold)
        continue
      low.push({ stats: patternStatsOf(row), ttl: row.handle.ttl })
    }
    return low
      .sort(
        ({ stats: a }, { stats: b }) =>
          a.hitRate - b.hitRate || b.totalRequests - a.totalRequests || compare(a.pattern, b.pattern),
      )
      .map(
        ({ stats, ttl }): LowPerformer =>
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
    const tracked = (table: SeriesTable, rows: Iterable<Row>): TrackedSeries => {
      const otherShare = new OtherShare()
      for (const row of rows) otherShare.add(row)
      return Object.freeze({ tracked: table.size, max: table.cap, otherShare: otherShare.value })
    }
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
    const byLabel = (rows: Iterable<Row>): ReadonlyMap<string, SeriesSnapshot> => {
      const snapshots = new Map<string, SeriesSnapshot>()
      for (const { handle, tally } of rows) snapshots.set(handle.label, new SeriesSnapshot(tally.copy()))
      return snapshots
    }
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
    const read = this.#ledger.overallRollup.read(window)(this.#ledger.overall)
    return read === undefined ? new Tally(SERIES_SHAPE) : asSeries(read)
  }

  #patterns(window: Milliseconds): Iterable<Row> {
    const read = this.#ledger.patternRollup.read(window)
    return rowsOf(this.#ledger.patterns.handles(), ({ series }) => read(series))
  }

  #endpoints(window: Milliseconds): Iterable<Row> {
    const { endpoints, endpointRollup, pending } = this.#ledger
    const read = endpointRollup.read(window)
    return rowsOf(endpoints.handles(), ({ label, series }) =>
      label === UNMATCHED ? read(series, pending) : read(series),
    )
  }
}
