import { subscribe } from 'node:diagnostics_channel'
import { setTimeout as sleep } from 'node:timers/promises'
import { startRedis } from '@hitrate/test-support'
import { createCache, type LookupMessage } from 'hitrate'
import { redisStore } from 'hitrate/redis'
import { expect, test } from 'vitest'
import { record } from '../src/figures.ts'
import { patience, scaled } from '../src/scale.ts'

const MAX_LOADS = 16
const TTL_MS = scaled(3_000, 30_000)

test('keys warmed together expire spread by the jitter, and their loads stay under the cap', {
  timeout: patience(120),
}, async () => {
  const count = scaled(5_000, 100_000)
  const keys = Array.from({ length: count }, (_, index) => `item:${index}`)
  await using redis = await startRedis()
  const l2 = redisStore(redis.url, { timeout: '2s' })
  await using cache = createCache({ name: 'together', l2, ttl: TTL_MS, jitter: 0.3, maxLoads: MAX_LOADS })
  await cache.ready()
  const left: number[] = []
  subscribe('hitrate:lookup', (message) => {
    const { ttlMs, cache: name } = message as LookupMessage
    if (name === 'together' && ttlMs !== undefined) left.push(ttlMs)
  })
  const shares = Array.from({ length: 10 }, () => 0)
  for (let from = 0; from < count; from += 1_000) {
    const chunk = keys.slice(from, from + 1_000)
    left.length = 0
    await cache.setMany(chunk.map((key) => ({ key, value: key })))
    await cache.getMany(chunk)
    const longest = Math.max(...left)
    for (const ttl of left) {
      const bin = Math.min(9, Math.floor(((longest - ttl) / (TTL_MS * 0.3)) * 10))
      shares[bin] = (shares[bin] ?? 0) + 1 / count
    }
  }

  await sleep(TTL_MS + 100)
  let loading = 0
  let peak = 0
  const load = async (context: { readonly key: string }): Promise<string> => {
    peak = Math.max(peak, ++loading)
    await sleep(1)
    loading--
    return context.key
  }
  const values = await Promise.all(keys.slice(0, 2_000).map((key) => cache.getOrSet(key, load)))
  expect(values).toEqual(keys.slice(0, 2_000))
  record({
    scenario: `15 ${count} keys expire together`,
    errors: 0,
    more: `at most ${(Math.max(...shares) * 100).toFixed(0)} % in a tenth of the spread, ${peak} loads at once`,
  })
  expect(shares.reduce((sum, share) => sum + share, 0)).toBeGreaterThan(0.9)
  expect(Math.max(...shares)).toBeLessThan(0.2)
  expect(peak).toBe(MAX_LOADS)
})
