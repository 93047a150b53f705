import { describe, expect, it } from 'vitest'
import { CacheError } from '../../src/errors.ts'
import { createMetrics, OUTCOMES } from '../../src/metrics/index.ts'
import type { CacheEvent, MetricsCollector } from '../../src/metrics/types.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'

function get(metrics: MetricsCollector, key: string, event: Partial<CacheEvent> = {}): void {
  metrics.record({ operation: 'get', key, hit: true, responseTimeMs: 1, ...event })
}

describe('cache hit recording', () => {
  it('counts a hit of each tier as that outcome', () => {
    const metrics = createMetrics({ clock: manualClock() })
    get(metrics, 'product:1', { tier: 'l1' })
    get(metrics, 'product:2', { tier: 'l2' })
    get(metrics, 'product:3')
    const stats = metrics.overall()
    expect(stats).toMatchObject({ totalRequests: 3, cacheHits: 3, cacheMisses: 0, hitRate: 1, missRate: 0 })
    expect(stats.outcomes).toMatchObject({ hit_l1: 1, hit_l2: 2 })
  })
})

describe('recording of calls to a tier', () => {
  it('gives those that were not sent no time', () => {
    const metrics = createMetrics({ clock: manualClock() })
    metrics.recorder.tier('l2', 'read', 'error', 40)
    for (let call = 0; call < 9; call++) metrics.recorder.tier('l2', 'read', 'open', 0)
    const reads = metrics.tiers().find(({ tier, operation }) => tier === 'l2' && operation === 'read')
    expect(reads).toMatchObject({ calls: 1, avgMs: 40, results: { error: 1, open: 9 } })
    expect(reads?.p50Ms).toBeCloseTo(40, -1)
  })
})

describe('cache miss recording', () => {
  it('counts a get that found nothing as a miss, whichever tier was asked', () => {
    const metrics = createMetrics({ clock: manualClock() })
    get(metrics, 'product:1', { hit: false })
    get(metrics, 'product:2', { hit: false, tier: 'l1' })
    expect(metrics.overall()).toMatchObject({ totalRequests: 2, cacheHits: 0, cacheMisses: 2, missRate: 1 })
  })
  it('keeps the reasons that are known', () => {
    const { recorder, overall } = createMetrics({ clock: manualClock() })
    const pattern = recorder.patternOf('product:1')
    recorder.lookup(pattern, 'miss', 1, 5, 'expired')
    recorder.lookup(pattern, 'coalesced', 1, 5, 'expired')
    recorder.lookup(pattern, 'error', 1, 5, 'l2_error')
    recorder.lookup(pattern, 'miss', 1, 5)
    expect(overall().missReasons).toMatchObject({ expired: 2, l2_error: 1, cold: 0 })
    expect(overall().cacheMisses).toBe(4)
  })
})

describe('hit rate calculation', () => {
  it('is hits over all lookups but bypass', () => {
    const { recorder, overall } = createMetrics({ clock: manualClock() })
    const pattern = recorder.patternOf('product:1')
    for (const outcome of OUTCOMES) recorder.lookup(pattern, outcome, 1, 1)
    const stats = overall()
    expect(stats).toMatchObject({
      totalRequests: 6,
      cacheHits: 3,
      cacheMisses: 3,
      hitRate: 0.5,
      missRate: 0.5,
    })
    expect(stats.outcomes).toEqual(Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 1])))
  })
  it('is 0, and so is the miss rate, without lookups', () => {
    expect(createMetrics({ clock: manualClock() }).overall()).toMatchObject({
      hitRate: 0,
      missRate: 0,
      totalRequests: 0,
    })
  })
  it('leaves the response time of a bypass out: the cache did nothing', () => {
    const { recorder, overall, pattern } = createMetrics({ clock: manualClock() })
    recorder.lookup(recorder.patternOf('product:1'), 'hit_l1', 10, 10)
    recorder.lookup(recorder.patternOf('product:1'), 'bypass', 0, 500)
    expect(overall().avgResponseTimeMs).toBe(10)
    expect(pattern('product:*').aggregate.avgResponseTimeMs).toBe(10)
  })
})

describe('concurrent operations', () => {
  it('are each counted once, for the endpoint they ran in', async () => {
    const clock = manualClock()
    const metrics = createMetrics({ clock })
    await Promise.all(
      Array.from({ length: 1_400 }, (_, place) =>
        metrics.withEndpoint(`/route/${place % 7}`, async () => {
          await Promise.resolve()
          await metrics.measure('get', `product:${place}`, async () => {
            await new Promise((resolve) => setImmediate(resolve))
            return place % 2 === 0 ? place : null
          })
        }),
      ),
    )
    expect(metrics.overall()).toMatchObject({ totalRequests: 1_400, cacheHits: 700, cacheMisses: 700 })
    const { endpoints } = metrics.endpoints()
    expect(endpoints.map(({ totalRequests }) => totalRequests)).toEqual([200, 200, 200, 200, 200, 200, 200])
  })
})

describe('measure', () => {
  it('returns what the function gives, and counts undefined and null as misses', async () => {
    const clock = manualClock()
    const metrics = createMetrics({ clock })
    const answers = [
      await metrics.measure('get', 'a:1', () => 'value'),
      await metrics.measure('get', 'a:1', async () => 0),
      await metrics.measure('get', 'a:1', () => null),
      await metrics.measure('get', 'a:1', async () => undefined),
    ]
    expect(answers).toEqual(['value', 0, null, undefined])
    expect(metrics.overall().outcomes).toMatchObject({ hit_l2: 2, miss: 2 })
  })
  it('times the function by the clock', async () => {
    const clock = manualClock()
    const metrics = createMetrics({ clock })
    await metrics.measure('get', 'a:1', async () => clock.advanceSync(40))
    expect(metrics.overall().avgResponseTimeMs).toBe(40)
  })
  it('counts a throw of a get as an error and passes it on unchanged', async () => {
    const metrics = createMetrics({ clock: manualClock() })
    const failure = new Error('connection lost')
    const failing = (): never => {
      throw failure
    }
    await expect(metrics.measure('get', 'a:1', failing)).rejects.toBe(failure)
    await expect(metrics.measure('set', 'a:1', () => Promise.reject(failure))).rejects.toBe(failure)
    expect(metrics.overall().outcomes.error).toBe(1)
    expect(metrics.overall().totalRequests).toBe(1)
    expect(metrics.totals().tiers.l2.write.results).toMatchObject({ error: 1, ok: 0 })
  })
  it('takes sets and deletes for operations, not lookups', async () => {
    const metrics = createMetrics({ clock: manualClock() })
    await metrics.measure('set', 'a:1', () => 'OK')
    await metrics.measure('delete', 'a:1', () => 1)
    expect(metrics.overall().totalRequests).toBe(0)
    const totals = metrics.totals()
    expect(totals.writes).toBe(1)
    expect(totals.invalidations.delete_key).toEqual({ calls: 1, entries: 1 })
    expect(totals.tiers.l2.delete.results.ok).toBe(1)
  })
  it('refuses an operation or a key it does not know before it calls the function', async () => {
    const metrics = createMetrics({ clock: manualClock() })
    let called = false
    const fn = (): void => {
      called = true
    }
    // @ts-expect-error: not an operation
    await expect(metrics.measure('fetch', 'a:1', fn)).rejects.toThrow(
      /operation is "fetch"; accepted: get, set, delete/,
    )
    await expect(metrics.measure('get', '', fn)).rejects.toThrow(CacheError)
    expect(called).toBe(false)
  })
})

describe('record', () => {
  const good: CacheEvent = { operation: 'get', key: 'a:1', hit: true, responseTimeMs: 1 }
  it.each([
    ['operation', { operation: 'fetch' }, 'get, set, delete'],
    ['key', { key: '' }, 'a text that is not empty'],
    ['key', { key: 42 }, 'a text that is not empty'],
    ['hit', { hit: 'yes' }, 'true or false'],
    ['tier', { tier: 'l3' }, 'l1, l2'],
    ['responseTimeMs', { responseTimeMs: -1 }, 'milliseconds, 0 or more'],
    ['responseTimeMs', { responseTimeMs: Number.NaN }, 'milliseconds, 0 or more'],
    ['endpoint', { endpoint: '' }, 'a text that is not empty'],
    ['sizeBytes', { sizeBytes: Number.POSITIVE_INFINITY }, 'bytes, 0 or more'],
  ])('refuses a wrong %s, names what it accepts, and counts nothing', (name, wrong, accepted) => {
    const metrics = createMetrics({ clock: manualClock() })
    const event = { ...good, ...wrong } as CacheEvent
    expect(() => metrics.record(event)).toThrow(
      expect.objectContaining({
        code: 'invalid_argument',
        message: expect.stringMatching(new RegExp(`^${name} is .*; accepted: ${accepted}$`)),
      }),
    )
    expect(metrics.overall().totalRequests).toBe(0)
    expect(metrics.patterns().total).toBe(0)
  })
  it('keeps sizes by pattern', () => {
    const metrics = createMetrics({ clock: manualClock() })
    metrics.record({ ...good, sizeBytes: 100 })
    metrics.record({ ...good, sizeBytes: 300 })
    expect(metrics.patterns().patterns[0]?.avgSizeBytes).toBe(200)
    expect(metrics.totals().valueSize).toMatchObject({ count: 2, sum: 400 })
  })
})

describe('three times', () => {
  it('are kept apart: response, load and wait', () => {
    const { recorder, overall } = createMetrics({ clock: manualClock() })
    const pattern = recorder.patternOf('product:1')
    recorder.load(pattern, 'ok', 'lookup', 40)
    recorder.lookup(pattern, 'miss', 2, 42)
    expect(overall()).toMatchObject({ avgResponseTimeMs: 2, avgWaitTimeMs: 42 })
    expect(overall().load).toMatchObject({ count: 1, errors: 0, avgMs: 40 })
  })
  it('estimate what hits save from the loads of their pattern', () => {
    const { recorder, overall } = createMetrics({ clock: manualClock() })
    const pattern = recorder.patternOf('product:1')
    recorder.lookup(pattern, 'hit_l2', 1, 1)
    expect(overall().timeSavedMs).toBe(0)
    recorder.load(pattern, 'ok', 'lookup', 40)
    recorder.lookup(pattern, 'hit_l2', 1, 1)
    recorder.lookup(pattern, 'hit_l2', 60, 60)
    expect(overall().timeSavedMs).toBe(39)
  })
  it('count warm and refreshing loads as loads, never as lookups', () => {
    const { recorder, overall, totals } = createMetrics({ clock: manualClock() })
    const pattern = recorder.patternOf('product:1')
    recorder.load(pattern, 'ok', 'warm', 40)
    recorder.load(pattern, 'timeout', 'refresh', 40)
    expect(overall()).toMatchObject({ totalRequests: 0, load: { count: 2, errors: 1 } })
    expect(totals().loads).toMatchObject({ warm: { ok: 1 }, refresh: { timeout: 1 }, lookup: { ok: 0 } })
  })
  it('that are none count as zero: recording never throws', () => {
    const { recorder, overall } = createMetrics({ clock: manualClock() })
    for (const time of [Number.NaN, -1, Number.POSITIVE_INFINITY]) {
      recorder.lookup(recorder.patternOf('product:1'), 'hit_l1', time, time)
    }
    expect(overall()).toMatchObject({ totalRequests: 3, avgResponseTimeMs: 0, p99ResponseTimeMs: 0 })
  })
})
