import { describe, expect, test } from 'vitest'
import {
  type Answered,
  type Birth,
  check,
  describeIllegal,
  type History,
  type Invalidated,
  staleness,
} from '../src/history.ts'

const birth = (given: Partial<Birth>): Birth => ({
  id: 'old',
  kind: 'load',
  key: 'a:1',
  process: 'A',
  began: 0,
  ended: 5,
  ...given,
})
const removal = (given: Partial<Invalidated>): Invalidated => ({
  what: 'delete',
  by: 'key',
  process: 'A',
  covers: { key: 'a:1' },
  mode: 'delete',
  brought: undefined,
  began: 10,
  ended: 20,
  delivered: true,
  ...given,
})
const lookup = (given: Partial<Answered>): Answered => ({
  process: 'A',
  key: 'a:1',
  began: 30,
  ended: 31,
  id: 'old',
  outcome: 'hit_l1',
  ...given,
})

const history = (
  by: Partial<Invalidated>,
  answer: Partial<Answered>,
  ...births: Partial<Birth>[]
): History => ({
  births: [birth({}), ...births.map(birth)],
  invalidations: [removal(by)],
  answers: [lookup(answer)],
})
const illegal = (of: History, bound = 0): number => check(of, { bound }).length

describe('what is illegal', () => {
  test('an old value after a delete has resolved', () => {
    const one = history({}, {})
    expect(illegal(one)).toBe(1)
    const [found] = check(one, { bound: 0 })
    if (found === undefined) throw new Error('nothing was illegal')
    expect(describeIllegal(found, one)).toContain('A got old for a:1 (hit_l1)')
  })
  test('in the own process at once, whether it was delivered or not', () => {
    expect(illegal(history({ delivered: false }, { began: 20.001 }), 2_000)).toBe(1)
  })
  test('in another process once the bound has passed', () => {
    expect(illegal(history({ process: 'B' }, { began: 121 }), 100)).toBe(1)
    expect(illegal(history({ process: 'B' }, { began: 119 }), 100)).toBe(0)
  })
  test('a value that was set before a later set began', () => {
    expect(illegal(history({ brought: 'new' }, {}, { id: 'new', kind: 'set', began: 10 }))).toBe(1)
  })
  test('an expired value that passes as fresh', () => {
    expect(illegal(history({ mode: 'expire' }, { outcome: 'hit_l2' }))).toBe(1)
  })
  test('a key covered by a prefix', () => {
    expect(illegal(history({ covers: { prefix: 'a:' } }, {}))).toBe(1)
    expect(illegal(history({ covers: { prefix: 'b:' } }, {}))).toBe(0)
  })
})

describe('what is legal', () => {
  test('an old value while the delete has not resolved', () => {
    expect(illegal(history({}, { began: 20 }))).toBe(0)
  })
  test('a value whose load began after the invalidation did', () => {
    expect(illegal(history({}, { id: 'new' }, { id: 'new', began: 11 }))).toBe(0)
  })
  test('the value that a set brought, and that of a set which overlapped it', () => {
    expect(
      illegal(history({ brought: 'new' }, { id: 'new' }, { id: 'new', kind: 'set', began: 10, ended: 20 })),
    ).toBe(0)
    expect(
      illegal(
        history({ brought: 'new' }, { id: 'other' }, { id: 'other', kind: 'set', began: 9, ended: 12 }),
      ),
    ).toBe(0)
  })
  test('an expired value served as stale', () => {
    expect(illegal(history({ mode: 'expire' }, { outcome: 'stale' }))).toBe(0)
  })
  test('what was not delivered, in another process; and what is excused', () => {
    expect(illegal(history({ process: 'B', delivered: false }, {}))).toBe(0)
    const excused = (process: string, at: number): boolean => process === 'A' && at === 30
    expect(check(history({ process: 'B' }, {}), { bound: 0, excused })).toEqual([])
  })
})

test('a value of another key is an error of the test or worse', () => {
  expect(() => check(history({}, { key: 'b:1' }), { bound: 0 })).toThrow('A got old for b:1')
})

test('staleness is how long after an invalidation the last old value was asked for', () => {
  expect(staleness(history({ process: 'B' }, { began: 32.5 }))).toEqual([12.5])
  expect(staleness(history({}, { id: 'new' }, { id: 'new', began: 11 }))).toEqual([0])
})
