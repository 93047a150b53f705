import type { CacheStats, EndpointStats, Latencies, PatternStats } from 'hitrate/metrics'
import type { EndpointFigures, Figures, PatternFigures } from '../contract/answers.ts'
import type { PercentileFigures } from '../contract/live-answers.ts'

/** Unix milliseconds as the API writes instants. */
export function instant(unix: number): string {
  return new Date(unix).toISOString()
}

/** A rate or a time of so many; of none it is unknown, not 0. */
export function ofAny(count: number, value: number): number | null {
  return count === 0 ? null : value
}

/** The shortest time over which a rate says something. */
const MIN_RATED_MS = 1_000

export function perSecond(count: number, milliseconds: number): number | null {
  return milliseconds < MIN_RATED_MS ? null : count / (milliseconds / 1_000)
}

/** Percentiles of so many. */
export function percentilesOf(count: number, { p50Ms, p95Ms, p99Ms }: Latencies): PercentileFigures {
  return { p50_ms: ofAny(count, p50Ms), p95_ms: ofAny(count, p95Ms), p99_ms: ofAny(count, p99Ms) }
}

export function figuresOf(stats: CacheStats): Figures {
  return {
    total_requests: stats.totalRequests,
    cache_hits: stats.cacheHits,
    cache_misses: stats.cacheMisses,
    hit_rate: stats.hitRate,
    miss_rate: stats.missRate,
    avg_response_time_ms: stats.avgResponseTimeMs,
    p50_response_time_ms: stats.p50ResponseTimeMs,
    p95_response_time_ms: stats.p95ResponseTimeMs,
    p99_response_time_ms: stats.p99ResponseTimeMs,
    outcomes: stats.outcomes,
    miss_reasons: stats.missReasons,
    load: {
      count: stats.load.count,
      errors: stats.load.errors,
      avg_ms: stats.load.avgMs,
      p95_ms: stats.load.p95Ms,
      results: stats.load.results,
    },
  }
}

export function patternFiguresOf(stats: PatternStats): PatternFigures {
  return {
    pattern: stats.pattern,
    keyspace: stats.keyspace,
    ...figuresOf(stats),
    avg_load_time_ms: stats.avgLoadTimeMs,
    avg_size_bytes: stats.avgSizeBytes,
    ttl_seconds: stats.ttlSeconds,
  }
}

export function endpointFiguresOf(stats: EndpointStats): EndpointFigures {
  return {
    endpoint: stats.endpoint,
    ...figuresOf(stats),
    patterns: stats.patterns.map(({ pattern, totalRequests, hitRate, loadTimeMs }) => ({
      pattern,
      total_requests: totalRequests,
      hit_rate: hitRate,
      load_time_ms: loadTimeMs,
    })),
  }
}
