import { createMetrics } from 'hitrate/metrics'
import { manualClock } from 'hitrate/testing'
import { describe, expect, test } from 'vitest'
import type { SeriesAnswer } from '../../src/contract/live-answers.ts'
import { seriesSchema } from '../../src/contract/live-schemas.ts'
import { createMonitor, SERIES_METRICS } from '../../src/index.ts'
import { ask, expectProblem } from '../support/monitors.ts'

const OUTCOMES = ['hit_l1', 'hit_l2', 'stale', 'miss', 'coalesced', 'error', 'bypass'] as const

function shop() {
  const clock = manualClock()
  const metrics = createMetrics({ clock })
  const monitor = createMonitor({ metrics, clock })
  const { recorder } = metrics
  const series = async (query: string): Promise<SeriesAnswer> => {
    const { status, json } = await ask(monitor, `/series?${query}`)
    expect(status).toBe(200)
    return seriesSchema.parse(json)
  }
  const lookup = (key: string, outcome: (typeof OUTCOMES)[number], ms = 1): void =>
    recorder.lookup(recorder.patternOf(key), outcome, ms, ms)
  return { clock, metrics, monitor, recorder, series, lookup }
}

/** What a rate over the steps counted. */
function counted({ steps, series: [only] }: SeriesAnswer, metric: (typeof SERIES_METRICS)[number]): number {
  const rates = only?.values[metric] ?? []
  return rates.reduce<number>(
    (sum, rate, place) => sum + (rate ?? Number.NaN) * (steps[place]?.seconds ?? 0),
    0,
  )
}

test.each(['5m', '15m', '1h', '2h', '24h'])(
  'the points of the last %s add up to what /stats counts in it',
  async (window) => {
    const { clock, monitor, series, lookup } = shop()
    // A day of traffic that never repeats itself, with quiet stretches.
    for (let minute = 0; minute < 25 * 60; minute++) {
      if (minute % 60 >= 10) {
        for (let time = 0; time <= minute % 7; time++) {
          lookup(`product:${minute}`, OUTCOMES[(minute + time) % OUTCOMES.length] ?? 'miss')
        }
      }
      clock.advanceSync(minute % 2 === 0 ? 53_000 : 67_000)
    }
    while (clock.wall() % (15 * 60_000) !== 0) {
      lookup('product:last', 'hit_l1')
      clock.advanceSync(1_000)
    }
    // All steps are finished but for the newest, and that one has no traffic yet.
    clock.advanceSync(2_000)
    const metric = OUTCOMES.map((outcome) => `${outcome}_per_second` as const)
    const points = await series(`window=${window}&metric=${metric.join(',')}`)
    const stats = (await ask(monitor, `/stats?window=${window}`)).json
    const outcomes: Record<string, number> = {}
    for (const outcome of OUTCOMES) outcomes[outcome] = Math.round(counted(points, `${outcome}_per_second`))
    expect(stats).toMatchObject({ outcomes, total_requests: points.series[0]?.total_requests })
    expect(points.series[0]?.total_requests).toBeGreaterThan(0)
  },
)

describe('GET /series', () => {
  test('has every metric there is, for the whole cache', async () => {
    const { clock, metrics, recorder, series, lookup } = shop()
    metrics.watchL1(() => ({ entries: 3, sizeBytes: 1_500 }), 4_000)
    for (let time = 0; time < 80; time++) lookup('a:1', 'hit_l1', 2)
    for (let time = 0; time < 20; time++) lookup('a:1', 'miss', 32)
    recorder.load(recorder.patternOf('a:1'), 'ok', 'lookup', 500)
    recorder.load(recorder.patternOf('a:1'), 'error', 'lookup', 500)
    recorder.eviction(recorder.patternOf('a:1'), 'l1', 'size')
    clock.advanceSync(10_000)
    const { step_seconds, steps, series: all } = await series(`window=10s&metric=${SERIES_METRICS.join(',')}`)
    expect(step_seconds).toBe(10)
    expect(steps).toEqual([
      { at: '2026-01-01T00:00:00.000Z', seconds: 10, unfinished: false },
      { at: '2026-01-01T00:00:10.000Z', seconds: 0, unfinished: true },
    ])
    const first = Object.fromEntries(
      Object.entries(all[0]?.values ?? {}).map(([metric, values]) => [
        metric,
        Number(values?.[0]?.toFixed(1)),
      ]),
    )
    expect(first).toMatchObject({
      requests_per_second: 10,
      hit_rate: 0.8,
      hit_l1_per_second: 8,
      miss_per_second: 2,
      stale_per_second: 0,
      response_p50_ms: 2,
      hit_p99_ms: 2,
      loads_per_second: 0.2,
      load_errors_per_second: 0.1,
      evictions_per_second: 0.1,
      l1_entries: 3,
      l1_size_bytes: 1_500,
    })
    expect(first.load_p95_ms).toBeGreaterThan(489)
    expect(first.response_p95_ms).toBeGreaterThan(31)
    expect(Object.keys(first)).toEqual([...SERIES_METRICS])
  })

  test('a step without traffic has rates of 0, and no hit rate and no times; sizes stay unknown where nobody tells', async () => {
    const { clock, series, lookup } = shop()
    lookup('a:1', 'hit_l1')
    clock.advanceSync(20_000)
    lookup('a:1', 'hit_l1')
    clock.advanceSync(5_000)
    const asked = 'requests_per_second,hit_rate,response_p95_ms,hit_p95_ms,load_p95_ms,l1_entries'
    const { steps, series: all } = await series(`window=1m&metric=${asked}`)
    expect(steps.map(({ seconds, unfinished }) => [seconds, unfinished])).toEqual([
      [10, false],
      [10, false],
      [5, true],
    ])
    const { values } = all[0] ?? {}
    expect(values?.requests_per_second).toEqual([0.1, 0, 0.2])
    expect(values?.hit_rate).toEqual([1, null, 1])
    expect(values?.response_p95_ms?.[1]).toBeNull()
    expect(values?.hit_p95_ms?.[1]).toBeNull()
    expect(values?.load_p95_ms).toEqual([null, null, null])
    expect(values?.l1_entries).toEqual([null, null, null])
  })

  test('a rate over less than a second is null: it would be anything', async () => {
    const { clock, series, lookup } = shop()
    clock.advanceSync(10_200)
    lookup('a:1', 'hit_l1')
    expect((await series('window=10s')).series[0]?.values.requests_per_second).toEqual([0, null])
  })

  test('steps before the start are absent, and so are those before a reset', async () => {
    const { clock, metrics, series, lookup } = shop()
    clock.advanceSync(60_000)
    expect((await series('window=15m')).steps).toHaveLength(7)
    metrics.reset()
    lookup('a:1', 'hit_l1')
    clock.advanceSync(1_000)
    expect((await series('window=15m')).steps).toHaveLength(1)
  })

  test('by pattern and by endpoint the busiest are told apart, most requests first', async () => {
    const { clock, metrics, series } = shop()
    const get = (key: string, endpoint: string, times: number): void => {
      for (let time = 0; time < times; time++) {
        metrics.record({ operation: 'get', key, endpoint, hit: time > 0, responseTimeMs: 4 })
      }
    }
    get('feed:1', '/feed', 10)
    get('product:1', '/products/:id', 20)
    get('user:1', '/users/:id', 5)
    clock.advanceSync(10_000)
    const named = async (query: string) =>
      (await series(`window=10s&${query}`)).series.map(({ name, total_requests }) => [name, total_requests])
    expect(await named('by=pattern&limit=2')).toEqual([
      ['product:*', 20],
      ['feed:*', 10],
    ])
    expect(await named('by=endpoint')).toEqual([
      ['/products/:id', 20],
      ['/feed', 10],
      ['/users/:id', 5],
    ])
    expect(await named('by=pattern&pattern=u*')).toEqual([['user:*', 5]])
    expect(await named('pattern=?e*')).toEqual([[null, 10]])
    expect(await named('endpoint=/users/:id')).toEqual([[null, 5]])
    expect(await named('endpoint=/nobody')).toEqual([[null, 0]])
    const { values } = (await series('window=10s&by=pattern&metric=hit_rate,response_p95_ms')).series[0] ?? {}
    expect(values?.hit_rate).toEqual([0.95, null])
    expect(values?.response_p95_ms?.[0]).toBeCloseTo(4, 0)
  })

  test('by pattern at most four metrics may be asked for', async () => {
    const { monitor } = shop()
    const five = SERIES_METRICS.slice(0, 5).join(',')
    expectProblem(await ask(monitor, `/series?by=pattern&metric=${five}`), 400, {
      parameter: 'metric',
      accepted: expect.stringContaining('at most 4'),
    })
  })

  test('the same question within a second is answered once, however many ask', async () => {
    const clock = manualClock()
    const metrics = createMetrics({ clock })
    let asked = 0
    const counting = {
      ...metrics,
      series(query?: Parameters<typeof metrics.series>[0]) {
        asked++
        return metrics.series(query)
      },
    }
    const monitor = createMonitor({ metrics: counting, clock })
    for (let tab = 0; tab < 20; tab++) expect((await ask(monitor, '/series?window=15m')).status).toBe(200)
    expect(asked).toBe(1)
    await ask(monitor, '/series?window=1h')
    expect(asked).toBe(2)
    clock.advanceSync(1_000)
    await ask(monitor, '/series?window=15m')
    expect(asked).toBe(3)
  })

  test('steps are as wide as asked, rounded up to what is kept', async () => {
    const { clock, series } = shop()
    clock.advanceSync(3_600_000)
    expect((await series('window=15m&step=25s')).step_seconds).toBe(30)
    expect((await series('window=1h&step=10s')).step_seconds).toBe(60)
    expect((await series('step=1h')).step_seconds).toBe(3_600)
  })
})
