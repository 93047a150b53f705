import { type Spread, spreadOf } from '../spread.ts'
import type { Goal } from './race.ts'
import type { Verdict } from './results.ts'

/** As much of a turn as is compared. */
export interface Timed {
  readonly nanoseconds: number
  readonly cpuNanoseconds?: number
}

/** Two of one round are compared with each other: whatever slowed the machine then, slowed both. */
export function verdictOf(goal: Goal, turnsOf: (name: string) => readonly Timed[]): Verdict {
  const other = turnsOf(goal.to)
  const ratios = turnsOf(goal.of).flatMap(({ nanoseconds }, round) => {
    const against = other[round]?.nanoseconds
    if (against === undefined) return []
    return [goal.atLeast === undefined ? nanoseconds / against : against / nanoseconds]
  })
  const { of, to, distant: _, ...bound } = goal
  const text = `${of}, times as ${bound.atLeast === undefined ? 'long' : 'fast'} as ${to}`
  return verdict(text, bound, ratios.length === 0 ? undefined : spreadOf(ratios))
}

/** @param value `undefined`: there are no figures */
export function verdict(text: string, goal: Verdict['goal'], value: Spread | undefined): Verdict {
  if (value === undefined) return { text, goal, reached: false }
  const { atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY } = goal
  return { text, goal, value, reached: value.median >= atLeast && value.median <= atMost }
}
