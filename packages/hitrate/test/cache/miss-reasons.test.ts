import { describe, expect, test } from 'vitest'
import { memoryL2 } from '../../src/testing/memory-l2.ts'
import { cacheOnClock, reasonsOf } from './cache-on-clock.ts'
import { l2Between } from './l2-between.ts'

describe('a miss says why, in memory', () => {
  test('cold: it was never there', async () => {
    const { cache } = cacheOnClock()
    await cache.get('a')
    await cache.getOrSet('b', () => 1)
    await cache.getMany(['c'])
    expect(reasonsOf(cache)).toEqual({ cold: 3 })
  })

  test('expired: its time was over', async () => {
    const { cache, clock } = cacheOnClock({ ttl: 100, staleFor: 100 })
    await cache.setMany(['a', 'b'].map((key) => ({ key, value: 1 })))
    await clock.advance(200)
    await cache.get('a')
    await cache.getOrSet('b', () => 2)
    expect(reasonsOf(cache)).toEqual({ expired: 2 })
  })

  test('evicted: others took its room', async () => {
    const { cache } = cacheOnClock({ l1: { maxEntries: 1 } })
    await cache.set('a', 1)
    await cache.set('b', 2)
    await cache.get('a')
    expect(reasonsOf(cache)).toEqual({ evicted: 1 })
    expect(cache.metrics.totals().evictions.l1.size).toBe(1)
  })

  test.each<readonly [string, (cache: ReturnType<typeof cacheOnClock>['cache']) => Promise<unknown>]>([
    ['deleted by key', (cache) => cache.delete('a')],
    ['expired by key, with no stale time', (cache) => cache.expire('a')],
    ['deleted by tag', (cache) => cache.invalidate({ tags: ['t'] })],
    ['deleted by pattern', (cache) => cache.invalidate({ pattern: 'a*' })],
    ['deleted with everything', (cache) => cache.invalidate('all')],
    ['expired with everything, with no stale time', (cache) => cache.invalidate('all', { mode: 'expire' })],
  ])('invalidated: it was %s', async (_, invalidate) => {
    const { cache } = cacheOnClock()
    await cache.set('a', 1, { tags: ['t'] })
    await invalidate(cache)
    await cache.get('a')
    expect(reasonsOf(cache)).toEqual({ invalidated: 1 })
  })

  test('once: the next miss of the key is a cold one', async () => {
    const { cache, clock } = cacheOnClock({ ttl: 100 })
    await cache.set('a', 1)
    await clock.advance(100)
    await cache.get('a')
    await cache.get('a')
    expect(reasonsOf(cache)).toEqual({ expired: 1, cold: 1 })
  })

  test('cold again where so many keys left since that it was forgotten', async () => {
    const { cache } = cacheOnClock()
    const keys = Array.from({ length: 20_001 }, (_, index) => `k:${index}`)
    await cache.setMany(keys.map((key) => ({ key, value: 1 })))
    await cache.delete(keys)
    await cache.getMany(['k:0', 'k:20000'])
    expect(reasonsOf(cache)).toEqual({ cold: 1, invalidated: 1 })
  })

  test("uncacheable: what was loaded can't be kept", async () => {
    const { cache } = cacheOnClock()
    await cache.getOrSet<unknown>('a', () => 1n)
    expect(reasonsOf(cache)).toEqual({ uncacheable: 1 })
  })
})

describe('a miss says why, over an L2', () => {
  test('l2_error: L2 could not be asked', async () => {
    const { l2 } = l2Between(() => ({ read: () => Promise.reject(new Error('lost')) }))
    const { cache } = cacheOnClock({ l2 })
    await cache.get('a')
    await cache.getOrSet('b', () => 1)
    expect(reasonsOf(cache)).toEqual({ l2_error: 2 })
  })

  test('invalidated: its tag, or everything, was', async () => {
    const l2 = memoryL2()
    const { cache: here, clock } = cacheOnClock({ l2, l1: false })
    const { cache: there } = cacheOnClock({ l2, l1: false, clock })
    await here.setMany(['a', 'b'].map((key) => ({ key, value: 1, tags: ['t'] })))
    await there.invalidate({ tags: ['t'] })
    await here.get('a')
    await there.get('b')
    expect([reasonsOf(here), reasonsOf(there)]).toEqual([{ invalidated: 1 }, { invalidated: 1 }])
  })

  test('not at all where only L2 could know', async () => {
    const { cache } = cacheOnClock({ l2: memoryL2() })
    await cache.get('a')
    expect(reasonsOf(cache)).toEqual({})
  })
})

test('hits, stale answers and bypasses have no reason', async () => {
  const { cache, clock } = cacheOnClock({ ttl: 100, staleFor: 100 })
  await cache.set('a', 1)
  await cache.get('a')
  await clock.advance(100)
  await cache.get('a')
  await cache.getOrSet('b', () => 1, { cache: 'bypass' })
  expect(reasonsOf(cache)).toEqual({})
})
