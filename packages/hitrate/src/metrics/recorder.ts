import type { Bytes, Milliseconds } from '../units.ts'

/**
 * The port through which a cache reports what it does. The collector implements it; `noRecorder` measures nothing.
 * Recording never throws, never waits and keeps no reference to what it is given.
 */

/** How a lookup ended: exactly one for each. Rules in the header of `collector.ts`. */
export const OUTCOMES = ['hit_l1', 'hit_l2', 'stale', 'miss', 'coalesced', 'error', 'bypass'] as const
export type Outcome = (typeof OUTCOMES)[number]

/** Why a lookup found nothing usable, where that is known. */
export const MISS_REASONS = [
  'cold',
  'expired',
  'evicted',
  'invalidated',
  'uncacheable',
  'l2_error',
  'l2_open',
  'decode_error',
] as const
export type MissReason = (typeof MISS_REASONS)[number]

/** What started a load: a caller's lookup, a refresh in the background, a warm run. */
export const LOAD_TRIGGERS = ['lookup', 'refresh', 'warm'] as const
export type LoadTrigger = (typeof LOAD_TRIGGERS)[number]

/** How a load ended; `absent`: with nothing; `timeout`: not before its deadline. */
export const LOAD_RESULTS = ['ok', 'absent', 'error', 'timeout'] as const
export type LoadResult = (typeof LOAD_RESULTS)[number]

export const TIERS = ['l1', 'l2'] as const
export type Tier = (typeof TIERS)[number]

/** What is asked of a tier. */
export const TIER_OPERATIONS = ['read', 'write', 'delete', 'scan'] as const
export type TierOperation = (typeof TIER_OPERATIONS)[number]

/** How a tier answered. */
export const TIER_RESULTS = ['hit', 'stale', 'miss', 'ok', 'refused', 'error', 'timeout', 'open'] as const
export type TierResult = (typeof TIER_RESULTS)[number]

/** What was invalidated: by keys, tags, pattern, or all; `expire_` leaves the value servable as stale. */
export const INVALIDATION_KINDS = [
  'delete_key',
  'delete_tag',
  'delete_pattern',
  'delete_all',
  'expire_key',
  'expire_tag',
  'expire_pattern',
  'expire_all',
] as const
export type InvalidationKind = (typeof INVALIDATION_KINDS)[number]

/** Why an entry left a tier without being invalidated. */
export const EVICTION_REASONS = ['size', 'expired'] as const
export type EvictionReason = (typeof EVICTION_REASONS)[number]

/**
 * Of a server of L2. `closed`: calls pass. `open`: none does. `half_open`: none does, and one probe is on its way.
 */
export const BREAKER_STATES = ['closed', 'open', 'half_open'] as const
export type BreakerState = (typeof BREAKER_STATES)[number]

/** Things that should not happen but did, and were survived. */
export const INCIDENTS = [
  'fill_refused',
  'decode_error',
  'encode_error',
  'tags_error',
  'late_load_dropped',
  'l2_error',
  'l2_timeout',
  'l2_silent',
  'breaker_opened',
  'invalidation_undelivered',
  'invalidations_overflow',
  'log_error',
  'background_error',
  'fleet_untold',
  'fleet_unreadable',
] as const
export type Incident = (typeof INCIDENTS)[number]

/** What became of a key that was to be warmed; as `WarmResult` counts them. */
export const WARM_RESULTS = ['warmed', 'already_fresh', 'absent', 'failed'] as const
export type WarmKeyResult = (typeof WARM_RESULTS)[number]

/**
 * The series a key belongs to: resolved once, kept on the entry, so that recording a hit looks nothing up.
 * `label` is the pattern as shown (`product:*`).
 */
export interface PatternHandle {
  readonly label: string
}

/** A family of keys declared with `cache.keyspace`. */
export interface DeclaredPattern {
  /** The template as written: `product:{id:int}`. */
  readonly template: string
  /** Its pattern: `product:*`. Trailing wildcards are already collapsed into one. */
  readonly pattern: string
  /** The family's ttl, for `ttl_seconds` and the recommendations. */
  readonly ttl: Milliseconds
}

export interface Recorder {
  /** Declares a family; its handle is used for every key built from its template. */
  declare(declared: DeclaredPattern): PatternHandle
  /** The series of a key that belongs to no declared keyspace: user's rules, then inference. Bounded. */
  patternOf(key: string): PatternHandle
  /** Tells the ttl last used for a key of the pattern, where none was declared. */
  sawTtl(pattern: PatternHandle, ttl: Milliseconds): void

  /**
   * One lookup ended. Its endpoint is that of the calling async context.
   * @param response the cache's own time: until the tiers had answered, loading excluded
   * @param wait what the caller waited in all
   * @param at the clock's `now()`, where the caller has just read it: saves the recorder a reading, which may cost more
   *   than all the counting
   */
  lookup(
    pattern: PatternHandle,
    outcome: Outcome,
    response: Milliseconds,
    wait: Milliseconds,
    reason?: MissReason,
    at?: Milliseconds,
  ): void
  /**
   * One hit in L1, of which most are neither timed nor counted at once: what happens most must cost least.
   * @param at the clock's `now()`, just read
   * @returns false: it was not counted. It is to be timed, and told to {@link lookup}
   */
  hit(pattern: PatternHandle, at: Milliseconds): boolean
  /** One load ended. Counted for the endpoint of the async context that started it. */
  load(pattern: PatternHandle, result: LoadResult, trigger: LoadTrigger, took: Milliseconds): void
  /** A value was encoded: its length as stored, before compression. */
  valueSize(pattern: PatternHandle, size: Bytes): void
  /** One call to a tier for `count` keys that ended alike. */
  tier(tier: Tier, operation: TierOperation, result: TierResult, took: Milliseconds, count?: number): void
  /** A `set`, for one pattern. */
  write(pattern: PatternHandle, took: Milliseconds): void
  /** An invalidation was carried out; `count` entries removed or expired. */
  invalidation(kind: InvalidationKind, count: number): void
  /** Entries of the pattern left a tier unasked. */
  eviction(pattern: PatternHandle, tier: Tier, reason: EvictionReason): void
  incident(incident: Incident): void
  /** A breaker is in another state now. */
  breaker(to: BreakerState): void
  /** So many keys of a warming call ended like this. */
  warm(result: WarmKeyResult, count: number): void

  /** Runs `work` outside any endpoint: its lookups and loads belong to `__background__`. */
  background<T>(work: () => T): T
}
