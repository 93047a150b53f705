import { describe, expect, it } from 'vitest'
import { createMetrics } from '../../src/metrics/index.ts'
import type { MetricsCollector } from '../../src/metrics/types.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'

function lookup(metrics: MetricsCollector, key = 'product:1'): void {
  metrics.recorder.lookup(metrics.recorder.patternOf(key), 'hit_l1', 1, 1)
}

/** Lookups by endpoint. */
function counts(metrics: MetricsCollector, window?: string): Readonly<Record<string, number>> {
  const { endpoints } = metrics.endpoints(window === undefined ? {} : { window })
  return Object.fromEntries(endpoints.map(({ endpoint, totalRequests }) => [endpoint, totalRequests]))
}

function exported(metrics: MetricsCollector): Readonly<Record<string, number>> {
  return Object.fromEntries(
    metrics
      .totals()
      .endpoints.filter(({ outcomes }) => outcomes.hit_l1 > 0)
      .map(({ endpoint, outcomes }) => [endpoint, outcomes.hit_l1]),
  )
}

describe('endpoint statistics', () => {
  it('belong to the endpoint of the async context, with the patterns it used', async () => {
    const metrics = createMetrics({ clock: manualClock() })
    await metrics.withEndpoint('/products/:id', async () => {
      await Promise.resolve()
      lookup(metrics, 'product:1')
      lookup(metrics, 'product:2')
      const { recorder } = metrics
      recorder.load(recorder.patternOf('user:1'), 'ok', 'lookup', 30)
      recorder.lookup(recorder.patternOf('user:1'), 'miss', 2, 32)
    })
    metrics.withEndpoint('/users/:id', () => lookup(metrics, 'user:1'))
    expect(metrics.endpoints()).toMatchObject({
      total: 2,
      endpoints: [
        {
          endpoint: '/products/:id',
          totalRequests: 3,
          cacheHits: 2,
          load: { count: 1, avgMs: 30 },
          patterns: [
            { pattern: 'product:*', totalRequests: 2, hitRate: 1, loadTimeMs: 0 },
            { pattern: 'user:*', totalRequests: 1, hitRate: 0, loadTimeMs: 30 },
          ],
        },
        {
          endpoint: '/users/:id',
          totalRequests: 1,
          patterns: [{ pattern: 'user:*', totalRequests: 1, hitRate: 1 }],
        },
      ],
    })
    expect(metrics.endpoints({ limit: 1 })).toMatchObject({
      total: 2,
      endpoints: [{ endpoint: '/products/:id' }],
    })
  })
  it('are those of no endpoint outside a request, and of the background inside background work', async () => {
    const metrics = createMetrics({ clock: manualClock() })
    lookup(metrics)
    await metrics.withEndpoint('/a', () =>
      metrics.recorder.background(async () => {
        await Promise.resolve()
        lookup(metrics)
        lookup(metrics)
      }),
    )
    expect(counts(metrics)).toEqual({ __background__: 2, __none__: 1 })
  })
  it('belong to the innermost endpoint, and to the one a record names above all', () => {
    const metrics = createMetrics({ clock: manualClock() })
    metrics.withEndpoint('/outer', () => {
      metrics.withEndpoint('/inner', () => lookup(metrics))
      lookup(metrics)
      metrics.record({ operation: 'get', key: 'a:1', hit: true, responseTimeMs: 1, endpoint: '/named' })
    })
    expect(counts(metrics)).toEqual({ '/inner': 1, '/outer': 1, '/named': 1 })
  })
  it('are refused for an endpoint without a name', () => {
    const metrics = createMetrics({ clock: manualClock() })
    let ran = false
    expect(() =>
      metrics.withEndpoint('', () => {
        ran = true
      }),
    ).toThrow(/endpoint is ""; accepted: a text that is not empty/)
    expect(ran).toBe(false)
    expect(() => metrics.endpointScope().resolve('')).toThrow(/endpoint/)
  })
})

describe('an endpoint that is known late', () => {
  it('gets the lookups and loads made before; the first name wins', () => {
    const metrics = createMetrics({ clock: manualClock() })
    const { recorder } = metrics
    const scope = metrics.endpointScope()
    scope.run(() => {
      lookup(metrics)
      recorder.load(recorder.patternOf('product:1'), 'ok', 'lookup', 20)
    })
    expect(counts(metrics)).toEqual({ __unmatched__: 1 })
    expect(exported(metrics)).toEqual({})
    scope.resolve('/late')
    scope.resolve('/later')
    scope.run(() => lookup(metrics))
    expect(counts(metrics)).toEqual({ '/late': 2 })
    expect(metrics.endpoints().endpoints[0]).toMatchObject({
      load: { count: 1, avgMs: 20 },
      patterns: [{ pattern: 'product:*', totalRequests: 2, loadTimeMs: 20 }],
    })
    expect(exported(metrics)).toEqual({ '/late': 2 })
  })
  it.each([9_000, 11_000, 70_000, 14 * 60_000])(
    'gets them in every window, also %d ms later, when buckets have closed',
    (delay) => {
      const clock = manualClock()
      const metrics = createMetrics({ clock })
      clock.advanceSync(5_000)
      const scope = metrics.endpointScope()
      scope.run(() => lookup(metrics))
      metrics.withEndpoint('/other', () => lookup(metrics))
      metrics.endpoints()
      clock.advanceSync(delay)
      scope.run(() => lookup(metrics))
      scope.resolve('/late')
      expect(counts(metrics)).toEqual({ '/late': 2, '/other': 1 })
      for (const window of ['10s', '1m', '5m', '15m', '1h', '6h', '24h']) {
        const sum = Object.values(counts(metrics, window)).reduce((total, count) => total + count, 0)
        expect(sum).toBe(metrics.overall({ window }).totalRequests)
        expect(counts(metrics, window).__unmatched__).toBeUndefined()
      }
      expect(exported(metrics)).toEqual({ '/late': 2, '/other': 1 })
      clock.advanceSync(3 * 3_600_000)
      expect(counts(metrics)).toEqual({ '/late': 2, '/other': 1 })
    },
  )
  it('stays unmatched when it is told after a quarter of an hour, or never, and is exported so once', () => {
    const clock = manualClock()
    const metrics = createMetrics({ clock })
    const scope = metrics.endpointScope()
    scope.run(() => lookup(metrics))
    metrics.endpointScope().run(() => lookup(metrics))
    expect(exported(metrics)).toEqual({})
    clock.advanceSync(16 * 60_000)
    expect(exported(metrics)).toEqual({ __unmatched__: 2 })
    scope.resolve('/too-late')
    expect(counts(metrics)).toEqual({ __unmatched__: 2 })
    expect(exported(metrics)).toEqual({ __unmatched__: 2 })
  })
  it('does not bring back what a reset has cleared', () => {
    const metrics = createMetrics({ clock: manualClock() })
    const scope = metrics.endpointScope()
    scope.run(() => lookup(metrics))
    metrics.reset()
    lookup(metrics)
    scope.resolve('/late')
    expect(counts(metrics)).toEqual({ __none__: 1 })
    expect(exported(metrics)).toEqual({ __none__: 1, __unmatched__: 1 })
  })
  it('holds back a bounded number of lookups; the rest is unmatched, and the loss of detail is counted', () => {
    const metrics = createMetrics({ clock: manualClock() })
    const scope = metrics.endpointScope()
    scope.run(() => {
      for (let count = 0; count < 300; count++) lookup(metrics)
    })
    scope.resolve('/late')
    expect(counts(metrics)).toEqual({ '/late': 256, __unmatched__: 44 })
    expect(metrics.totals().selfDropped.held_lookup).toBe(44)
  })
  it('follows a pattern that became part of another in between', () => {
    const metrics = createMetrics({ clock: manualClock() })
    const scope = metrics.endpointScope()
    scope.run(() => {
      for (let place = 0; place < 40; place++)
        lookup(metrics, `shop:${'abcdefgh'.charAt(place % 8)}${'ijklm'.charAt(Math.floor(place / 8))}:home`)
    })
    scope.resolve('/shop')
    expect(metrics.endpoints().endpoints).toMatchObject([
      { endpoint: '/shop', totalRequests: 40, patterns: [{ pattern: 'shop:*:home', totalRequests: 40 }] },
    ])
  })
})

describe('endpoint x pattern pairs', () => {
  it('beyond the cap are shown as __other__, so that an endpoint still sums to its lookups', () => {
    const metrics = createMetrics({ clock: manualClock() })
    for (let endpoint = 0; endpoint < 20; endpoint++) {
      metrics.withEndpoint(`/route/${endpoint}`, () => {
        for (let family = 0; family < 60; family++) lookup(metrics, `family${family}:1`)
      })
    }
    const { endpoints } = metrics.endpoints()
    let pairs = 0
    for (const { totalRequests, patterns } of endpoints) {
      expect(patterns.reduce((sum, one) => sum + one.totalRequests, 0)).toBe(totalRequests)
      pairs += patterns.filter(({ pattern }) => pattern !== '__other__').length
    }
    expect(pairs).toBe(1_000)
    expect(metrics.totals().selfDropped.endpoint_pattern).toBe(200)
  })
  it('give way to others when they are used least', () => {
    const clock = manualClock()
    const metrics = createMetrics({ clock })
    const visit = (endpoint: string, families: number): void =>
      metrics.withEndpoint(endpoint, () => {
        for (let family = 0; family < families; family++) lookup(metrics, `family${family}:1`)
      })
    for (let endpoint = 0; endpoint < 20; endpoint++) visit(`/route/${endpoint}`, 50)
    visit('/busy', 10)
    clock.advanceSync(15 * 60_000)
    visit('/busy', 10)
    const busy = metrics.endpoints({ window: '10s' }).endpoints.find(({ endpoint }) => endpoint === '/busy')
    expect(busy?.patterns).toHaveLength(10)
    expect(busy?.patterns.map(({ pattern }) => pattern)).not.toContain('__other__')
  })
})
