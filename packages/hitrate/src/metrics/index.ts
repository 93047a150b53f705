/**
 * `hitrate/metrics`: hit rates and latencies of any cache, by key pattern and endpoint, in rolling windows.
 *
 *     const metrics = createMetrics()
 *     const page = await metrics.withEndpoint('/feed', () =>
 *       metrics.measure('get', 'feed:page:1', () => redis.get('feed:page:1')),
 *     )
 *     metrics.pattern('feed:*').aggregate.hitRate
 */
export { createMetrics } from './create.ts'
export type { HistogramValue } from './histogram.ts'
export { RELATIVE_ERROR } from './histogram.ts'
export { inferPattern } from './infer.ts'
export { DROP_REASONS, METRICS_EVENT_KINDS } from './live.ts'
export { noRecorder } from './no-recorder.ts'
export type {
  BreakerState,
  DeclaredPattern,
  EvictionReason,
  Incident,
  InvalidationKind,
  LoadResult,
  LoadTrigger,
  MissReason,
  Outcome,
  PatternHandle,
  Recorder,
  Tier,
  TierOperation,
  TierResult,
  WarmKeyResult,
} from './recorder.ts'
export {
  BREAKER_STATES,
  EVICTION_REASONS,
  INCIDENTS,
  INVALIDATION_KINDS,
  LOAD_RESULTS,
  LOAD_TRIGGERS,
  MISS_REASONS,
  OUTCOMES,
  TIER_OPERATIONS,
  TIER_RESULTS,
  TIERS,
  WARM_RESULTS,
} from './recorder.ts'
export type { MetricsSnapshot, SeriesSnapshot } from './snapshot.ts'
export type * from './types.ts'
export {
  CACHE_OPERATIONS,
  HEALTH_REASONS,
  HEALTH_STATUSES,
  PATTERN_SORTS,
  SERIES_GROUPS,
} from './types.ts'
