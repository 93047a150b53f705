import type { Answered } from './history.ts'
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

/** The longest time between two lookups that L2 answered, from the last before the strike on; without end where there was none after. */
export function longestDark(
  answers: readonly Answered[],
  struckAt: number,
): { readonly from: number; readonly until: number } {
  const hits = answers.filter(({ outcome }) => outcome === 'hit_l2').map(({ began }) => began)
  hits.sort((left, right) => left - right)
  const before = hits.findLast((began) => began < struckAt) ?? struckAt
  const later = [...hits.filter((began) => began >= struckAt), Number.POSITIVE_INFINITY]
  const last = answers.reduce((latest, { began }) => Math.max(latest, began), struckAt)
  let longest = { from: before, until: before }
  let from = before
  for (const until of later) {
    // What comes after the last lookup is no darkness, unless there was none at all.
    const end = Number.isFinite(until) || from === before ? until : last
    if (end - from > longest.until - longest.from) longest = { from, until: end }
    from = until
  }
  return longest
}

/** Exact percentile: nearest rank. 0 of nothing. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0
}
