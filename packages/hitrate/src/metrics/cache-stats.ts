import type { Milliseconds, Ratio } from '../units.ts'
import type { LoadResult, MissReason, Outcome } from './recorder.ts'

/** Figures of one series in one window. Times in milliseconds; with no lookups rates and times are 0. */
export interface CacheStats {
  readonly totalRequests: number
  readonly cacheHits: number
  readonly cacheMisses: number
  readonly hitRate: Ratio
  readonly missRate: Ratio
  readonly avgResponseTimeMs: Milliseconds
  readonly p50ResponseTimeMs: Milliseconds
  readonly p95ResponseTimeMs: Milliseconds
  readonly p99ResponseTimeMs: Milliseconds
  /** What callers waited, loading included. */
  readonly avgWaitTimeMs: Milliseconds
  /** An estimate: for each hit, what loads of its pattern took lately, less the hit's own response. */
  readonly timeSavedMs: Milliseconds
  readonly outcomes: Readonly<Record<Outcome, number>>
  readonly missReasons: Readonly<Record<MissReason, number>>
  readonly load: LoadStats
}

export interface LoadStats {
  /** Loads that ended, however. */
  readonly count: number
  /** Of these `error` and `timeout`. */
  readonly errors: number
  readonly avgMs: Milliseconds
  readonly p50Ms: Milliseconds
  readonly p95Ms: Milliseconds
  readonly p99Ms: Milliseconds
  readonly results: Readonly<Record<LoadResult, number>>
}
