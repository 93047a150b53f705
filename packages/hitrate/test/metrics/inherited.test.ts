import { expect, test } from 'vitest'
import { createMetrics } from '../../src/metrics/index.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'

function twoPatterns() {
  const clock = manualClock()
  const metrics = createMetrics({ clock, maxPatterns: 2 })
  const look = (key: string, times: number): void => {
    for (let count = 0; count < times; count++)
      metrics.recorder.lookup(metrics.recorder.patternOf(key), 'miss', 1, 1)
  }
  const totals = () =>
    new Map(metrics.totals().patterns.map(({ pattern, ...counts }) => [pattern, counts] as const))
  return { clock, look, totals }
}

test('what a label had counted when it lost its series is told apart from what __other__ counted itself', () => {
  const { clock, look, totals } = twoPatterns()
  look('idle:1', 1)
  look('steady:1', 50)
  look('rising:1', 50)
  expect(totals().get('__other__')).toMatchObject({ miss: 50, inherited: { miss: 0 } })
  clock.advanceSync(60_000)
  look('idle:1', 3)
  expect(totals().get('__other__')).toMatchObject({ miss: 54, inherited: { miss: 1 } })
  expect(totals().get('rising:*')).toMatchObject({ miss: 0, inherited: { miss: 0 } })
})

test('a label that got its series back counts in another one', () => {
  const { clock, look, totals } = twoPatterns()
  look('ours:1', 1)
  look('steady:1', 500)
  look('rival:1', 10)
  const first = totals().get('ours:*')?.series
  clock.advanceSync(60_000)
  look('ours:1', 100)
  clock.advanceSync(60_000)
  look('ours:1', 2)
  expect(totals().get('ours:*')).toMatchObject({ miss: 2, inherited: { miss: 0 } })
  expect(totals().get('ours:*')?.series).not.toBe(first)
  expect(totals().get('__other__')).toMatchObject({ miss: 111, inherited: { miss: 1 } })
})
