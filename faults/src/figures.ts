import { appendFileSync } from 'node:fs'
import type { Sample } from './messages.ts'

/** What one run of a scenario showed. Times are milliseconds. */
export interface Figures {
  /** Number and fault, as in the table at the end: `3 frozen by SIGSTOP`. */
  readonly scenario: string
  /** The longest that any caller waited for the cache: the origin's own time does not count. */
  readonly worstAddedWait?: number
  readonly errors?: number
  /** From when the fault was over until the shared tier answered again. */
  readonly recovered?: number
  /** Further figures, as they are to be printed. */
  readonly more?: string
}

/** Where the long run gathers the figures of all scenarios; one JSON text a line. */
const FILE = process.env.FAULTS_FIGURES

/** Prints the figures, and keeps them for the table of a long run. */
export function record(figures: Figures): void {
  console.log(`${figures.scenario}: ${describe(figures).join(', ')}`)
  if (FILE !== undefined) appendFileSync(FILE, `${JSON.stringify(figures)}\n`)
}

function describe({ worstAddedWait, errors, recovered, more }: Figures): string[] {
  return [
    ...(worstAddedWait === undefined ? [] : [`worst added wait ${worstAddedWait.toFixed(1)} ms`]),
    ...(errors === undefined ? [] : [`errors to callers ${errors}`]),
    ...(recovered === undefined ? [] : [`recovered in ${recovered.toFixed(0)} ms`]),
    ...(more === undefined ? [] : [more]),
  ]
}

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
