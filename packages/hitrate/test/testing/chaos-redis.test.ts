/** Chaos in front of a real Redis, on the real clock. */
import { type RedisServer, startRedis } from '@hitrate/test-support'
import { type Cache, createCache } from 'hitrate'
import { redisStore } from 'hitrate/redis'
import { type ChaosL2, chaosL2 } from 'hitrate/testing'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'

let redis: RedisServer
let chaos: ChaosL2
/** Behind the chaos. */
let cache: Cache
/** Another process, which nothing happens to. */
let elsewhere: Cache

beforeAll(async () => {
  redis = await startRedis()
})
beforeEach(async () => {
  await redis.exec('FLUSHALL')
  chaos = chaosL2(redisStore(redis.url))
  cache = createCache({ name: 'shop', l2: chaos, l1: false })
  elsewhere = createCache({ name: 'shop', l2: redisStore(redis.url), l1: false })
  expect(await cache.ready()).toEqual({ l2: 'ready' })
  await elsewhere.ready()
})
afterEach(async () => {
  await Promise.all([cache.close(), elsewhere.close()])
})
afterAll(() => redis.stop())

test('a cache behind it shares what others store', async () => {
  await elsewhere.set('k', 'there')
  expect(await cache.get('k')).toBe('there')
  await cache.set('k', 'here')
  expect(await elsewhere.get('k')).toBe('here')
  expect(chaos.calls('read')).toBeGreaterThan(0)
})

test('a cache whose Redis goes down goes on, and delivers what it missed when it is back', async () => {
  await cache.set('k', 'old')
  chaos.down()
  expect(await cache.delete('k')).toEqual({ count: 0, delivered: false })
  expect(await cache.getOrSet('k', () => 'new')).toBe('new')
  expect(await elsewhere.get('k')).toBe('old')
  chaos.up()
  await expect.poll(() => elsewhere.get('k')).not.toBe('old')
  await expect.poll(async () => (await cache.delete('k')).delivered).toBe(true)
})

test('a cache whose Redis is frozen answers by loading, and uses it again when it is thawed', async () => {
  await cache.set('k', 'stored')
  chaos.freeze()
  expect(await cache.getOrSet('k', () => 'loaded')).toBe('loaded')
  chaos.thaw()
  await expect.poll(() => cache.get('k'), { timeout: 5_000 }).toBe('stored')
})

test('a cache finds a Redis that was killed and started again behind it', async () => {
  await redis.kill()
  await expect.poll(() => cache.getOrSet('k', () => 'loaded')).toBe('loaded')
  await redis.restart()
  await expect.poll(async () => (await cache.set('k', 'set')).delivered, { timeout: 5_000 }).toBe(true)
  expect(await cache.get('k')).toBe('set')
})
