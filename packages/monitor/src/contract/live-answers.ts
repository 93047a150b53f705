import {
  type BreakerState,
  type DropReason,
  type HealthReason,
  type HealthStatus,
  METRICS_EVENT_KINDS,
  type Outcome,
  type TierOperation,
  type TierResult,
} from 'hitrate/metrics'
import type { Action } from '../access/authorize.ts'
import type { FleetSummary, Scope, ScopedAnswer } from './fleet-answers.ts'
import type { SeriesMetric } from './series-metrics.ts'

/** What a live view needs beside the statistics, as JSON; see `answers.ts` for units. `live-schemas.ts` holds the schemas. */

/** One step of time. */
export interface SeriesStep {
  /** When it begins. */
  readonly at: string
  /** How long it was counted: less than the step while it is unfinished, and where the process or a reset began in it. */
  readonly seconds: number
  /** The newest step is still being filled. */
  readonly unfinished: boolean
}

/** One line of a chart, or several metrics of the same thing. */
export interface SeriesValues {
  /** The pattern or endpoint, with `by`; else `null`. */
  readonly name: string | null
  /** Over all steps. */
  readonly total_requests: number
  /**
   * Of each metric a value for each step. Without traffic those by second are 0, hit rate and latencies `null`. Also `null`:
   * what is by second where less than a second was counted, and the size of L1 where it was not taken.
   */
  readonly values: Readonly<Partial<Record<SeriesMetric, readonly (number | null)[]>>>
}

/** `GET /series` */
export interface SeriesAnswer extends ScopedAnswer {
  /** Width of a step: what was asked for, rounded up to what is kept. */
  readonly step_seconds: number
  /** Oldest first. Those before the start of the process or the last reset are absent. */
  readonly steps: readonly SeriesStep[]
  /** One, or with `by` one for each of the busiest, most requests first. */
  readonly series: readonly SeriesValues[]
}

/** Percentiles of times; `null` where there is nothing they could be of. */
export interface PercentileFigures {
  readonly p50_ms: number | null
  readonly p95_ms: number | null
  readonly p99_ms: number | null
}

/** How lookups that ended alike fared; percentiles are of the cache's own time, loading excluded. */
export interface FlowPart extends PercentileFigures {
  readonly outcome: Exclude<Outcome, 'bypass'>
  readonly count: number
  /** Of `total_requests`; 0 without any. The shares of all parts sum to 1. */
  readonly share: number
}

/** `GET /flow`: what became of the lookups, from the nearest to the farthest. */
export interface FlowAnswer extends ScopedAnswer {
  readonly window_seconds: number
  readonly since: string
  readonly total_requests: number
  /** `hit_l1 hit_l2 stale coalesced miss error`, in this order, always all of them. */
  readonly parts: readonly FlowPart[]
  /** Lookups that skipped the cache; no part of the total. */
  readonly bypass: number
  /** Loads of all triggers, refreshes and warm runs too. */
  readonly load: PercentileFigures & { readonly count: number; readonly errors: number }
}

/** What the metrics remember, as `MetricsEvent` explains, and the runs of the warmer. */
export const EVENT_KINDS: readonly [...typeof METRICS_EVENT_KINDS, 'warm_begun', 'warm_ended'] = [
  ...METRICS_EVENT_KINDS,
  'warm_begun',
  'warm_ended',
]
export type EventKind = (typeof EVENT_KINDS)[number]

/** Something that happened. Never a key, a tag, a glob, or an address. */
export interface EventAnswer {
  /** Unique in this process; stays the same for the same event. */
  readonly id: string
  readonly at: string
  readonly kind: EventKind
  /** One sentence for a person. */
  readonly text: string
  /**
   * The same for programs: `invalidated` `by mode calls entries`, `health_changed` `from to`, `warm_begun` `run_id`,
   * `warm_ended` `run_id status keys_warmed failed took_ms`; else empty.
   */
  readonly details: Readonly<Record<string, string | number>>
}

/** `GET /events`, newest first. */
export interface EventsAnswer {
  readonly events: readonly EventAnswer[]
}

/** Our calls to L2 of one kind. */
export interface L2Operation extends PercentileFigures {
  readonly operation: TierOperation
  /** Calls that were sent or would have been; a call for many keys counts once. */
  readonly calls: number
  /** How they ended, counted by key. */
  readonly results: Readonly<Record<TierResult, number>>
  /** `error` and `timeout` of `results`. What the breaker held back is `open`, and no error. */
  readonly errors: number
  /** `null` without calls. */
  readonly avg_ms: number | null
}

/** One server of L2, as this process sees it. */
export interface L2Node {
  /** `redis 7.0.15 standalone`; of a cluster with host and port. `null` for those who may not `read:info`. */
  readonly label: string | null
  /** Whether it is connected. */
  readonly available: boolean
  readonly breaker: BreakerState
}

/** `GET /l2`: of a fleet `operations` are those of all processes. */
export interface L2Answer extends ScopedAnswer {
  /** Whether L2 is of use now: connected, and not left alone by a breaker. `null` where there is none, or nobody told. */
  readonly available: boolean | null
  readonly nodes: readonly L2Node[]
  readonly window_seconds: number
  readonly operations: readonly L2Operation[]
}

/** How many series are kept of one sort. */
export interface TrackedAnswer {
  /** With a series of their own. */
  readonly tracked: number
  readonly max: number
  /** Share of the window's lookups that went to `__other__`. */
  readonly other_share: number
}

/** `GET /self`: what measuring costs. */
export interface SelfAnswer {
  /** Memory the metrics hold, as they estimate. */
  readonly size_bytes: number
  /** Of so many L1 hits of a pattern at an endpoint one is timed; all are counted. */
  readonly timed_one_in: number
  readonly patterns: TrackedAnswer
  readonly endpoints: TrackedAnswer
  /** What could not be kept apart, since the start; nothing of it is missing in any sum. */
  readonly dropped: Readonly<Record<DropReason, number>>
  /** Open streams of this monitor, and how many there may be. */
  readonly streams: { readonly open: number; readonly max: number }
}

/** `GET /about` */
export interface AboutAnswer {
  /** Of the cache. */
  readonly name: string
  readonly production: boolean
  /** Tells one process from another; new with each start. */
  readonly instance_id: string
  /** Of hitrate. */
  readonly version: string
  readonly node_version: string
  readonly started_at: string
  /** The longest window. */
  readonly retention_seconds: number
  /** What whoever asks may do. */
  readonly actions: readonly Action[]
  /** Whether `POST /reset-metrics` is on at all; whoever asks also needs `write:reset`, which `actions` tells. */
  readonly reset_allowed: boolean
  /** Whether `GET /info` has anything to tell; whoever asks also needs `read:info`. */
  readonly info_told: boolean
  /** `null` without one. */
  readonly warmer: { readonly strategies: readonly string[] } | null
  /** Whether the asker has a session that `POST /sign-out` ends. */
  readonly signed_in: boolean
}

/** The last 10 seconds that are complete. */
export interface RecentFigures {
  /** When they begin. */
  readonly at: string
  readonly requests_per_second: number
  readonly hit_rate: number | null
  readonly p50_response_time_ms: number | null
  readonly p95_response_time_ms: number | null
  readonly p99_response_time_ms: number | null
}

/**
 * The data of each event `tick` of `GET /stream`, in JSON. Of a fleet there is one each time its processes were added up, every
 * 10 s; while it can't be seen they are of this process, every 5 s.
 */
export interface TickAnswer {
  /** Of a fleet: up to when it was added up. */
  readonly at: string
  /** Whose figures they are. */
  readonly scope: Scope
  /** Where `scope=fleet` was asked for. */
  readonly fleet?: FleetSummary | undefined
  /** Since the tick before; 0 in the first one after nobody had listened: it counts nothing yet. */
  readonly seconds: number
  /** How lookups ended since the tick before. */
  readonly outcomes: Readonly<Record<Outcome, number>>
  /** Since the tick before; `null` when that is no time. */
  readonly requests_per_second: number | null
  /** Since the tick before; `null` without lookups. */
  readonly hit_rate: number | null
  /** Loads that ended since the tick before. */
  readonly loads: { readonly count: number; readonly errors: number }
  /** `null` in the first 10 seconds after a start or a reset. Of a fleet, those that were added up last. */
  readonly recent: RecentFigures | null
  readonly health: {
    readonly status: HealthStatus
    readonly reasons: readonly HealthReason[]
    readonly warnings: readonly string[]
    readonly sample: 'sufficient' | 'insufficient'
  }
  /** As in `GET /l2`: as this process sees it. */
  readonly l2_available: boolean | null
}
