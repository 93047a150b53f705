import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { barChart } from '../bench/runner/src/speed/chart.ts'
import { chartOf, isDrawn, PAGES, withRows } from '../bench/runner/src/speed/pages.ts'
import type { SpeedResults } from '../bench/runner/src/speed/results.ts'
import { ROWS } from '../bench/runner/src/speed/rows/index.ts'

const path = (name: string) => new URL(`../${name}`, import.meta.url)
const read = (name: string) => readFileSync(path(name), 'utf8')
const { rows }: SpeedResults = JSON.parse(read('bench/results/speed.json'))

test.each(Object.entries(PAGES))('the figures of %s are the kept ones', (name, names) => {
  const page = read(name)
  expect(withRows(page, names, rows)).toBe(page)
})

test('every row is kept, and is on one page', () => {
  const names = ROWS.map(({ name }) => name)
  expect(rows.map(({ name }) => name)).toEqual(names)
  expect(Object.values(PAGES).flat().sort()).toEqual([...names].sort())
})

describe.each(rows.filter(isDrawn))('the chart of $name', (row) => {
  test('is drawn from the kept figures', () => {
    expect(existsSync(path(`docs/images/bench/${row.name}.svg`))).toBe(true)
    expect(read(`docs/images/bench/${row.name}.svg`)).toBe(chartOf(row))
  })
})

test('a page without a place for a row is refused', () => {
  expect(() => withRows('# How fast', ['l1-hit'], rows)).toThrow('the page has no lines')
})

test('a chart says in text what its bars show, and escapes names', () => {
  const bar = { name: 'a <b> & c', value: 2, low: 1, high: 3, text: '2 ns', kind: 'peer' } as const
  const svg = barChart('Title', 'about', [bar])
  expect(svg).toContain('<desc id="description">about. a &lt;b&gt; &amp; c: 2 ns.</desc>')
  expect(svg).not.toContain('<b>')
})
