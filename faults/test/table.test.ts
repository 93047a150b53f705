import { expect, test } from 'vitest'
import { figuresTable } from '../src/table.ts'

test('runs of one scenario are one line with the worst of them, in the order of their numbers', () => {
  const table = figuresTable([
    { scenario: '10 OOM', worstAddedWait: 12.4, errors: 0, recovered: 3 },
    { scenario: '2 killed', worstAddedWait: 7, errors: 1, recovered: 200 },
    { scenario: '2 killed', worstAddedWait: 250.2, errors: 0, recovered: 100, more: 'and more' },
    { scenario: '6 set', recovered: 5 },
  ])
  expect(table.split('\n')).toEqual([
    'scenario  runs  worst added wait  errors  recovered in',
    '2 killed     2            250 ms       1        200 ms  and more',
    '6 set        1                                    5 ms',
    '10 OOM       1             12 ms       0          3 ms',
  ])
})
