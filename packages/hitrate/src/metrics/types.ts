import type { Clock } from '../clock.ts'
import type { Bytes, Duration, Milliseconds, Ratio } from '../units.ts'
import type { CacheStats } from './cache-stats.ts'
import type { HistogramValue } from './histogram.ts'
import type {
  DropReason,
  FlowReport,
  L1Size,
  L1State,
  L2Node,
  L2State,
  MetricsEvent,
  NamedSeries,
  SelfReport,
  SeriesPoint,
} from './live.ts'
import type {
  BreakerState,
  EvictionReason,
  Incident,
  InvalidationKind,
  LoadResult,
  LoadTrigger,
  MissReason,
  Outcome,
  Recorder,
  Tier,
  TierOperation,
  TierResult,
  WarmKeyResult,
} from './recorder.ts'
import type { MetricsSnapshot } from './snapshot.ts'

export type { CacheStats, LoadStats } from './cache-stats.ts'
export type {
  DropReason,
  FlowPart,
  FlowReport,
  L1Size,
  L2Node,
  L2State,
  Latencies,
  MetricsEvent,
  MetricsEventKind,
  NamedSeries,
  SelfReport,
  SeriesPoint,
  TrackedSeries,
} from './live.ts'

/** What was done to a cache that is not ours, as told to `record` and `measure`. */
export const CACHE_OPERATIONS = ['get', 'set', 'delete'] as const
export type CacheOperation = (typeof CACHE_OPERATIONS)[number]

/** One operation on any cache. */
export interface CacheEvent {
  readonly operation: CacheOperation
  readonly key: string
  /** For `get`: whether a value was found. */
  readonly hit: boolean
  /** Which tier answered. Default `l2`. */
  readonly tier?: 'l1' | 'l2'
  readonly responseTimeMs: Milliseconds
  /** Default: that of the calling async context (`withEndpoint`, an adapter of the monitor). */
  readonly endpoint?: string
  readonly sizeBytes?: Bytes
}

/** A user's rule: the first that matches a key decides its pattern, before inference. */
export interface PatternRule {
  readonly match: RegExp
  /** The pattern's label, for example `product:*`; may use `$1`. */
  readonly pattern: string
}

/** When health turns; see `health.ts` for the rules. */
export interface HealthThresholds {
  /** Below: degraded. Default 0.5. */
  readonly minHitRate: Ratio
  /** From here: degraded. Default 50. */
  readonly maxAvgResponseMs: Milliseconds
  /** From here: warning. Default 100. */
  readonly maxP95ResponseMs: Milliseconds
  /** Fewer lookups in the window say nothing. Default 20. */
  readonly minRequests: number
}

export interface MetricsOptions {
  /** How long windows are kept. Default `24h`, at most `24h`, at least `15m`. */
  readonly retention?: Duration
  readonly patterns?: readonly PatternRule[]
  /** Series at the most; the least used beyond go to `__other__`. Defaults 200 and 100. */
  readonly maxPatterns?: number
  readonly maxEndpoints?: number
  readonly health?: Partial<HealthThresholds>
  readonly clock?: Clock
}

/** Which window is asked for; default the retention. */
export interface WindowQuery {
  readonly window?: Duration
}

export interface OverallStats extends CacheStats {
  readonly windowSeconds: number
  /** Start of what the figures cover: the window's, the process's or the last reset's. Unix milliseconds. */
  readonly since: Milliseconds
}

export interface PatternStats extends CacheStats {
  readonly pattern: string
  /** The declared template, or `null` when the pattern was inferred. */
  readonly keyspace: string | null
  readonly avgLoadTimeMs: Milliseconds
  readonly avgSizeBytes: Bytes
  readonly ttlSeconds: number | null
}

export interface PatternsReport {
  readonly patterns: readonly PatternStats[]
  /** All that matched, added up; also those cut by the limit. */
  readonly aggregate: CacheStats
  /** How many matched. */
  readonly total: number
  /** Share of all lookups in the window that went to `__other__`, since there were more patterns than are kept. */
  readonly otherShare: Ratio
}

export interface EndpointStats extends CacheStats {
  readonly endpoint: string
  /**
   * The patterns it used, most lookups first; what the cap on endpoint x pattern pairs left out is `__other__`. Counted
   * by whole minutes: in a window of 15 minutes or less they may cover up to a minute more than the endpoint.
   */
  readonly patterns: readonly EndpointPatternStats[]
}

export interface EndpointPatternStats {
  readonly pattern: string
  readonly totalRequests: number
  readonly hitRate: Ratio
  /** What loads of the pattern cost this endpoint. */
  readonly loadTimeMs: Milliseconds
}

export interface EndpointsReport {
  readonly endpoints: readonly EndpointStats[]
  readonly total: number
  /** Share of all lookups in the window that went to `__other__`, since there were more endpoints than are kept. */
  readonly otherShare: Ratio
}

/** One operation on one tier: what our calls to it took and how they ended. */
export interface TierStats {
  readonly tier: Tier
  readonly operation: TierOperation
  /** Calls that were sent: those the breaker held back are among the results alone, and have no time. */
  readonly calls: number
  /** Counted by key: a call for many keys counts once above and many times here. */
  readonly results: Readonly<Record<TierResult, number>>
  readonly avgMs: Milliseconds
  readonly p50Ms: Milliseconds
  readonly p95Ms: Milliseconds
  readonly p99Ms: Milliseconds
}

/** By what patterns are sorted; most first, `hit_rate` lowest first, `pattern` from A. */
export const PATTERN_SORTS = [
  'total_requests',
  'hit_rate',
  'p95_response_time_ms',
  'miss_cost',
  'pattern',
] as const
export type PatternSort = (typeof PATTERN_SORTS)[number]

export interface PatternsQuery extends WindowQuery {
  /** Default `total_requests`. `miss_cost` is misses times average load time. */
  readonly sort?: PatternSort
  /** Default 100. */
  readonly limit?: number
}

export interface LowPerformersQuery extends WindowQuery {
  /** Patterns with a hit rate below it are listed. Default 0.5. */
  readonly threshold?: Ratio
  /** Patterns with fewer lookups are not. Default 10. */
  readonly minRequests?: number
}

/** Numbers behind a recommendation: names as in the API, in snake_case with their unit. */
export type Evidence = Readonly<Record<string, number | string | null>>

export interface LowPerformer {
  readonly pattern: string
  readonly hitRate: Ratio
  readonly totalRequests: number
  readonly recommendation: string
  readonly evidence: Evidence
}

export const HEALTH_STATUSES = ['healthy', 'warning', 'degraded'] as const
export type HealthStatus = (typeof HEALTH_STATUSES)[number]

export interface HealthReport {
  readonly status: HealthStatus
  readonly hitRate: Ratio
  readonly avgResponseTimeMs: Milliseconds
  readonly p95ResponseTimeMs: Milliseconds
  readonly totalRequests: number
  /** Sentences that name value and threshold. */
  readonly warnings: readonly string[]
  /** The same as codes: `low_hit_rate high_avg_response_time high_p95_response_time l2_unavailable`. */
  readonly reasons: readonly HealthReason[]
  readonly sample: 'sufficient' | 'insufficient'
  /** Unix milliseconds. */
  readonly timestamp: Milliseconds
}

export const HEALTH_REASONS = [
  'low_hit_rate',
  'high_avg_response_time',
  'high_p95_response_time',
  'l2_unavailable',
] as const
export type HealthReason = (typeof HEALTH_REASONS)[number]

export interface SeriesQuery extends WindowQuery {
  /**
   * Width of a step, rounded up to what is kept: multiples of 10 s in windows up to 15 minutes, of a minute up to two
   * hours, of 15 minutes beyond. Default: that unit.
   */
  readonly step?: Duration
  /** A glob; all patterns that match, added up. Not together with `endpoint`. */
  readonly pattern?: string
  readonly endpoint?: string
}

/** By what series may be told apart. */
export const SERIES_GROUPS = ['pattern', 'endpoint'] as const
export type SeriesGroup = (typeof SERIES_GROUPS)[number]

export interface SeriesByQuery extends WindowQuery {
  readonly by: SeriesGroup
  /** A glob on their names. Default all. */
  readonly matching?: string
  /** As in {@link SeriesQuery}. */
  readonly step?: Duration
  /** Default 20, at most 50: each has a point for every step. */
  readonly limit?: number
  /** Whether times are wanted; without, all are 0 and the answer costs a fraction. Default true. */
  readonly times?: boolean
}

/**
 * What is exported: nothing here ever goes down, and `reset` doesn't touch it. Times are in seconds and sizes in bytes, as
 * exporters want them. Patterns sum to `requests` without `bypass`; endpoints sum to all lookups but those whose route is not
 * known yet. A label that gives its series away takes nothing with it: its past becomes part of another one, mostly of
 * `__other__`, as `inherited`.
 */
export interface Totals {
  /** When counting began, Unix milliseconds. */
  readonly since: Milliseconds
  readonly lastResetAt: Milliseconds | null
  readonly requests: Readonly<Record<Outcome, number>>
  readonly requestDuration: Readonly<Record<Outcome, HistogramValue>>
  readonly missReasons: Readonly<Record<MissReason, number>>
  readonly loads: Readonly<Record<LoadTrigger, Readonly<Record<LoadResult, number>>>>
  readonly loadDuration: HistogramValue
  readonly valueSize: HistogramValue
  readonly writes: number
  readonly timeSavedSeconds: number
  readonly tiers: Readonly<Record<Tier, Readonly<Record<TierOperation, TierTotals>>>>
  readonly evictions: Readonly<Record<Tier, Readonly<Record<EvictionReason, number>>>>
  /** By kind: entries removed or expired, and calls. */
  readonly invalidations: Readonly<Record<InvalidationKind, InvalidationTotals>>
  readonly incidents: Readonly<Record<Incident, number>>
  /** How often a breaker in front of L2 came into each state. */
  readonly breaker: Readonly<Record<BreakerState, number>>
  /** Keys that warming calls were given, by what became of them. */
  readonly warmKeys: Readonly<Record<WarmKeyResult, number>>
  /** When keys were last warmed or found fresh by a warming call; `null`: never. Unix milliseconds. */
  readonly lastWarmAt: Milliseconds | null
  readonly patterns: readonly PatternTotals[]
  readonly endpoints: readonly EndpointTotals[]
  /** Patterns with a series of their own, `__other__` apart. */
  readonly patternsTracked: number
  /** What the collector could not keep apart; nothing of it is missing above. */
  readonly selfDropped: Readonly<Record<DropReason, number>>
}

export interface TierTotals {
  readonly results: Readonly<Record<TierResult, number>>
  readonly duration: HistogramValue
}

export interface InvalidationTotals {
  readonly calls: number
  readonly entries: number
}

/** Lookups, `bypass` aside. */
export interface LookupTotals {
  /** `hit_l1` and `hit_l2`. */
  readonly hit: number
  readonly stale: number
  /** `miss`, `coalesced` and `error`. */
  readonly miss: number
}

interface SeriesTotals extends LookupTotals {
  /** Where it is counted: another number once the label has given its series away and got a new one. */
  readonly series: number
  /** The part that other labels had counted before they became part of this one. */
  readonly inherited: LookupTotals
}

export interface PatternTotals extends SeriesTotals {
  readonly pattern: string
}

export interface EndpointTotals extends SeriesTotals {
  readonly endpoint: string
  readonly outcomes: Readonly<Record<Outcome, number>>
}

/** An endpoint whose name is known only later: an early hook's lookups wait for it. */
export interface EndpointScope {
  /** Names the endpoint; lookups held back until now are counted for it. The first name wins. */
  resolve(endpoint: string): void
  /** Runs `work` inside the scope. */
  run<T>(work: () => T): T
}

/** What a cache measured of itself, or what was recorded for any other cache. */
export interface Metrics {
  /** Records one operation of a cache that is not ours. Throws `CacheError` `invalid_argument`. */
  record(event: CacheEvent): void
  /** Times `fn` and records it; for `get`, `undefined` or `null` is a miss. Errors pass unchanged (a get's counts as `error`). */
  measure<T>(operation: CacheOperation, key: string, fn: () => T | PromiseLike<T>): Promise<T>
  /** Runs `fn` so that lookups in it belong to the endpoint `name`. */
  withEndpoint<T>(name: string, fn: () => T): T
  /** For adapters that learn the route after the request began. Unresolved when it ends: `__unmatched__` is theirs to say. */
  endpointScope(): EndpointScope

  overall(query?: WindowQuery): OverallStats
  /** Every pattern, sorted. */
  patterns(query?: PatternsQuery): PatternsReport
  /** Patterns whose label matches the glob. */
  pattern(glob: string, query?: PatternsQuery): PatternsReport
  topPatterns(limit?: number, query?: WindowQuery): readonly PatternStats[]
  endpoints(query?: WindowQuery & { readonly limit?: number }): EndpointsReport
  lowPerformers(query?: LowPerformersQuery): readonly LowPerformer[]
  /** Default window 5 minutes. */
  health(query?: WindowQuery): HealthReport
  /** Step by step, oldest first; steps that were over before the start or the last reset are left out. */
  series(query?: SeriesQuery): readonly SeriesPoint[]
  /** The busiest patterns or endpoints of the window, each step by step. */
  seriesBy(query: SeriesByQuery): readonly NamedSeries[]
  /** What became of the lookups, each outcome with its own response times. */
  flow(query?: WindowQuery): FlowReport
  /** Each operation on each tier. */
  tiers(query?: WindowQuery): readonly TierStats[]
  /** The window's counts as a value that can be added to those of other processes. */
  snapshot(query?: WindowQuery): MetricsSnapshot
  totals(): Totals
  /** L1 as it is now; `undefined` where there is none, or nobody told. */
  l1(): L1State | undefined
  /** L2 and its servers as they are now; `undefined` where there is none, or nobody told. */
  l2(): L2State | undefined
  /** What happened, newest first: of each kind the last 50 since the start. `reset` leaves it alone. */
  events(): readonly MetricsEvent[]
  /** What the metrics cost and leave out. */
  self(query?: WindowQuery): SelfReport
  /** Clears windows and statistics; totals stay. */
  reset(): void
  /** Bytes the collector holds, as it estimates. */
  readonly selfBytes: Bytes
  readonly retention: Milliseconds
  /** When counting began, Unix milliseconds. */
  readonly startedAt: Milliseconds
}

/** The collector with both its faces: what a cache reports to and what people ask. */
export interface MetricsCollector extends Metrics {
  readonly recorder: Recorder
  /** Tells whether the L2 that is configured is of use. */
  setL2Available(available: boolean): void
  /** Tells that calls to a server of L2 are held back, or sent again. */
  breakerChanged(opened: boolean): void
  /** Tells how to read what L1 holds, and how much it may. */
  watchL1(read: () => L1Size, maxBytes: Bytes): void
  /** Tells how to read the servers of L2. */
  watchL2(read: () => readonly L2Node[]): void
}
