/** 95 % of a normal distribution lie within so many standard deviations. */
const Z = 1.959964

export interface Interval {
  readonly low: number
  readonly high: number
}

/**
 * Where a share lies with 95 % confidence after `hits` of `total` (Wilson 1927): unlike the textbook's, right for few
 * observations and near 0 and 1.
 */
export function wilsonInterval(hits: number, total: number): Interval {
  if (total === 0) return { low: 0, high: 1 }
  const share = hits / total
  const spread = Z ** 2 / total
  const middle = (share + spread / 2) / (1 + spread)
  const half = (Z / (1 + spread)) * Math.sqrt((share * (1 - share)) / total + spread / (4 * total))
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) }
}
