import { describe, expect, test } from 'vitest'
import type { CacheOptions } from '../../src/cache/types.ts'
import type { Store } from '../../src/stores/store.ts'
import { memoryL2 } from '../../src/testing/memory-l2.ts'
import { cacheOnClock, outcomesOf, reasonsOf } from './cache-on-clock.ts'
import { expectNothing } from './expect-nothing.ts'
import { l2Between } from './l2-between.ts'
import { createOrigin } from './origin.ts'

/** Two processes on one L2; the first expects nothing of it under `k:*`. */
async function setUp(options: CacheOptions = {}, change?: (store: Store) => Partial<Store>) {
  const behind = memoryL2()
  const { l2, calls } = l2Between(change, behind)
  const { cache, clock } = cacheOnClock({ ...options, l2 })
  const { cache: other } = cacheOnClock({ ...options, clock, l2: behind })
  await expectNothing(cache, 'k')
  const before = outcomesOf(cache).miss ?? 0
  return {
    cache,
    clock,
    other,
    reads: () => (calls.get('read')?.length ?? 0) - 1,
    claims: () => calls.get('claim')?.length ?? 0,
    outcomes: () => {
      const { miss = 0, ...others } = outcomesOf(cache)
      return miss === before ? others : { ...others, miss: miss - before }
    },
  }
}

describe('a key of a pattern of which L2 had nothing lately', () => {
  test('is loaded under a claim without being read before', async () => {
    const { cache, other, reads, claims, outcomes } = await setUp()
    const before = cache.metrics.totals().tiers.l2.read.results.miss
    expect(await cache.getOrSet('k:1', () => 'v')).toBe('v')
    await cache.idle()
    expect([reads(), claims()]).toEqual([0, 1])
    expect(outcomes()).toEqual({ miss: 1 })
    // The claim said what a read would have said.
    expect(cache.metrics.totals().tiers.l2.read.results.miss - before).toBe(1)
    expect(await other.get('k:1')).toBe('v')
  })

  test('of fewer than sixteen is read', async () => {
    const { l2, calls } = l2Between()
    const { cache } = cacheOnClock({ l2 })
    for (let id = 1; id <= 17; id++) await cache.getOrSet(`k:${id}`, () => id)
    expect(calls.get('read')?.length).toBe(16)
  })

  test('of another pattern is read', async () => {
    const { cache, reads } = await setUp()
    await cache.getOrSet('other:1', () => 'v')
    expect(reads()).toBe(1)
  })

  test('is read where nothing could be loaded', async () => {
    const { cache, other, reads } = await setUp()
    await other.set('k:1', 'theirs')
    expect(await cache.get('k:1')).toBe('theirs')
    expect(reads()).toBe(1)
  })

  test('is answered from L2 where it is there after all, and the next are read', async () => {
    const { cache, other, reads, claims, outcomes } = await setUp()
    await other.set('k:1', 'theirs')
    expect(await cache.getOrSet('k:1', () => 'ours')).toBe('theirs')
    expect([reads(), claims()]).toEqual([0, 1])
    expect(outcomes()).toEqual({ hit_l2: 1 })
    await cache.getOrSet('k:2', () => 'v')
    expect(reads()).toBe(1)
  })

  test('is served stale at once, as if it had been read', async () => {
    const { cache, clock, other, outcomes } = await setUp({ ttl: 1_000, staleFor: '1h' })
    await other.set('k:1', 'old')
    await clock.advance(1_001)
    const { load, loads, answer } = createOrigin()
    expect(await cache.getOrSet('k:1', load)).toBe('old')
    expect(outcomes()).toEqual({ stale: 1 })
    await clock.advance(0)
    expect(loads).toHaveLength(1)
    answer('new')
    await cache.idle()
    expect(await cache.getOrSet('k:1', load)).toBe('new')
  })

  test('says why what is there can not be served', async () => {
    const { cache, other, outcomes } = await setUp()
    await other.set('k:1', 'theirs', { tags: ['x'] })
    await other.invalidate({ tags: ['x'] })
    const before = reasonsOf(cache).invalidated ?? 0
    expect(await cache.getOrSet('k:1', () => 'ours')).toBe('ours')
    expect((reasonsOf(cache).invalidated ?? 0) - before).toBe(1)
    expect(outcomes()).toEqual({ miss: 1 })
  })

  test('is waited for where another process loads it', async () => {
    const { cache, clock, other, outcomes } = await setUp()
    const { load, loads, answer } = createOrigin()
    const theirs = other.getOrSet('k:1', load)
    await clock.advance(0)
    expect(loads).toHaveLength(1)
    const ours = cache.getOrSet('k:1', () => 'ours')
    await clock.advance(1)
    answer('theirs')
    await theirs
    await clock.advance(600)
    expect(await ours).toBe('theirs')
    expect(outcomes()).toEqual({ coalesced: 1 })
  })

  test('is claimed again where the other process gave up, and counted once', async () => {
    const { cache, clock, other, outcomes } = await setUp()
    const { load, loads, fail } = createOrigin()
    const theirs = other.getOrSet('k:1', load)
    await clock.advance(0)
    expect(loads).toHaveLength(1)
    const before = cache.metrics.totals().tiers.l2.read.results.miss
    const ours = cache.getOrSet('k:1', () => 'ours')
    await clock.advance(1)
    fail(new Error('the origin is down'))
    await expect(theirs).rejects.toThrow()
    await clock.advance(600)
    expect(await ours).toBe('ours')
    // The first claim, and the look after the wait.
    expect(cache.metrics.totals().tiers.l2.read.results.miss - before).toBe(2)
    expect(outcomes()).toEqual({ miss: 1 })
  })

  test('is shared by all who ask for it', async () => {
    const { cache, clock, reads, claims, outcomes } = await setUp()
    const { load, loads, answer } = createOrigin()
    const asked = Promise.all(Array.from({ length: 5 }, () => cache.getOrSet('k:1', load)))
    await clock.advance(0)
    answer('v')
    expect(await asked).toEqual(['v', 'v', 'v', 'v', 'v'])
    expect([reads(), claims(), loads.length]).toEqual([0, 1, 1])
    expect(outcomes()).toEqual({ miss: 1, coalesced: 4 })
  })

  test('loads with its batch', async () => {
    const { cache, other, outcomes } = await setUp()
    await other.set('k:2', 'theirs')
    const batches: (readonly string[])[] = []
    const values = await cache.getOrSetMany(['k:1', 'k:2', 'k:3'], (keys) => {
      batches.push(keys)
      return keys.map(() => 'ours')
    })
    expect(values).toEqual(['ours', 'theirs', 'ours'])
    expect(batches).toEqual([['k:1', 'k:3']])
    expect(outcomes()).toEqual({ miss: 2, hit_l2: 1 })
  })

  test('is kept here alone while L2 fails, and the next are read', async () => {
    let broken = false
    const { cache, reads, outcomes } = await setUp({}, (store) => ({
      claim: (requests) => (broken ? Promise.reject(new Error('out of reach')) : store.claim(requests)),
    }))
    broken = true
    expect(await cache.getOrSet('k:1', () => 'v')).toBe('v')
    expect(reads()).toBe(0)
    broken = false
    await cache.getOrSet('k:2', () => 'v')
    expect(reads()).toBe(1)
    expect(outcomes()).toEqual({ miss: 2 })
  })

  test('is read again where it was changed while the claim answered', async () => {
    let between = async (): Promise<unknown> => undefined
    const { cache, other, outcomes } = await setUp({}, (store) => ({
      async claim(requests) {
        const replies = await store.claim(requests)
        await between()
        return replies
      },
    }))
    await other.set('k:1', 'old')
    between = async () => {
      between = async () => undefined
      await other.delete('k:1')
    }
    expect(await cache.getOrSet('k:1', () => 'new')).toBe('new')
    expect(outcomes()).toEqual({ miss: 1 })
  })
})
