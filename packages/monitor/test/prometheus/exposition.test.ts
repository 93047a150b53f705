import { promtool } from '@hitrate/test-support'
import { createMetrics } from 'hitrate/metrics'
import { describe, expect, test } from 'vitest'
import { exposition, type Family } from '../../src/prometheus/exposition.ts'

const odd: Family = {
  name: 'odd',
  help: 'A "quoted" \\ and\nbroken line.',
  type: 'counter',
  samples: [{ labels: { key: 'C:\\temp\n"x"', cache: 'shop' }, value: 3 }],
}

function times(): Family {
  const metrics = createMetrics()
  for (const responseTimeMs of [0, 1, 1.5, 3, 2_000]) {
    metrics.record({ operation: 'get', key: 'a', hit: true, responseTimeMs })
  }
  const value = metrics.totals().requestDuration.hit_l2
  return {
    name: 'time_seconds',
    help: 'Time.',
    type: 'histogram',
    exponents: [-20, -9, 0, 2],
    samples: [{ labels: { cache: 'shop' }, value }],
  }
}

describe('text format 0.0.4', () => {
  test('names a counter with its _total, and escapes backslash and newline in help, quotes too in labels', () => {
    expect(exposition([odd], 'text')).toBe(
      [
        '# HELP odd_total A "quoted" \\\\ and\\nbroken line.',
        '# TYPE odd_total counter',
        'odd_total{key="C:\\\\temp\\n\\"x\\"",cache="shop"} 3',
        '',
      ].join('\n'),
    )
  })

  test('is what promtool accepts', () => {
    expect(promtool(['check', 'metrics'], exposition([odd, times()], 'text'))).toEqual({
      ok: true,
      output: '',
    })
  })
})

describe('OpenMetrics 1.0', () => {
  test('names the family without _total, escapes quotes in help, and says where it ends', () => {
    expect(exposition([odd], 'openmetrics')).toBe(
      [
        '# HELP odd A \\"quoted\\" \\\\ and\\nbroken line.',
        '# TYPE odd counter',
        'odd_total{key="C:\\\\temp\\n\\"x\\"",cache="shop"} 3',
        '# EOF',
        '',
      ].join('\n'),
    )
  })
})

test('a histogram counts up to each border, everything at +Inf, and both formats have the same series', () => {
  const lines = exposition([times()], 'text').trimEnd().split('\n').slice(2)
  expect(lines).toEqual([
    'time_seconds_bucket{cache="shop",le="9.5367431640625e-07"} 1',
    'time_seconds_bucket{cache="shop",le="0.001953125"} 3',
    'time_seconds_bucket{cache="shop",le="1.0"} 4',
    'time_seconds_bucket{cache="shop",le="4.0"} 5',
    'time_seconds_bucket{cache="shop",le="+Inf"} 5',
    'time_seconds_sum{cache="shop"} 2.0055',
    'time_seconds_count{cache="shop"} 5',
  ])
  expect(exposition([times()], 'openmetrics').split('\n')).toEqual(expect.arrayContaining(lines))
})

test('a family without series is left out', () => {
  expect(exposition([{ ...odd, samples: [] }], 'text')).toBe('')
  expect(exposition([], 'openmetrics')).toBe('# EOF\n')
})
