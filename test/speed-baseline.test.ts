import { expect, test } from 'vitest'
import { isWorse, limitOf, withRuns } from '../bench/runner/src/speed/baseline.ts'

const faster = { row: 'l2-hit', text: 'times as fast', better: 'more', runs: [1.5, 1.6, 1.55] } as const
const longer = { row: 'l1-hit', text: 'times as long', better: 'less', runs: [2, 3, 2.5] } as const

test('a ratio is worse only beyond the worst run, by a tenth or by what the runs differ', () => {
  expect(limitOf(faster)).toBeCloseTo(1.35)
  expect(isWorse(faster, 1.36)).toBe(false)
  expect(isWorse(faster, 1.34)).toBe(true)
  expect(isWorse(faster, 9)).toBe(false)
  expect(limitOf(longer)).toBe(4)
  expect(isWorse(longer, 3.9)).toBe(false)
  expect(isWorse(longer, 4.1)).toBe(true)
})

test('new runs replace those of their rows and leave the others', () => {
  const run = { row: 'l1-hit', text: 'times as long', better: 'less' } as const
  expect(
    withRuns(
      [faster, longer],
      [
        { ...run, value: 1 },
        { ...run, value: 2 },
      ],
    ),
  ).toEqual([faster, { ...run, runs: [1, 2] }])
})
