import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMetrics } from '../../src/metrics/index.ts'
import type { MetricsCollector } from '../../src/metrics/types.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

function measured() {
  const clock = manualClock()
  const metrics = createMetrics({ clock })
  const get = (key: string, hit: boolean, responseTimeMs = 1, endpoint = '/a'): void =>
    metrics.record({ operation: 'get', key, hit, responseTimeMs, endpoint, tier: 'l1' })
  return { clock, metrics, get }
}

describe('a point of a series', () => {
  it('says how long it was counted: from the start, and until now', () => {
    const { clock, metrics } = measured()
    clock.advanceSync(4 * SECOND)
    metrics.reset()
    clock.advanceSync(8 * SECOND)
    expect(metrics.series({ window: '10s' })).toMatchObject([
      { widthMs: 10_000, coveredMs: 6_000, unfinished: false },
      { widthMs: 10_000, coveredMs: 2_000, unfinished: true },
    ])
  })

  it('is there for a step without traffic, and all its counts are 0', () => {
    const { clock, metrics, get } = measured()
    get('a:1', true)
    clock.advanceSync(20 * SECOND)
    get('a:1', true)
    const counts = metrics.series({ window: '1m' }).map(({ stats }) => stats.totalRequests)
    expect(counts).toEqual([1, 0, 1])
  })

  it('tells the times of hits apart from those of all lookups, for the whole cache', () => {
    const { metrics, get } = measured()
    for (let id = 0; id < 100; id++) get(`a:${id}`, id < 90, id < 90 ? 1 : 500)
    const [point] = metrics.series({ window: '10s' })
    expect(point?.stats.p99ResponseTimeMs).toBeGreaterThan(480)
    expect(point?.hits?.p99Ms).toBeLessThan(1.03)
    expect(metrics.series({ window: '10s', pattern: 'a:*' })[0]?.hits).toBeUndefined()
  })

  it('counts what left L1 to make room', () => {
    const { clock, metrics } = measured()
    const { recorder } = metrics
    recorder.eviction(recorder.patternOf('a:1'), 'l1', 'size')
    clock.advanceSync(10 * SECOND)
    recorder.eviction(recorder.patternOf('a:1'), 'l1', 'size')
    recorder.eviction(recorder.patternOf('b:1'), 'l1', 'size')
    recorder.eviction(recorder.patternOf('b:1'), 'l1', 'expired')
    expect(metrics.series({ window: '1m' }).map(({ evictions }) => evictions)).toEqual([1, 2])
    const ofB = metrics.seriesBy({ by: 'pattern', matching: 'b:*', window: '1m' })
    expect(ofB.map(({ points }) => points.map(({ evictions }) => evictions))).toEqual([[0, 1]])
  })
})

describe('the size of L1 over time', () => {
  function sized() {
    const all = measured()
    const l1 = { entries: 0, sizeBytes: 0 }
    all.metrics.watchL1(() => ({ ...l1 }), 1_000)
    const become = (entries: number): void => {
      l1.entries = entries
      l1.sizeBytes = entries * 100
    }
    const entries = (window: string) => all.metrics.series({ window }).map(({ l1 }) => l1?.entries)
    return { ...all, become, entries }
  }

  it('is what it was at the end of each step, and now', () => {
    const { clock, get, become, entries } = sized()
    for (const size of [1, 5, 2]) {
      become(size)
      get('a:1', true)
      clock.advanceSync(10 * SECOND)
      get('a:1', true)
    }
    become(7)
    expect(entries('1m')).toEqual([1, 5, 2, 7])
  })

  it('stays what it was while nothing happens', () => {
    const { clock, get, become, entries } = sized()
    become(3)
    get('a:1', true)
    clock.advanceSync(40 * SECOND)
    get('a:1', true)
    become(4)
    expect(entries('1m')).toEqual([3, 3, 3, 3, 4])
  })

  it('is kept a day, in coarser steps, in the same memory', () => {
    const { clock, metrics, get, become } = sized()
    const bytes = metrics.selfBytes
    let size = 0
    for (let minutes = 0; minutes < 26 * 60; minutes++) {
      get('a:1', true)
      become(++size)
      clock.advanceSync(MINUTE)
    }
    const day = metrics.series().map(({ l1 }) => l1?.entries ?? 0)
    expect(day).toHaveLength(97)
    const finished = day.slice(0, -1)
    expect(
      finished.every((entries, place) => place === 0 || entries === (finished[place - 1] ?? 0) + 15),
    ).toBe(true)
    const hour = metrics.series({ window: '1h' }).map(({ l1 }) => l1?.entries)
    expect(hour.slice(0, 3)).toEqual([size - 59, size - 58, size - 57])
    expect(metrics.selfBytes - bytes).toBeLessThan(200_000)
    clock.advanceSync(48 * HOUR)
    expect(metrics.series({ window: '15m' }).map(({ l1 }) => l1?.entries)).toEqual(new Array(91).fill(size))
  })

  it('is not told where there is no L1, nor by pattern', () => {
    expect(measured().metrics.series({ window: '10s' })[0]?.l1).toBeUndefined()
    expect(sized().metrics.series({ window: '10s', pattern: '*' })[0]?.l1).toBeUndefined()
  })
})

describe('the series of the busiest', () => {
  const busy = () => {
    const all = measured()
    for (const [key, times] of Object.entries({ 'a:1': 3, 'b:1': 5, 'c:1': 1 })) {
      for (let time = 0; time < times; time++) all.get(key, time > 0, 2, `/${key[0]}`)
    }
    return all
  }
  const named = (metrics: MetricsCollector, query: Parameters<MetricsCollector['seriesBy']>[0]) =>
    metrics.seriesBy({ window: '1m', ...query }).map(({ name, totalRequests }) => [name, totalRequests])

  it('are those with most requests, most first, by pattern or by endpoint', () => {
    const { metrics } = busy()
    expect(named(metrics, { by: 'pattern' })).toEqual([
      ['b:*', 5],
      ['a:*', 3],
      ['c:*', 1],
    ])
    expect(named(metrics, { by: 'endpoint', limit: 2 })).toEqual([
      ['/b', 5],
      ['/a', 3],
    ])
    expect(named(metrics, { by: 'pattern', matching: '[ac]:*' })).toEqual([])
    expect(named(metrics, { by: 'pattern', matching: 'c*' })).toEqual([['c:*', 1]])
  })

  it('have no times where none are wanted, and the same counts', () => {
    const { metrics } = busy()
    const counts = metrics.seriesBy({ by: 'pattern', window: '1m', times: false })
    expect(counts.map(({ points }) => points[0]?.stats.outcomes)).toEqual(
      metrics.seriesBy({ by: 'pattern', window: '1m' }).map(({ points }) => points[0]?.stats.outcomes),
    )
    expect(counts[0]?.points[0]?.stats.p95ResponseTimeMs).toBe(0)
    expect(
      metrics.seriesBy({ by: 'pattern', window: '1m' })[0]?.points[0]?.stats.p95ResponseTimeMs,
    ).toBeGreaterThan(1.9)
  })

  it('give at every step what each gives alone, and all together the whole', () => {
    const step = fc.record({
      wait: fc.constantFrom(0, 3 * SECOND, 10 * SECOND, MINUTE, 15 * MINUTE, 3 * HOUR),
      key: fc.constantFrom('a:1', 'b:1', 'c:1'),
      hit: fc.boolean(),
    })
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 1, maxLength: 40 }),
        fc.constantFrom('15m', '1h', '24h'),
        (lookups, window) => {
          const { clock, metrics, get } = measured()
          for (const { wait, key, hit } of lookups) {
            clock.advanceSync(wait)
            get(key, hit, 1, `/${key[0]}`)
          }
          const whole = metrics.series({ window })
          for (const by of ['pattern', 'endpoint'] as const) {
            const all = metrics.seriesBy({ by, window })
            for (const { name, points } of all) expect(points).toEqual(metrics.series({ window, [by]: name }))
            whole.forEach(({ stats }, place) => {
              const sum = all.reduce(
                (total, { points }) => total + (points[place]?.stats.totalRequests ?? 0),
                0,
              )
              expect(sum).toBe(stats.totalRequests)
            })
          }
          const sum = whole.reduce((total, { stats }) => total + stats.totalRequests, 0)
          expect(sum).toBe(metrics.overall({ window }).totalRequests)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('are at most 50', () => {
    const { metrics } = busy()
    expect(() => metrics.seriesBy({ by: 'pattern', limit: 51 })).toThrow(
      /limit is 51; accepted: a whole number from 1 to 50/,
    )
    const untyped: object = { by: 'key' }
    expect(() => metrics.seriesBy({ by: 'pattern', ...untyped })).toThrow(
      /by is "key"; accepted: pattern, endpoint/,
    )
  })
})
