import type { Prepare, Trial } from './works.ts'

/** One who takes part in a race. */
export interface Entrant {
  readonly name: string
  /** Exports `open` and `setUp`. */
  readonly module: URL
  /** As pinned; `undefined`: it has none of its own. */
  readonly version: string | undefined
  readonly prepare: Prepare
  /** Where it differs from the others. */
  readonly trial?: Partial<Trial>
}

/** What Hitrate is to be against another: of two figures of one round, the median of all rounds. */
export interface Goal {
  readonly of: string
  readonly to: string
  /** Times as fast as `to`. */
  readonly atLeast?: number
  /** Times as slow as `to`. */
  readonly atMost?: number
  /** So far off that short forms leave it out. */
  readonly distant?: true
}

/** Entrants that do the same work in turns, in each of the trials. */
export interface Race {
  readonly name: string
  readonly title: string
  /** What one operation is. */
  readonly operation: string
  readonly trials: readonly Trial[]
  readonly entrants: readonly Entrant[]
  readonly goals: readonly Goal[]
}
