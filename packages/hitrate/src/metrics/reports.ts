import { compileGlob } from '../glob.ts'
import type { Milliseconds } from '../units.ts'
import { byName } from './by-name.ts'
import { assessHealth } from './health.ts'
import { resultAt, SERIES_SHAPE } from './layout.ts'
import { type Ledger, UNMATCHED } from './ledger.ts'
import { limitOf, oneOf, ratioOf, refuse, stepOf, textOf, wholeNumberOf, windowOf } from './queries.ts'
import { recommend } from './recommendations.ts'
import { TIER_OPERATIONS, TIER_RESULTS, TIERS } from './recorder.ts'
import type { Step } from './rollup.ts'
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
import { OTHER } from './series-table.ts'
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
  type SeriesPoint,
  type SeriesQuery,
  type TierStats,
  type WindowQuery,
} from './types.ts'

const DEFAULT_LIMIT = 100
const HEALTH_WINDOW: Milliseconds = 5 * 60_000

/** Answers what people ask, from the ledger's windows. */
export class Reports {
  readonly #ledger: Ledger
  /** Whether the L2 that is configured can be reached. */
  l2Available = true

  constructor(ledger: Ledger) {
    this.#ledger = ledger
  }

  overall(query: WindowQuery = {}): OverallStats {
    const window = this.#window(query)
    return Object.freeze({
      ...statsOf(this.#overall(window)),
      windowSeconds: window / 1_000,
      since: Math.max(this.#ledger.overallRollup.begin(window), this.#since),
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
        l2Available: this.l2Available,
        timestamp: options.clock.wall(),
      },
    )
  }
  series(query: SeriesQuery = {}): readonly SeriesPoint[] {
    const window = this.#window(query)
    const { width, steps } = this.#steps(window, stepOf(query.step), query)
    const since = this.#since
    return steps
      .filter(({ start }) => start + width > since)
      .map(({ start, tally }, place, kept) =>
        Object.freeze({ at: start, stats: statsOf(tally), unfinished: place === kept.length - 1 }),
      )
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

  /** What figures can't reach back beyond: the start, or the last reset. */
  get #since(): Milliseconds {
    return this.#ledger.resetAt ?? this.#ledger.startedAt
  }

  /** Checks the window, and closes what has ended until now. */
  #window(query: WindowQuery, fallback: Milliseconds = this.#ledger.options.retention): Milliseconds {
    const window = windowOf(query.window, fallback, this.#ledger.options.retention)
    this.#ledger.settle()
    return window
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

  #steps(
    window: Milliseconds,
    step: Milliseconds,
    { pattern, endpoint }: SeriesQuery,
  ): { width: Milliseconds; steps: Step[] } {
    const { overallRollup, overall, patternRollup, patterns, endpointRollup, endpoints, pending } =
      this.#ledger
    if (pattern !== undefined && endpoint !== undefined) {
      refuse('endpoint', endpoint, 'either a pattern or an endpoint, not both')
    }
    if (pattern !== undefined) {
      const matches = compileGlob(textOf('pattern', pattern))
      const wanted = [...patterns.handles()].filter(({ label }) => matches(label))
      return patternRollup.steps(
        window,
        step,
        wanted.map(({ series }) => series),
      )
    }
    if (endpoint !== undefined) {
      const handle = endpoints.find(textOf('endpoint', endpoint))
      const wanted = handle === undefined ? [] : [handle.series]
      return endpointRollup.steps(window, step, endpoint === UNMATCHED ? [...wanted, pending] : wanted)
    }
    const { width, steps } = overallRollup.steps(window, step, [overall])
    return { width, steps: steps.map(({ start, tally }) => ({ start, tally: asSeries(tally) })) }
  }
}
