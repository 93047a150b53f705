import { expect, test } from 'vitest'
import type { Answered } from '../src/history.ts'
import { longestDark } from '../src/samples.ts'

const STRUCK_AT = 1_000

function answered(outcomes: readonly (readonly [began: number, outcome: string])[]): Answered[] {
  return outcomes.map(([began, outcome]) => ({
    process: 'A',
    key: 'a:1',
    began,
    ended: began + 1,
    id: 'A-1',
    outcome,
  }))
}

test.each([
  {
    what: 'from the last hit before the strike to the first after it',
    answers: [
      [900, 'hit_l2'],
      [990, 'hit_l2'],
      [1_010, 'miss'],
      [2_000, 'hit_l1'],
      [3_000, 'hit_l2'],
      [3_010, 'hit_l2'],
    ] as const,
    dark: { from: 990, until: 3_000 },
  },
  {
    what: 'when hits go on for a while',
    answers: [
      [990, 'hit_l2'],
      [1_100, 'hit_l2'],
      [1_900, 'hit_l2'],
      [2_000, 'hit_l2'],
    ] as const,
    dark: { from: 1_100, until: 1_900 },
  },
  {
    what: 'when there was none before',
    answers: [
      [990, 'miss'],
      [1_500, 'hit_l2'],
    ] as const,
    dark: { from: 1_000, until: 1_500 },
  },
  {
    what: 'without end when there was none after',
    answers: [
      [990, 'hit_l2'],
      [1_100, 'miss'],
      [5_000, 'miss'],
    ] as const,
    dark: { from: 990, until: Number.POSITIVE_INFINITY },
  },
  {
    what: 'to the last lookup when hits ended after a strike',
    answers: [
      [990, 'hit_l2'],
      [1_100, 'hit_l2'],
      [5_000, 'miss'],
    ] as const,
    dark: { from: 1_100, until: 5_000 },
  },
])('the longest time without a hit of L2 goes $what', ({ answers, dark }) => {
  expect(longestDark(answered(answers), STRUCK_AT)).toEqual(dark)
})
