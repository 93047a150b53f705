/** Exact percentiles of samples: nearest rank. */
export interface Percentiles {
  readonly count: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
}

/** What lies at a share of the samples; `NaN` without any. */
export function quantilesOf(samples: readonly number[]): (share: number) => number {
  const sorted = Float64Array.from(samples).sort()
  return (share) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN
}

export function percentilesOf(samples: readonly number[]): Percentiles {
  const at = quantilesOf(samples)
  return { count: samples.length, p50: at(0.5), p95: at(0.95), p99: at(0.99) }
}
