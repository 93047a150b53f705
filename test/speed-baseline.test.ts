import { expect, test } from 'vitest'
import { isWorse, withRuns } from '../bench/runner/src/speed/baseline.ts'

const faster = { row: 'l2-hit', text: 'times as fast', better: 'more', runs: [1.5, 1.6, 1.55] } as const
const longer = { row: 'l1-hit', text: 'times as long', better: 'less', runs: [2, 3, 2.5] } as const

test('a ratio is worse only when it is more than a tenth beyond the worst run', () => {
  expect(isWorse(faster, 1.36)).toBe(false)
  expect(isWorse(faster, 1.34)).toBe(true)
  expect(isWorse(faster, 9)).toBe(false)
  expect(isWorse(longer, 3.29)).toBe(false)
  expect(isWorse(longer, 3.31)).toBe(true)
  expect(isWorse(longer, 0.1)).toBe(false)
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
