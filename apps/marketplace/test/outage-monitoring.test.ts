import type { HealthAnswer, WarmRunAnswer } from '@hitrate/monitor'
import { type RedisServer, startRedis } from '@hitrate/test-support'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startForTest, type TestMarketplace, warmed } from './support/marketplace.ts'

vi.setConfig({ testTimeout: 60_000 })

const API = '/api/v1/cache'
const NOTICED_WITHIN_MS = 15_000

describe.each([
  ['frozen', (redis: RedisServer) => redis.freeze(), (redis: RedisServer) => redis.thaw()],
  ['gone', (redis: RedisServer) => redis.kill(), (redis: RedisServer) => redis.restart()],
] as const)('a marketplace whose Redis is %s', (_, lose, giveBack) => {
  let redis: RedisServer
  let shop: TestMarketplace
  beforeAll(async () => {
    redis = await startRedis()
    shop = await startForTest({ REDIS_URL: redis.url })
    await warmed(shop)
  })
  afterAll(async () => {
    await shop?.close()
    await redis?.stop()
  })

  const health = async () => {
    expect((await shop.ask('/api/products/10001')).status).toBe(200)
    return (await shop.ask<HealthAnswer>(`${API}/health`)).body
  }
  const reasons = async () => (await health()).reasons
  const warm = () => shop.ask<WarmRunAnswer>(`${API}/warm?wait=true`, { method: 'POST' })
  const liveSellers = async () => {
    const { body } = await shop.ask<readonly { readonly id: string }[]>('/api/sellers/live')
    return body.map(({ id }) => id)
  }

  it('serves, says so, warms what was changed meanwhile, and says when it is back', async () => {
    expect(await reasons()).not.toContain('l2_unavailable')
    expect(await liveSellers()).toContain('1')

    await lose(redis)
    await expect.poll(reasons, { timeout: NOTICED_WITHIN_MS }).toContain('l2_unavailable')
    expect(await health()).toMatchObject({
      status: 'degraded',
      warnings: expect.arrayContaining([
        'L2 is configured and out of reach: lookups are answered by L1 and by loading',
      ]),
    })
    expect(await shop.ask(`${API}/info`)).toMatchObject({
      status: 503,
      body: { detail: 'The shared tier is configured and does not answer' },
    })
    expect((await shop.send('POST', '/api/sellers/1/stream', { live: false })).status).toBe(200)
    expect(await warm()).toMatchObject({
      status: 200,
      body: {
        status: 'done',
        failed: 0,
        strategies: [{ name: 'discover feed', keys_warmed: 3 }, {}, {}, {}],
      },
    })
    expect(await liveSellers()).not.toContain('1')

    await giveBack(redis)
    await expect.poll(reasons, { timeout: NOTICED_WITHIN_MS }).not.toContain('l2_unavailable')
    expect(await liveSellers()).not.toContain('1')
    expect(await warm()).toMatchObject({ status: 200, body: { status: 'done', failed: 0 } })
    expect((await shop.ask(`${API}/info`)).body).toMatchObject({ redis_version: expect.any(String) })
  })
})
