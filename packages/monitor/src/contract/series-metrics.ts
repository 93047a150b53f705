/**
 * What `GET /series` can tell, over time. Rates are by second of the step, latencies milliseconds.
 * - of any series: how lookups ended, `requests_per_second` without `bypass`; response times of all lookups; loads, their
 *   times, and evictions of L1
 * - of the whole cache alone: response times of hits, entries and bytes of L1
 */
export const SERIES_METRICS = [
  'requests_per_second',
  'hit_rate',
  'hit_l1_per_second',
  'hit_l2_per_second',
  'stale_per_second',
  'miss_per_second',
  'coalesced_per_second',
  'error_per_second',
  'bypass_per_second',
  'response_p50_ms',
  'response_p95_ms',
  'response_p99_ms',
  'hit_p50_ms',
  'hit_p95_ms',
  'hit_p99_ms',
  'load_p50_ms',
  'load_p95_ms',
  'load_p99_ms',
  'loads_per_second',
  'load_errors_per_second',
  'evictions_per_second',
  'l1_entries',
  'l1_size_bytes',
] as const
export type SeriesMetric = (typeof SERIES_METRICS)[number]

/** Kept of the whole cache only, not by pattern or endpoint. */
export const WHOLE_METRICS: readonly SeriesMetric[] = [
  'hit_p50_ms',
  'hit_p95_ms',
  'hit_p99_ms',
  'l1_entries',
  'l1_size_bytes',
]
