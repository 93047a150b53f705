import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { cell } from '../bench/runner/src/behaviour/cells.ts'
import { withTable } from '../bench/runner/src/behaviour/report.ts'
import type { BehaviourResults } from '../bench/runner/src/behaviour/results.ts'

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
const results: BehaviourResults = JSON.parse(read('bench/results/behaviour.json'))

test('the table of the README is the one of the kept results', () => {
  const readme = read('README.md')
  expect(withTable(readme, results)).toBe(readme)
})

test('a page without a place for the table is refused', () => {
  expect(() => withTable('# Hitrate', results)).toThrow('the page has no lines')
})

test('an old value is said wherever a lookup got one', () => {
  const said = (whileLoading: string, afterLoading: string, elsewhere: string) =>
    cell('invalidationRedis', {
      invalidationRedis: { finding: { whileLoading, afterLoading, elsewhere }, uncaught: [] },
    })
  expect(said('new', 'new', 'new')).toBe('new value')
  expect(said('old', 'old', 'new')).toBe('old value')
  expect(said('old', 'new', 'new')).toBe('old value while the load runs')
  expect(said('new', 'new', 'old')).toBe('old value in another process')
})

test('of lookups without Redis the errors and the hangs are said too', () => {
  const first = { count: 4, errors: 0, hung: false, medianMs: 1, worstMs: 250 }
  const later = { ...first, medianMs: 0.1, worstMs: 2 }
  const said = (finding: { first: typeof first; later?: typeof later }) =>
    cell('mute', { mute: { finding, uncaught: [] } })
  expect(said({ first, later })).toBe('≤ 250 ms, then 0.10 ms (≤ 2.00 ms)')
  expect(said({ first, later: { ...later, errors: 1 } })).toBe(
    '≤ 250 ms, then 0.10 ms (≤ 2.00 ms), 1 of 4 throw',
  )
  expect(said({ first: { ...first, errors: 4 }, later: { ...later, errors: 4 } })).toBe('throws after 250 ms')
  expect(said({ first, later: { ...later, hung: true } })).toBe('≤ 250 ms, then hangs > 15 s')
  expect(said({ first: { ...first, hung: true } })).toBe('hangs > 15 s')
})

test('what nobody caught is said, as it would have ended a service', () => {
  expect(cell('counters', { counters: { error: 'it broke', uncaught: ['a', 'b'] } })).toBe(
    'it broke; 2 uncaught errors',
  )
})
