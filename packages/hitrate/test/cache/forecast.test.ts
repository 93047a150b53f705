import { describe, expect, test } from 'vitest'
import type { CacheOptions } from '../../src/cache/types.ts'
import type { Store } from '../../src/stores/store.ts'
import { type ManualClock, manualClock } from '../../src/testing/manual-clock.ts'
import { memoryL2 } from '../../src/testing/memory-l2.ts'
import { cacheOnClock, outcomesOf, reasonsOf, slowly } from './cache-on-clock.ts'
import { expectNothing } from './expect-nothing.ts'
import { l2Between } from './l2-between.ts'
import { createOrigin } from './origin.ts'

/** Two processes on one L2; the first expects nothing of it under `k:*`. */
async function setUp(
  options: CacheOptions = {},
  change?: (store: Store, clock: ManualClock) => Partial<Store>,
) {
  const behind = memoryL2()
  const clock = manualClock()
  const { l2, calls } = l2Between((store) => change?.(store, clock) ?? {}, behind)
  const { cache } = cacheOnClock({ ...options, clock, l2 })
  const { cache: other } = cacheOnClock({ ...options, clock, l2: behind })
  const primed = expectNothing(cache, 'k')
  await clock.advance(200)
  await primed
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

/** Both processes ask for the key, the other one first, whose load waits. */
async function bothAsk({
  cache,
  clock,
  other,
}: Pick<Awaited<ReturnType<typeof setUp>>, 'cache' | 'clock' | 'other'>) {
  const { load, loads, answer, fail } = createOrigin()
  const theirs = other.getOrSet('k:1', load)
  await clock.advance(0)
  expect(loads).toHaveLength(1)
  const ours = cache.getOrSet('k:1', () => 'ours')
  await clock.advance(1)
  return { theirs, ours, answer, fail }
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
    const { outcomes, ...world } = await setUp()
    const { theirs, ours, answer } = await bothAsk(world)
    answer('theirs')
    await theirs
    await world.clock.advance(600)
    expect(await ours).toBe('theirs')
    expect(outcomes()).toEqual({ coalesced: 1 })
  })

  test('is claimed again where the other process gave up, and not counted as read by that', async () => {
    const { cache, outcomes, ...world } = await setUp()
    const before = cache.metrics.totals().tiers.l2.read.results.miss
    const { theirs, ours, fail } = await bothAsk({ cache, ...world })
    fail(new Error('the origin is down'))
    await expect(theirs).rejects.toThrow()
    await world.clock.advance(600)
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

  test('is returned as it was, and not kept, where it was changed while the claim answered', async () => {
    let between = async (): Promise<unknown> => undefined
    const { cache, other } = await setUp({}, (store) => ({
      async claim(requests) {
        const replies = await store.claim(requests)
        await between()
        return replies
      },
    }))
    await other.set('k:1', 'old')
    between = () => other.delete('k:1')
    expect(await cache.getOrSet('k:1', () => 'new')).toBe('old')
    expect(await cache.get('k:1')).toBeUndefined()
  })

  test('is loaded anew by who asks for that, whatever L2 has', async () => {
    const { cache, other } = await setUp()
    await other.set('k:1', 'old')
    const asked = cache.getOrSet('k:1', () => 'a')
    const refreshed = cache.getOrSet('k:1', () => 'b', { cache: 'refresh' })
    expect(await Promise.all([asked, refreshed])).toEqual(['old', 'b'])
  })

  test.each([
    ['was invalidated by tag', 0],
    ['is stale', 3_600_000],
  ])('loads with its batch where it %s', async (_, staleFor) => {
    const { cache, clock, other } = await setUp({ ttl: 1_000, staleFor })
    const keys = Array.from({ length: 20 }, (_, index) => `k:${index}`)
    await other.setMany(keys.map((key) => ({ key, value: 'old', tags: ['x'] })))
    if (staleFor === 0) await other.invalidate({ tags: ['x'] })
    else await clock.advance(1_001)
    const batches: number[] = []
    await cache.getOrSetMany(keys, (those) => {
      batches.push(those.length)
      return those.map(() => 'new')
    })
    await cache.idle()
    expect(batches).toEqual([20])
  })

  test('takes as long as L2 takes to answer, also where it is there', async () => {
    const { cache, clock, other } = await setUp({}, (store, clock) => ({
      claim: async (requests) => slowly(await store.claim(requests), 40, clock),
    }))
    await other.set('k:1', 'theirs')
    const before = cache.metrics.overall()
    const asked = cache.getOrSet('k:1', () => 'ours')
    await clock.advance(40)
    expect(await asked).toBe('theirs')
    const after = cache.metrics.overall()
    const spent = (of: typeof after) => of.avgResponseTimeMs * of.totalRequests
    expect(spent(after) - spent(before)).toBeCloseTo(40, 3)
  })

  test('is warmed where nothing of it can be served', async () => {
    const { cache, clock, other } = await setUp({}, (store, clock) => ({
      claim: async (requests) => slowly(await store.claim(requests), 100, clock),
    }))
    await other.set('k:1', 'v', { tags: ['x'] })
    await other.invalidate({ tags: ['x'] })
    const fails = () => Promise.reject(new Error('the origin is down'))
    const asked = cache.getOrSet('k:1', fails)
    await clock.advance(1)
    const warming = cache.keyspace('k:{id:int}', { load: fails }).warm([{ id: 1 }])
    const refused = expect(asked).rejects.toThrow('down')
    await clock.advance(1_000)
    await refused
    expect(await warming).toMatchObject({ alreadyFresh: 0, failed: 1 })
  })

  test('has the reason of its miss from L2, or from L1 where L2 has none', async () => {
    const { cache, other } = await setUp({ l1: { maxEntries: 1 } })
    await cache.set('k:1', 'v', { tags: ['x'] })
    await cache.set('k:2', 'v')
    await other.invalidate({ tags: ['x'] })
    await expectNothing(cache, 'k')
    const reasons = reasonsOf(cache)
    await cache.getOrSet('k:1', () => 'w')
    expect(reasonsOf(cache)).toEqual({ ...reasons, invalidated: 1 })
  })

  test('counts as one that L2 failed to answer, while it does', async () => {
    let broken = false
    const { cache } = await setUp({}, (store) => ({
      claim: (requests) => (broken ? Promise.reject(new Error('out of reach')) : store.claim(requests)),
    }))
    broken = true
    await cache.getOrSet('k:1', () => 'v')
    expect(reasonsOf(cache)).toEqual({ l2_error: 1 })
  })

  test('counts as read from L2 where it was there', async () => {
    const { cache, other } = await setUp()
    await other.set('k:1', 'theirs')
    await cache.getOrSet('k:1', () => 'ours')
    expect(cache.metrics.totals().tiers.l2.read.results.hit).toBe(1)
  })

  test('is claimed by nobody any more where nobody can use the claim', async () => {
    const { cache, clock, other } = await setUp({}, (store, clock) => ({
      claim: async (requests) => slowly(await store.claim(requests), 40, clock),
    }))
    const asked = cache.getOrSet('k:1', () => 'ours')
    await clock.advance(1)
    // Our own may still be on its way to take the claim away.
    await cache.delete('k:1')
    await clock.advance(1_000)
    expect(await asked).toBe('ours')
    await cache.delete('k:1')
    const { load, loads, answer } = createOrigin()
    const theirs = other.getOrSet('k:1', load)
    await clock.advance(0)
    expect(loads).toHaveLength(1)
    answer('theirs')
    expect(await theirs).toBe('theirs')
  })

  test.each(['claim', 'read'] as const)(
    'is loaded for who asked before the cache closed, and leaves nothing running: %s',
    async (method) => {
      const { cache, clock, other } = await setUp({ closeGrace: 0 }, (store, clock) => ({
        claim: async (requests) => slowly(await store.claim(requests), 100, clock),
        ...(method === 'read' && { read: async (keys) => slowly(await store.read(keys), 100, clock) }),
      }))
      const asked = cache.getOrSet(method === 'claim' ? 'k:1' : 'other:1', () => 'v')
      await clock.advance(1)
      const closed = cache.close()
      await clock.advance(1_000)
      await closed
      expect(await asked).toBe('v')
      await other.close()
      expect(clock.pending).toBe(0)
    },
  )
})
