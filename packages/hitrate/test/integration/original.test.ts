/** The original system's integration tests, by its names, on a real Redis. */
import { performance } from 'node:perf_hooks'
import { type RedisServer, startRedis } from '@hitrate/test-support'
import { type Cache, createCache } from 'hitrate'
import { redisStore } from 'hitrate/redis'
import { createWarmer } from 'hitrate/warming'
import { createClient } from 'redis'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

let redis: RedisServer
let raw: ReturnType<typeof createClient>
let cache: Cache

beforeAll(async () => {
  redis = await startRedis()
  raw = createClient({ url: redis.url })
  raw.on('error', () => undefined)
  await raw.connect()
})
afterAll(async () => {
  raw.destroy()
  await redis.stop()
})
beforeEach(async () => {
  await raw.flushAll()
  cache = createCache({ name: 'shop', l2: redisStore(redis.url), l1: false })
  expect(await cache.ready()).toEqual({ l2: 'ready' })
  return () => cache.close()
})

const page = (number: number) => ({ page: number, products: [{ id: 1, name: 'Lamp' }] })

describe('basic cache flow', () => {
  it('misses, loads, hits from Redis, and misses again after a delete', async () => {
    let loads = 0
    const ask = () =>
      cache.getOrSet('feed:discover:page:1', () => {
        loads++
        return page(1)
      })
    expect(await cache.get('feed:discover:page:1')).toBeUndefined()
    expect(await ask()).toEqual(page(1))
    await cache.idle()
    expect(await ask()).toEqual(page(1))
    expect(loads).toBe(1)
    expect(await cache.delete('feed:discover:page:1')).toEqual({ count: 1, delivered: true })
    expect(await ask()).toEqual(page(1))
    expect(loads).toBe(2)
    expect(cache.metrics.overall()).toMatchObject({ totalRequests: 4, cacheHits: 1, cacheMisses: 3 })
    expect(cache.metrics.patterns().patterns.map(({ pattern }) => pattern)).toEqual(['feed:discover:page:*'])
  })
})

describe('warming workflow', () => {
  it('warms by strategies so that the first lookups hit, and says what was read', async () => {
    const feed = cache.keyspace('feed:discover:page:{page:int}', { load: (params) => page(params.page) })
    const warmer = createWarmer({
      cache,
      strategies: [
        {
          name: 'discover feed',
          run: async (run) => {
            await run.load(feed, [{ page: 1 }, { page: 2 }, { page: 3 }])
          },
        },
        {
          name: 'trending',
          run: async (run) => {
            await run.set('search:trending', ['lamp', 'mug'], { ttl: '1m' })
          },
        },
      ],
    })
    const report = await warmer.warmAll()
    expect(report).toMatchObject({ status: 'done', keysWarmed: 4, alreadyFresh: 0, failed: 0 })
    await cache.idle()
    expect(await feed.getMany([{ page: 1 }, { page: 2 }])).toEqual([page(1), page(2)])
    expect(await cache.get('search:trending')).toEqual(['lamp', 'mug'])
    expect(cache.metrics.overall()).toMatchObject({ totalRequests: 3, cacheHits: 3, hitRate: 1 })
    expect(cache.metrics.overall().load.count).toBe(3)
    expect(warmer.runs()[0]?.readLater).toBe(0.75)
    expect(await warmer.warmAll()).toMatchObject({ keysWarmed: 0, alreadyFresh: 4 })
    await warmer.close()
  })
})

describe('performance benchmark', () => {
  it('prints what writes, hits and batches take', async () => {
    const value = { id: 1, text: 'x'.repeat(500) }
    const keys = Array.from({ length: 100 }, (_, index) => `product:${index}`)
    const timed = async (work: () => Promise<unknown>): Promise<number> => {
      const began = performance.now()
      await work()
      return performance.now() - began
    }
    await cache.setMany(keys.map((key) => ({ key: `${key}:first`, value })))
    const oneByOne = await timed(async () => {
      for (const key of keys) await cache.set(key, value)
    })
    const together = await timed(() => cache.setMany(keys.map((key) => ({ key, value }))))
    const reads = await timed(async () => {
      for (const key of keys) expect(await cache.get(key)).toEqual(value)
    })
    const many = await timed(() => cache.getMany(keys))
    console.log(
      [
        `set ${(oneByOne / 100).toFixed(3)} ms each`,
        `setMany(100) ${together.toFixed(2)} ms, ${(oneByOne / together).toFixed(1)} times faster`,
        `get ${(reads / 100).toFixed(3)} ms each`,
        `getMany(100) ${many.toFixed(2)} ms`,
      ].join('; '),
    )
    expect(cache.metrics.overall()).toMatchObject({ totalRequests: 200, cacheHits: 200 })
  })
})

describe('TTL expiration', () => {
  it('gives Redis what is left of ttl and stale time, and answers nothing when it is over', async () => {
    await cache.set('product:1', { id: 1 }, { ttl: '150ms' })
    const left = await raw.pTTL('shop:1:e:product:1')
    expect(left).toBeGreaterThan(0)
    expect(left).toBeLessThanOrEqual(150)
    expect(await cache.get('product:1')).toEqual({ id: 1 })
    await expect.poll(() => cache.peek('product:1'), { timeout: 2_000, interval: 20 }).toBeUndefined()
    await expect.poll(() => raw.exists('shop:1:e:product:1'), { timeout: 2_000, interval: 20 }).toBe(0)
    expect(await cache.get('product:1')).toBeUndefined()
  })
})

describe('pattern deletion', () => {
  it('removes every key of the pattern and no other', async () => {
    const entries = [
      ...Array.from({ length: 1_200 }, (_, index) => ({
        key: `feed:discover:page:${index}`,
        value: page(index),
      })),
      { key: 'feeds:1', value: 1 },
      { key: 'product:1', value: 1 },
    ]
    await cache.setMany(entries)
    expect(await cache.invalidate({ pattern: 'feed:*' })).toEqual({ count: 1_200, delivered: true })
    expect(await cache.getMany(['feed:discover:page:1', 'feeds:1', 'product:1'])).toEqual([undefined, 1, 1])
    expect(await raw.keys('shop:1:e:feed:*')).toEqual([])
  })
})

describe('batch operations', () => {
  it('writes and reads 100 values with one command each way for the keys', async () => {
    const keys = Array.from({ length: 100 }, (_, index) => `product:${index}`)
    expect(await cache.setMany(keys.map((key, id) => ({ key, value: { id } })))).toEqual({
      count: 100,
      delivered: true,
    })
    await raw.configResetStat()
    expect(await cache.getMany(keys)).toEqual(keys.map((_, id) => ({ id })))
    const commands = await raw.info('commandstats')
    // One for the keys: that the marker of the whole cache has not changed is known, as its changes are told.
    expect(/cmdstat_mget:calls=(\d+)/.exec(commands)?.[1]).toBe('1')
    expect(commands).not.toContain('cmdstat_get:')
  })
})

describe('compression of large objects', () => {
  it('stores a large value small and gives it back whole', async () => {
    const value = {
      rows: Array.from({ length: 2_000 }, (_, id) => ({ id, name: `Product ${id}`, stock: 5 })),
    }
    const plain = JSON.stringify(value).length
    await cache.set('export:1', value)
    const stored = await raw.strLen('shop:1:e:export:1')
    console.log(`${plain} bytes of JSON stored in ${stored}`)
    expect(stored).toBeLessThan(plain / 4)
    expect(await cache.get('export:1')).toEqual(value)
    await cache.set('small:1', { id: 1 })
    expect(await raw.strLen('shop:1:e:small:1')).toBeGreaterThan(JSON.stringify({ id: 1 }).length)
  })
})

describe('concurrent access', () => {
  it('loads once for 500 callers in two caches, and counts every one of them', async () => {
    const other = createCache({ name: 'shop', l2: redisStore(redis.url), l1: false })
    await other.ready()
    let loads = 0
    const load = async () => {
      loads++
      await new Promise((resolve) => setImmediate(resolve))
      return page(1)
    }
    const ask = (one: Cache) =>
      Promise.all(Array.from({ length: 250 }, () => one.getOrSet('feed:discover:page:1', load)))
    const answers = await Promise.all([ask(cache), ask(other)])
    expect(answers.flat()).toEqual(new Array(500).fill(page(1)))
    expect(loads).toBe(1)
    const sum = [cache, other].map(({ metrics }) => metrics.overall().totalRequests)
    expect(sum).toEqual([250, 250])
    await other.close()
  })
})
