import type { Sample } from './messages.ts'

/** A part of a run: from then, until then. */
export interface Phase {
  readonly from?: number
  readonly to?: number
}

/** The calls that began in the phase. */
export function during(
  samples: readonly Sample[],
  { from = 0, to = Number.POSITIVE_INFINITY }: Phase,
): Sample[] {
  return samples.filter(({ began }) => began >= from && began < to)
}

export function worstWait(samples: readonly Sample[]): number {
  return samples.reduce((worst, { waited }) => Math.max(worst, waited), 0)
}

export function errorsOf(samples: readonly Sample[]): string[] {
  return samples.flatMap(({ error }) => (error === undefined ? [] : [error]))
}

/** How long after `healed` the first lookup began that the shared tier answered; infinite when none did. */
export function timeToRecover(samples: readonly Sample[], healed: number): number {
  const first = samples
    .filter(({ began, outcome }) => began >= healed && outcome === 'hit_l2')
    .reduce((earliest, { began }) => Math.min(earliest, began), Number.POSITIVE_INFINITY)
  return first - healed
}

/** Exact percentile: nearest rank. 0 of nothing. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
}
