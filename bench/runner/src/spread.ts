import { quantilesOf } from './percentiles.ts'

/** Middle, and where the middle half lies: what a reader needs to know how far to trust a figure. */
export interface Spread {
  readonly median: number
  readonly q1: number
  readonly q3: number
}

export function spreadOf(samples: readonly number[]): Spread {
  const at = quantilesOf(samples)
  return { median: at(0.5), q1: at(0.25), q3: at(0.75) }
}
