import type { Bytes, Milliseconds, Ratio } from '../units.ts'
import type { CacheStats } from './cache-stats.ts'
import type { BreakerState, Outcome } from './recorder.ts'

/** What is told beside the figures of a window: over time, by outcome, of L2, of the metrics themselves, and what happened. */

/** Percentiles; 0 with nothing counted. */
export interface Latencies {
  readonly p50Ms: Milliseconds
  readonly p95Ms: Milliseconds
  readonly p99Ms: Milliseconds
}

/** How much L1 holds. */
export interface L1Size {
  readonly entries: number
  readonly sizeBytes: Bytes
}

/** L1 at this moment. */
export interface L1State extends L1Size {
  readonly maxBytes: Bytes
}

/** One step of a series over time. */
export interface SeriesPoint {
  /** Begin of the step, Unix milliseconds. */
  readonly at: Milliseconds
  readonly widthMs: Milliseconds
  /** How long it was counted: less than the step where it is unfinished, or began with the process or a reset. */
  readonly coveredMs: Milliseconds
  readonly stats: CacheStats
  /** Response times of hits, stale ones included. Of the whole cache only, else `undefined`. */
  readonly hits: Latencies | undefined
  /** Entries that left L1 to make room. */
  readonly evictions: number
  /** At the end of the step, or now. Of the whole cache only, and where there is an L1, else `undefined`. */
  readonly l1: L1Size | undefined
  /** The newest step is still being filled. */
  readonly unfinished: boolean
}

/** A pattern or an endpoint, step by step. */
export interface NamedSeries {
  readonly name: string
  /** Over all steps. */
  readonly totalRequests: number
  readonly points: readonly SeriesPoint[]
}

/** The lookups that ended alike: how many, their share of the total, and the cache's own time for them. */
export interface FlowPart extends Latencies {
  readonly outcome: Exclude<Outcome, 'bypass'>
  readonly count: number
  readonly share: Ratio
}

/** What became of the lookups of a window. */
export interface FlowReport {
  readonly windowSeconds: number
  /** As in `overall()`. Unix milliseconds. */
  readonly since: Milliseconds
  /** Without `bypass`. */
  readonly totalRequests: number
  /** One for each outcome but `bypass`, from the nearest to the farthest. */
  readonly parts: readonly FlowPart[]
  readonly bypass: number
  /** Of all loads, whatever started them. */
  readonly load: Latencies & { readonly count: number; readonly errors: number }
}

/** One server of L2, as this process sees it. */
export interface L2Node {
  /** `redis 7.0.15 standalone`; of a cluster with host and port. Never credentials. */
  readonly label: string
  /** Whether it is connected. */
  readonly available: boolean
  readonly breaker: BreakerState
}

export interface L2State {
  /** Whether it is of use: all of it connected, and none of it left alone by a breaker. */
  readonly available: boolean
  readonly nodes: readonly L2Node[]
}

/** How many series of one sort there are. */
export interface TrackedSeries {
  /** With a series of their own. */
  readonly tracked: number
  readonly max: number
  /** Share of the window's lookups that went to `__other__`. */
  readonly otherShare: Ratio
}

/**
 * - `held_lookup`: a request made more lookups before its route was known than are held back; they are `__unmatched__`
 * - `endpoint_pattern`: no room for another endpoint x pattern pair; it is the endpoint's `__other__`
 */
export const DROP_REASONS = ['held_lookup', 'endpoint_pattern'] as const
export type DropReason = (typeof DROP_REASONS)[number]

/** What the metrics themselves cost and leave out. */
export interface SelfReport {
  readonly sizeBytes: Bytes
  /** Of so many L1 hits of a pattern at an endpoint one is timed. */
  readonly timedOneIn: number
  readonly patterns: TrackedSeries
  readonly endpoints: TrackedSeries
  /** Since the start; nothing of it is missing in any sum. */
  readonly dropped: Readonly<Record<DropReason, number>>
}

/** What the event log keeps; see `event-log.ts` for what each means. */
export const METRICS_EVENT_KINDS = [
  'started',
  'reset',
  'invalidated',
  'breaker_opened',
  'breaker_closed',
  'l2_lost',
  'l2_found',
  'health_changed',
] as const
export type MetricsEventKind = (typeof METRICS_EVENT_KINDS)[number]

/** Something that happened. Holds no key, no tag, no glob, no address. */
export interface MetricsEvent {
  /** Rises by one with each event. */
  readonly id: number
  /** Unix milliseconds. */
  readonly at: Milliseconds
  readonly kind: MetricsEventKind
  /** One sentence for a person. */
  readonly text: string
  /** The same for programs. */
  readonly details: Readonly<Record<string, string | number>>
}
