import type { Provenance } from '../provenance.ts'
import type { ProbeReport } from './order.ts'
import type { ProbeName } from './probes/index.ts'

/** What is kept in `bench/results/behaviour.json`. */
export interface BehaviourResults extends Provenance {
  readonly subjects: readonly SubjectResults[]
}

export interface SubjectResults {
  readonly name: string
  readonly version: string
  /** What was set; the rest are defaults. */
  readonly setUp: string
  readonly dependencies: Readonly<Record<string, string>>
  readonly reports: Reports
}

/** A probe is missing where the wiring before it was wrong. */
export type Reports = { readonly [P in ProbeName]?: ProbeReport<P> }
