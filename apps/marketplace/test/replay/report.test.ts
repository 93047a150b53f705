import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Latencies } from '../../src/replay/latencies.ts'
import { showProgress } from '../../src/replay/progress.ts'
import { shoppingText } from '../../src/replay/report.ts'
import { count, textTable } from '../../src/replay/table.ts'

describe('latencies', () => {
  it('have exact percentiles: the smallest sample that so many are not above', () => {
    const latencies = new Latencies()
    for (let sample = 1000; sample >= 1; sample--) latencies.record(sample, sample % 10 !== 0)
    expect(latencies.figures()).toEqual({
      requests: 1000,
      failed: 100,
      p50Ms: 500,
      p95Ms: 950,
      p99Ms: 990,
      maxMs: 1000,
    })
  })

  it('are zero without a sample, and that sample with one', () => {
    expect(new Latencies().figures()).toMatchObject({ requests: 0, p50Ms: 0, maxMs: 0 })
    const one = new Latencies()
    one.record(7, true)
    expect(one.figures()).toMatchObject({ p50Ms: 7, p95Ms: 7, p99Ms: 7, maxMs: 7 })
  })

  it('never say less than a share of the samples, whatever they are', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1 }), (samples) => {
        const latencies = new Latencies()
        for (const sample of samples) latencies.record(sample, true)
        const { p50Ms, p95Ms, maxMs } = latencies.figures()
        const below = (bound: number) => samples.filter((sample) => sample <= bound).length / samples.length
        expect(below(p50Ms)).toBeGreaterThanOrEqual(0.5)
        expect(below(p95Ms)).toBeGreaterThanOrEqual(0.95)
        expect(maxMs).toBe(Math.max(...samples))
      }),
    )
  })
})

describe('what a replay prints', () => {
  it('is a table with its columns aligned', () => {
    const table = textTable(
      [
        { name: 'product:*', hits: 36748 },
        { name: 'a', hits: 1 },
      ],
      [
        { title: 'pattern', cell: ({ name }) => name, left: true },
        { title: 'hits', cell: ({ hits }) => count(hits) },
      ],
    )
    expect(table).toBe('pattern      hits\nproduct:*  36 748\na               1')
  })

  it('groups digits by three', () => {
    expect([0, 999, 1000, 36748, 1234567].map(count)).toEqual(['0', '999', '1 000', '36 748', '1 234 567'])
  })

  it('names the first ten unreadable lines and counts the rest', () => {
    const unreadable = Array.from({ length: 12 }, (_, index) => `a.csv, line ${index} is broken`)
    const text = shoppingText({ views: [], visits: 0, codes: new Set(), skipped: 3, unreadable })
    expect(text.split('\n')).toHaveLength(12)
    expect(text).toContain('3 skipped without a StockCode, 12 unreadable')
    expect(text).toContain('line 9 is broken\n  and 2 more')
  })

  it('shows progress on one line of a terminal, and in lines elsewhere', () => {
    const written: string[] = []
    const progress = showProgress(200, { isTTY: true, write: (text: string) => written.push(text) })
    progress.update(50)
    progress.end()
    expect(written.join('')).toMatch(/^\r.*50 of 200 lines \(25 %\), [\d ]+ a second\n$/)
    const lines: string[] = []
    const plain = showProgress(200, { write: (text: string) => lines.push(text) })
    plain.update(200)
    plain.end()
    expect(lines.join('')).toMatch(/^200 of 200 lines \(100 %\), [\d ]+ a second\n$/)
  })
})
