import type { Provenance } from '../provenance.ts'
import type { RowResult, Verdict } from './results.ts'

/** What is kept in `bench/results/baseline.json`. */
export interface Baseline extends Provenance {
  readonly ratios: readonly KnownRatio[]
}

/** A ratio as it was in several runs, each with processes of its own. */
export interface KnownRatio {
  readonly row: string
  readonly text: string
  readonly better: 'more' | 'less'
  readonly runs: readonly number[]
}

/**
 * As far as one more run may lie beyond those that were kept. Runs of the same code differ by what the compiler made of it,
 * where things came to lie, and what else the machine did: three of `l1-hit` gave 0.55, 0.60 and 0.59 of layered-loader, and
 * 20, 17 and 23 of cacheable.
 */
const NOISE = 0.1

export interface RatioOfRun {
  readonly row: string
  readonly text: string
  readonly better: 'more' | 'less'
  readonly value: number
}

/** The ratios of a row in one run. Throws where one could not be measured. */
export function ratiosOf({ name, trials }: RowResult): readonly RatioOfRun[] {
  return trials.flatMap(({ verdicts }) =>
    verdicts.map(({ text, goal, value }: Verdict): RatioOfRun => {
      if (value === undefined) throw new Error(`${name}: no figures for ${text}`)
      return { row: name, text, better: goal.atLeast === undefined ? 'less' : 'more', value: value.median }
    }),
  )
}

/** Worse than this is worse than any run was, by more than runs differ. */
export function limitOf({ better, runs }: KnownRatio): number {
  return better === 'more' ? Math.min(...runs) * (1 - NOISE) : Math.max(...runs) * (1 + NOISE)
}

export function isWorse(known: KnownRatio, value: number): boolean {
  return known.better === 'more' ? value < limitOf(known) : value > limitOf(known)
}

/** The runs of each ratio, in place of what was known of the same rows. */
export function withRuns(
  known: readonly KnownRatio[],
  measured: readonly RatioOfRun[],
): readonly KnownRatio[] {
  const rows = new Set(measured.map(({ row }) => row))
  const fresh = Map.groupBy(measured, ({ row, text }) => `${row}: ${text}`)
  return [
    ...known.filter(({ row }) => !rows.has(row)),
    ...[...fresh.values()].flatMap((runs) => {
      const [first] = runs
      if (first === undefined) return []
      const { row, text, better } = first
      return [{ row, text, better, runs: runs.map(({ value }) => value) }]
    }),
  ]
}
