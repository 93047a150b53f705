import { startRedis } from '@hitrate/test-support'
import { createCache } from 'hitrate'
import { redisStore } from 'hitrate/redis'
import { expect, test } from 'vitest'
import { record } from '../src/figures.ts'

test('a loader that never settles costs its waiters the hard timeout, and its slot is free at the load deadline', async () => {
  await using redis = await startRedis()
  await using cache = createCache({
    l2: redisStore(redis.url),
    loadDeadline: '1s',
    hardTimeout: 200,
    maxLoads: 1,
  })
  await cache.ready()
  const late = Promise.withResolvers<string>()
  let told: unknown
  const began = performance.now()
  const asked = Array.from({ length: 20 }, () =>
    cache.getOrSet('item:1', ({ signal }) => {
      signal.addEventListener('abort', () => {
        told = signal.reason
      })
      return late.promise
    }),
  )
  const ends = await Promise.allSettled(asked)
  const waited = performance.now() - began

  for (const end of ends) expect(end).toMatchObject({ status: 'rejected', reason: { code: 'load_timeout' } })
  expect(waited).toBeGreaterThan(190)
  expect(waited).toBeLessThan(900)

  // The only slot is taken until the deadline; then the next load has it.
  expect(await cache.getOrSet('item:2', async () => 'found', { hardTimeout: '10s' })).toBe('found')
  const freed = performance.now() - began
  expect(freed).toBeGreaterThan(950)
  expect(freed).toBeLessThan(3_000)
  expect(told).toMatchObject({ code: 'load_timeout' })
  record({ scenario: '12 loader never settles', worstAddedWait: waited - 200, recovered: freed - 1_000 })

  late.resolve('late')
  await cache.idle()
  expect(await cache.get('item:1')).toBeUndefined()
  expect(await cache.getOrSet('item:1', async () => 'new')).toBe('new')
  const { loads, incidents, requests } = cache.metrics.totals()
  expect(loads.lookup.timeout).toBe(1)
  expect(incidents.late_load_dropped).toBe(1)
  expect(requests.error).toBe(20)
})
