import type { Race } from './race.ts'
import type { RowResult } from './results.ts'
import { type Pace, runTrial } from './run-race.ts'

/** A question of the suite; one file in `rows/` each. */
export interface Row {
  readonly name: string
  readonly title: string
  /** Whether its ratios are compared with the baseline. */
  readonly guarded: boolean
  measure(pace: RowPace): Promise<RowResult>
}

export interface RowPace extends Pace {
  /** The first so many only; all where nothing is said. */
  readonly trials: number | undefined
}

export function rowOf(race: Race): Row {
  const { name, title, operation } = race
  return {
    name,
    title,
    guarded: race.goals.length > 0,
    measure: async (pace) => {
      const trials = []
      for (const trial of race.trials.slice(0, pace.trials)) trials.push(await runTrial(race, trial, pace))
      return { name, title, operation, trials }
    },
  }
}
