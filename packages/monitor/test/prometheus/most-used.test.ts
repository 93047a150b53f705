import fc from 'fast-check'
import { createMetrics, type LookupTotals } from 'hitrate/metrics'
import { manualClock } from 'hitrate/testing'
import { describe, expect, test } from 'vitest'
import { MostUsed, type Row } from '../../src/prometheus/most-used.ts'

const NONE: LookupTotals = { hit: 0, stale: 0, miss: 0 }

function row(label: string, series: number, miss: number, inherited = 0): Row {
  return { label, series, ...NONE, miss, inherited: { ...NONE, miss: inherited } }
}

/** Misses by label. */
function told(board: MostUsed, rows: readonly Row[]): Record<string, number> {
  return Object.fromEntries(board.update(rows).map(({ label, counts }) => [label, counts.miss]))
}

describe('labels told by name', () => {
  test('are the most used at first; the rest is __other__', () => {
    const board = new MostUsed(2)
    expect(told(board, [row('a', 1, 5), row('b', 2, 9), row('c', 3, 7), row('__other__', 0, 4)])).toEqual({
      b: 9,
      c: 7,
      __other__: 9,
    })
  })

  test('change only for one that is used more than twice as much, which begins at 0', () => {
    const board = new MostUsed(1)
    expect(told(board, [row('a', 1, 10), row('b', 2, 8)])).toEqual({ a: 10, __other__: 8 })
    expect(told(board, [row('a', 1, 11), row('b', 2, 22)])).toEqual({ a: 11, __other__: 22 })
    expect(told(board, [row('a', 1, 12), row('b', 2, 25)])).toEqual({ b: 0, __other__: 26 })
    expect(told(board, [row('a', 1, 13), row('b', 2, 30)])).toEqual({ b: 5, __other__: 27 })
  })

  test('take the place that another one left', () => {
    const board = new MostUsed(1)
    told(board, [row('a', 1, 10), row('b', 2, 8), row('__other__', 0, 0)])
    expect(told(board, [row('b', 2, 9), row('__other__', 0, 10, 10)])).toEqual({ b: 0, __other__: 9 })
  })

  test('that UTF-8 makes one are told once: a repeated series would cost the whole scrape', () => {
    const board = new MostUsed(3)
    expect(told(board, [row('\ud800', 1, 2), row('\ud801', 2, 1), row('\udc00', 3, 1)])).toEqual({
      '\ufffd': 2,
      __other__: 2,
    })
  })
})

describe('the past of a label that was folded into another', () => {
  test('is not counted again there, and what it counted since the last scrape is not lost', () => {
    const board = new MostUsed(5)
    told(board, [row('a', 1, 10), row('__other__', 0, 1)])
    expect(told(board, [row('__other__', 0, 16, 12)])).toEqual({ __other__: 6 })
  })

  test('is not counted again when the label is back with a new series, whose counter goes on', () => {
    const board = new MostUsed(5)
    told(board, [row('a', 1, 2), row('__other__', 0, 0)])
    expect(told(board, [row('a', 7, 3), row('__other__', 0, 2, 2)])).toEqual({ a: 5, __other__: 0 })
    expect(told(board, [row('a', 7, 4), row('__other__', 0, 2, 2)])).toEqual({ a: 6, __other__: 0 })
  })
})

test('counters never go down while their series is there, and every lookup is counted once, whatever moves', () => {
  const burst = fc.record({ label: fc.nat({ max: 11 }), times: fc.integer({ min: 1, max: 40 }) })
  const step = fc.record({
    bursts: fc.array(burst, { maxLength: 8 }),
    minutes: fc.nat({ max: 3 }),
    look: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 40 }), (steps) => {
      const clock = manualClock()
      const metrics = createMetrics({ clock, maxPatterns: 6 })
      const board = new MostUsed(3)
      let before = new Map<string, number>()
      let ended = 0
      let lookups = 0
      const look = (): void => {
        const rows = metrics.totals().patterns.map((one) => ({ ...one, label: one.pattern }))
        const now = new Map(board.update(rows).map(({ label, counts }) => [label, counts.miss]))
        expect(now.size).toBeLessThanOrEqual(4)
        for (const [label, miss] of before) {
          const next = now.get(label)
          if (next === undefined) ended += miss
          else expect(next).toBeGreaterThanOrEqual(miss)
        }
        const sum = [...now.values()].reduce((all, miss) => all + miss, 0)
        expect(sum + ended).toBe(lookups)
        before = now
      }
      for (const { bursts, minutes, look: looks } of steps) {
        for (const { label, times } of bursts) {
          const pattern = metrics.recorder.patternOf(`family-${'abcdefghijkl'[label]}:1`)
          for (let count = 0; count < times; count++) metrics.recorder.lookup(pattern, 'miss', 1, 1)
          lookups += times
        }
        if (looks) look()
        clock.advanceSync(minutes * 60_000)
        if (looks) look()
      }
      look()
    }),
    { numRuns: 100 },
  )
})
