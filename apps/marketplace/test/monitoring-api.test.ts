import type {
  EndpointsAnswer,
  LowPerformersAnswer,
  PatternsAnswer,
  StatsAnswer,
  TopPatternsAnswer,
  WarmRunAnswer,
  WarmRunsAnswer,
} from '@hitrate/monitor'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startForTest, type TestMarketplace, warmed } from './support/marketplace.ts'

const API = '/api/v1/cache'

describe('the monitoring API of a running marketplace', () => {
  let shop: TestMarketplace
  beforeAll(async () => {
    shop = await startForTest()
    await warmed(shop)
  })
  afterAll(() => shop?.close())

  const get = async <T>(path: string): Promise<T> => {
    const { status, body } = await shop.ask<T>(`${API}${path}`)
    expect(status, path).toBe(200)
    return body
  }

  it('counts one lookup for each page, and attributes it to its pattern and its route', async () => {
    await shop.ask(`${API}/reset-metrics`, { method: 'POST' })
    const views = ['10001', '10001', '10002', 'nope']
    for (const id of views) await shop.ask(`/api/products/${id}`)
    await shop.ask('/api/feeds/discover?page=1')
    await shop.ask('/api/feeds/discover?page=5')
    await shop.ask('/api/search?q=mug')
    await shop.ask('/api/catalogue')

    const stats = await get<StatsAnswer>('/stats')
    expect(stats).toMatchObject({ total_requests: 7, cache_hits: 2, cache_misses: 5 })
    const { patterns, aggregate } = await get<PatternsAnswer>('/stats/patterns')
    expect(patterns.map(({ pattern }) => pattern).sort()).toEqual([
      'feed:discover:page:*',
      'product:*',
      'search:results:*',
    ])
    const product = patterns.find(({ pattern }) => pattern === 'product:*')
    expect(product).toMatchObject({
      keyspace: 'product:{id}',
      total_requests: 4,
      ttl_seconds: 900,
      outcomes: { hit_l1: 1, miss: 3 },
    })
    const { endpoints } = await get<EndpointsAnswer>('/stats/endpoints')
    expect(endpoints.map(({ endpoint }) => endpoint).sort()).toEqual([
      '/api/feeds/discover',
      '/api/products/:id',
      '/api/search',
    ])
    const sum = (rows: readonly { total_requests: number }[]) =>
      rows.reduce((all, row) => all + row.total_requests, 0)
    expect(sum(patterns)).toBe(stats.total_requests)
    expect(sum(endpoints)).toBe(stats.total_requests)
    expect(aggregate.total_requests).toBe(stats.total_requests)
    expect((await get<PatternsAnswer>('/stats/patterns?pattern=feed:*')).aggregate).toMatchObject({
      total_requests: 2,
    })
  })

  it('answers on health, top patterns, low performers and info, with their fields', async () => {
    expect(await get('/health')).toMatchObject({
      status: expect.stringMatching(/^(healthy|warning|degraded)$/),
      hit_rate: expect.any(Number),
      avg_response_time_ms: expect.any(Number),
      p95_response_time_ms: expect.any(Number),
      total_requests: expect.any(Number),
      warnings: expect.any(Array),
      timestamp: expect.any(String),
    })
    expect((await get<TopPatternsAnswer>('/stats/top-patterns?limit=2')).patterns).toHaveLength(2)
    for (let page = 10; page < 22; page++) await shop.ask(`/api/feeds/discover?page=${page}`)
    const { patterns } = await get<LowPerformersAnswer>('/stats/low-performers')
    expect(patterns).toContainEqual(
      expect.objectContaining({
        pattern: 'feed:discover:page:*',
        recommendation: 'Consider increasing TTL (currently 5 min, try 10 min)',
      }),
    )
    expect(await get('/info')).toMatchObject({
      store: 'memory',
      redis_version: null,
      entries: expect.any(Number),
      max_bytes: 64 * 1024 * 1024,
    })
  })

  it('warms on demand: what is fresh is left alone', async () => {
    const run = await shop.ask<WarmRunAnswer>(`${API}/warm?wait=true`, { method: 'POST' })
    expect(run).toMatchObject({ status: 200, body: { status: 'done', strategies: { length: 4 } } })
    expect(run.body.strategies.map(({ name }) => name)).toEqual([
      'discover feed',
      'trending searches',
      'popular categories',
      'active sellers',
    ])
    const again = await shop.send('POST', `${API}/warm?wait=true`, { strategies: ['discover feed'] })
    expect(again.body).toMatchObject({ strategies: [{ keys_warmed: 0, already_fresh: 3, failed: 0 }] })
    expect((await get<WarmRunsAnswer>('/warm/runs')).runs.length).toBeGreaterThanOrEqual(3)
  })

  it('has warmed at the start what visitors ask for first', async () => {
    const { runs } = await get<WarmRunsAnswer>('/warm/runs')
    const first = runs.at(-1)
    expect(first).toMatchObject({ status: 'done' })
    // 3 pages of the feed, 10 searches and their list, 5 categories and their list, 12 sellers and their list.
    expect(first?.strategies.map((strategy) => strategy.keys_warmed)).toEqual([3, 11, 6, 13])
  })

  it('resets its figures, and describes itself', async () => {
    expect((await shop.ask(`${API}/reset-metrics`, { method: 'POST' })).status).toBe(200)
    expect(await get('/stats')).toMatchObject({ total_requests: 0 })
    expect(
      Object.keys((await get<{ readonly paths: object }>('/openapi.json')).paths).length,
    ).toBeGreaterThanOrEqual(9)
  })
})
