import { setTimeout as sleep } from 'node:timers/promises'
import { startRedis } from '@hitrate/test-support'
import { createCache, type LoadContext } from 'hitrate'
import { redisStore } from 'hitrate/redis'
import { expect, test } from 'vitest'

test('a caller that aborts leaves the others alone; with none left the loader is told, and the key is free', async () => {
  await using redis = await startRedis()
  await using cache = createCache({ l2: redisStore(redis.url) })
  await using elsewhere = createCache({ l2: redisStore(redis.url) })
  await Promise.all([cache.ready(), elsewhere.ready()])

  const aborts = new AbortController()
  const load = async (): Promise<string> => {
    await sleep(200)
    return 'found'
  }
  const others = Array.from({ length: 50 }, () => cache.getOrSet('item:1', load))
  const leaver = cache.getOrSet('item:1', load, { signal: aborts.signal })
  await sleep(50)
  aborts.abort(new Error('gone'))
  await expect(leaver).rejects.toThrow('gone')
  expect(await Promise.all(others)).toEqual(others.map(() => 'found'))
  expect(cache.metrics.totals().loads.lookup.ok).toBe(1)

  const all = new AbortController()
  let told = false
  const endless = ({ signal }: LoadContext): Promise<string> => {
    signal.addEventListener('abort', () => {
      told = true
    })
    return new Promise(() => undefined)
  }
  const leavers = Array.from({ length: 50 }, () => cache.getOrSet('item:2', endless, { signal: all.signal }))
  await sleep(50)
  expect(told).toBe(false)
  all.abort(new Error('gone'))
  for (const one of await Promise.allSettled(leavers)) expect(one.status).toBe('rejected')
  expect(told).toBe(true)
  await cache.idle()
  const began = performance.now()
  expect(await elsewhere.getOrSet('item:2', async () => 'new')).toBe('new')
  expect(performance.now() - began).toBeLessThan(1_000)
})
