import { promtool } from '@hitrate/test-support'
import { createCache, VERSION } from 'hitrate'
import { createMetrics, type MetricsCollector } from 'hitrate/metrics'
import { manualClock } from 'hitrate/testing'
import { describe, expect, test } from 'vitest'
import { bearerToken, createMonitor, type Monitor } from '../../src/index.ts'
import { ask, expectProblem, measuredMetrics } from '../support/monitors.ts'

const TEXT = 'text/plain; version=0.0.4; charset=utf-8'
const OPENMETRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8'

async function scrape(monitor: Monitor): Promise<ReadonlyMap<string, number>> {
  const { status, text } = await ask(monitor, '/metrics')
  expect(status).toBe(200)
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    lines.map((line) => {
      const space = line.lastIndexOf(' ')
      return [line.slice(0, space), Number(line.slice(space + 1))]
    }),
  )
}

const families = async (monitor: Monitor): Promise<readonly string[]> =>
  [...(await ask(monitor, '/metrics')).text.matchAll(/^# TYPE (\S+ \S+)$/gm)].map(([, family = '']) => family)

/** Something in every window and every family. */
function busy(): MetricsCollector {
  const metrics = createMetrics({ clock: manualClock() })
  const { recorder } = metrics
  const pattern = recorder.patternOf('product:1')
  recorder.lookup(pattern, 'hit_l1', 1, 1)
  recorder.lookup(pattern, 'miss', 1, 21, 'cold')
  recorder.lookup(pattern, 'coalesced', 1, 21)
  recorder.lookup(pattern, 'bypass', 0, 21)
  recorder.load(pattern, 'ok', 'lookup', 20)
  recorder.tier('l2', 'read', 'miss', 1)
  recorder.tier('l2', 'write', 'ok', 1)
  recorder.valueSize(pattern, 500)
  recorder.invalidation('delete_key', 3)
  recorder.eviction(pattern, 'l1', 'size')
  recorder.incident('fill_refused')
  recorder.breaker('open')
  recorder.warm('warmed', 4)
  return metrics
}

describe('GET /metrics', () => {
  test('has the families of the design, and no other', async () => {
    const cache = createCache({ name: 'shop' })
    expect(await families(createMonitor({ cache }))).toEqual([
      'hitrate_requests_total counter',
      'hitrate_misses_total counter',
      'hitrate_tier_lookups_total counter',
      'hitrate_loads_total counter',
      'hitrate_writes_total counter',
      'hitrate_evictions_total counter',
      'hitrate_invalidations_total counter',
      'hitrate_warm_keys_total counter',
      'hitrate_breaker_transitions_total counter',
      'hitrate_fills_refused_total counter',
      'hitrate_time_saved_seconds_total counter',
      'hitrate_pattern_requests_total counter',
      'hitrate_endpoint_requests_total counter',
      'hitrate_self_dropped_total counter',
      'hitrate_entries gauge',
      'hitrate_size_bytes gauge',
      'hitrate_max_bytes gauge',
      'hitrate_breaker_open gauge',
      'hitrate_health gauge',
      'hitrate_patterns_tracked gauge',
      'hitrate_last_warm_timestamp_seconds gauge',
      'hitrate_last_reset_timestamp_seconds gauge',
      'hitrate_build_info gauge',
      'hitrate_request_duration_seconds histogram',
      'hitrate_tier_duration_seconds histogram',
      'hitrate_load_duration_seconds histogram',
      'hitrate_value_size_bytes histogram',
    ])
  })

  test('tells every label set that is known in advance from the start, at 0', async () => {
    const series = await scrape(createMonitor({ cache: createCache({ name: 'shop' }) }))
    for (const [name, value] of series) {
      if (/_total\{|_count\{|_sum\{|_bucket\{/.test(name)) expect(value, name).toBe(0)
    }
    for (const name of [
      'hitrate_requests_total{cache="shop",outcome="bypass"}',
      'hitrate_misses_total{cache="shop",reason="unknown"}',
      'hitrate_tier_lookups_total{cache="shop",tier="l2",result="timeout"}',
      'hitrate_loads_total{cache="shop",trigger="warm",result="error"}',
      'hitrate_breaker_transitions_total{cache="shop",to="half_open"}',
      'hitrate_pattern_requests_total{cache="shop",pattern="__other__",outcome="hit"}',
      'hitrate_endpoint_requests_total{cache="shop",endpoint="__none__",outcome="stale"}',
      'hitrate_request_duration_seconds_bucket{cache="shop",outcome="hit_l1",le="4.0"}',
    ]) {
      expect(series.get(name), name).toBe(0)
    }
    expect(series.get('hitrate_health{cache="shop",status="healthy"}')).toBe(1)
    expect(series.get('hitrate_max_bytes{cache="shop"}')).toBe(64 * 1024 * 1024)
    expect(series.get(`hitrate_build_info{cache="shop",version="${VERSION}"}`)).toBe(1)
  })

  test('counts each lookup once in every family that is about lookups', async () => {
    const series = await scrape(createMonitor({ metrics: busy() }))
    const sum = (start: string): number =>
      [...series].reduce((all, [name, value]) => (name.startsWith(start) ? all + value : all), 0)
    expect(sum('hitrate_requests_total{')).toBe(4)
    expect(sum('hitrate_misses_total{')).toBe(2)
    expect(series.get('hitrate_misses_total{cache="cache",reason="unknown"}')).toBe(1)
    expect(sum('hitrate_tier_lookups_total{cache="cache",tier="l1"')).toBe(3)
    expect(sum('hitrate_pattern_requests_total{')).toBe(3)
    expect(sum('hitrate_endpoint_requests_total{')).toBe(3)
    expect(sum('hitrate_request_duration_seconds_count{')).toBe(3)
    expect(series.get('hitrate_load_duration_seconds_sum{cache="cache"}')).toBe(0.02)
    expect(series.get('hitrate_warm_keys_total{cache="cache",result="warmed"}')).toBe(4)
    expect(series.get('hitrate_last_warm_timestamp_seconds{cache="cache"}')).toBe(
      manualClock().wall() / 1_000,
    )
  })

  test('is what promtool finds nothing wrong with', async () => {
    const { text } = await ask(createMonitor({ metrics: busy() }), '/metrics')
    expect(promtool(['check', 'metrics'], text)).toEqual({ ok: true, output: '' })
  })

  test('goes on where it was after a reset of the statistics', async () => {
    const metrics = busy()
    const monitor = createMonitor({ metrics })
    const before = await scrape(monitor)
    expect((await ask(monitor, '/reset-metrics', { method: 'POST' })).status).toBe(200)
    const after = await scrape(monitor)
    const isReset = (name: string): boolean => name.startsWith('hitrate_last_reset_timestamp_seconds')
    expect([...after].filter(([name]) => !isReset(name))).toEqual(
      [...before].filter(([name]) => !isReset(name)),
    )
    expect([...after].find(([name]) => isReset(name))?.[1]).toBe(manualClock().wall() / 1_000)
  })

  test('stays below 1 000 series after a million random keys and paths', async () => {
    const clock = manualClock()
    const metrics = createMetrics({ clock })
    const monitor = createMonitor({ metrics })
    const { recorder } = metrics
    recorder.tier('l1', 'write', 'ok', 1)
    for (let count = 0; count < 1_000_000; count++) {
      const word = Math.floor(clock.random() * 2 ** 32).toString(36)
      const key = count % 3 === 0 ? word : count % 3 === 1 ? `slug-${word}:page` : `shop:${word}:item:${word}`
      metrics.withEndpoint(`/path/${word}`, () => recorder.lookup(recorder.patternOf(key), 'miss', 1, 1))
      if (count % 100 === 0) clock.advanceSync(1_000)
      if (count % 100_000 === 0) await scrape(monitor)
    }
    // Families of keys that inference does not make one.
    for (let family = 0; family < 400; family++) {
      const name = [family % 26, Math.floor(family / 26)].map((n) => String.fromCharCode(97 + n)).join('')
      recorder.lookup(recorder.patternOf(`${name}:x:1`), 'miss', 1, 1)
    }
    const series = await scrape(monitor)
    expect(series.size).toBeLessThan(1_000)
    expect([...series.keys()].filter((name) => name.startsWith('hitrate_pattern_requests')).length).toBe(303)
    expect([...series.keys()].filter((name) => name.startsWith('hitrate_endpoint_requests')).length).toBe(303)
  }, 60_000)
})

test('tells how many servers of L2 are left alone', async () => {
  const metrics = createMetrics()
  metrics.setL2Available(false)
  metrics.watchL2(() => [
    { label: 'a', available: true, breaker: 'closed' },
    { label: 'b', available: true, breaker: 'open' },
    { label: 'c', available: false, breaker: 'half_open' },
  ])
  expect((await scrape(createMonitor({ metrics }))).get('hitrate_breaker_open{cache="cache"}')).toBe(2)
})

describe('the format', () => {
  const monitor = createMonitor({ metrics: measuredMetrics() })

  test.each([
    [undefined, TEXT],
    ['*/*', TEXT],
    ['text/plain', TEXT],
    ['application/json', TEXT],
    ['application/openmetrics-text', OPENMETRICS],
    ['application/openmetrics-text; version=1.0.0', OPENMETRICS],
    ['application/openmetrics-text;version=0.0.1', TEXT],
    ['application/openmetrics-text;q=0', TEXT],
    ['application/openmetrics-text;q=0.3, text/plain;q=0.8', TEXT],
    ['application/openmetrics-text;q=0.3, */*;q=0.8', TEXT],
    // Prometheus 2.42, and 3.
    [
      'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
      OPENMETRICS,
    ],
    [
      'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
      OPENMETRICS,
    ],
  ])('for Accept %j is %s', async (accept, type) => {
    const { headers, text } = await ask(
      monitor,
      '/metrics',
      accept === undefined ? {} : { headers: { accept } },
    )
    expect(headers.get('content-type')).toBe(type)
    expect(text.endsWith('# EOF\n')).toBe(type === OPENMETRICS)
  })
})

describe('who may scrape', () => {
  test('is decided by the action scrape', async () => {
    const metrics = measuredMetrics()
    const scraper = createMonitor({ metrics, authorize: (_request, action) => action === 'scrape' })
    expect((await ask(scraper, '/metrics')).status).toBe(200)
    expectProblem(await ask(scraper, '/stats'), 403)
    const others = createMonitor({ metrics, authorize: (_request, action) => action !== 'scrape' })
    expectProblem(await ask(others, '/metrics'), 403)
  })

  test('is nobody in production, and who has the token where there is one', async () => {
    const metrics = measuredMetrics()
    expectProblem(await ask(createMonitor({ metrics, production: true }), '/metrics'), 403)
    const monitor = createMonitor({ metrics, authorize: bearerToken('secret-token-of-tests') })
    expectProblem(await ask(monitor, '/metrics'), 401)
    const headers = { authorization: 'Bearer secret-token-of-tests' }
    expect((await ask(monitor, '/metrics', { headers })).status).toBe(200)
  })
})
