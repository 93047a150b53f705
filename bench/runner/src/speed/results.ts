import type { Provenance } from '../provenance.ts'
import type { Spread } from '../spread.ts'

/** What is kept in `bench/results/speed.json`. */
export interface SpeedResults {
  readonly rows: readonly KeptRow[]
}

/** Rows may be measured one by one: what is compared is always of one row. */
export interface KeptRow extends RowResult, Provenance {}

export interface RowResult {
  readonly name: string
  readonly title: string
  /** What one operation is. */
  readonly operation: string
  readonly trials: readonly TrialResult[]
}

export interface TrialResult {
  readonly name: string
  readonly figures: readonly Figure[]
  readonly verdicts: readonly Verdict[]
}

export interface Figure {
  readonly name: string
  readonly version?: string
  /** What was set; the rest are defaults. */
  readonly setUp?: string
  /** Why it has no figures: what it answered wrongly. */
  readonly disqualified?: string
  /** Of one operation. */
  readonly nanoseconds?: Spread
  readonly cpuNanoseconds?: Spread
  /** Of Redis. */
  readonly serverCpuNanoseconds?: Spread
  /** Of memory. */
  readonly bytes?: Spread
  /** To Redis, by name, of one operation. */
  readonly commands?: Readonly<Record<string, number>>
}

export interface Verdict {
  readonly text: string
  readonly goal: { readonly atLeast?: number; readonly atMost?: number }
  /** Of the rounds' ratios; absent where one of the two has no figures. */
  readonly value?: Spread
  readonly reached: boolean
}
