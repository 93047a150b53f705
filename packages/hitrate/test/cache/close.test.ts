import { describe, expect, test, vi } from 'vitest'
import { memoryL2 } from '../../src/testing/memory-l2.ts'
import { cacheOnClock, elapsed, outcomesOf, slowly } from './cache-on-clock.ts'
import { l2Between } from './l2-between.ts'
import { createOrigin } from './origin.ts'
import { refusalOf } from './refusal.ts'

describe.each([
  ['in memory', () => ({})],
  ['over an L2', () => ({ l2: memoryL2() })],
])('closing a cache %s', (_, tiers) => {
  test('waits for what is in flight, and stores it', async () => {
    const behind = memoryL2()
    const options = 'l2' in tiers() ? { l2: behind } : {}
    const { cache, clock } = cacheOnClock(options)
    const asked = cache.getOrSet('a', () => slowly('v', 100, clock))
    await clock.advance(0)
    let closed = false
    const closing = cache.close().then(() => {
      closed = true
    })
    await clock.advance(99)
    expect(closed).toBe(false)
    await clock.advance(1)
    expect(await asked).toBe('v')
    await closing
    if ('l2' in options) {
      const { cache: other } = cacheOnClock({ l2: behind, clock })
      expect(await other.get('a')).toBe('v')
    }
  })

  test('ends what is still in flight after the grace: signal fired, callers told', async () => {
    const { cache, clock } = cacheOnClock({ ...tiers(), closeGrace: 1_000 })
    const { load, loads } = createOrigin()
    const asked = refusalOf(() => cache.getOrSet('a', load))
    await clock.advance(0)
    const closing = cache.close()
    await clock.advance(999)
    expect(loads[0]?.signal.aborted).toBe(false)
    await clock.advance(1)
    expect(loads[0]?.signal.aborted).toBe(true)
    expect(await asked).toEqual({ code: 'closed', message: 'the cache was closed' })
    await closing
    expect(outcomesOf(cache)).toEqual({ error: 1 })
  })

  test('gives the stale value to who waits for a fresh one', async () => {
    const { cache, clock } = cacheOnClock({ ...tiers(), ttl: 500, staleFor: '1h', closeGrace: 1_000 })
    await cache.getOrSet('a', () => 'old')
    await cache.idle()
    await clock.advance(501)
    const asked = cache.getOrSet('a', () => new Promise<string>(() => {}), { softTimeout: '1m' })
    await clock.advance(0)
    const closing = cache.close()
    await clock.advance(1_000)
    expect(await asked).toBe('old')
    await closing
  })

  test('waits for nothing where nothing is in flight', async () => {
    const { cache } = cacheOnClock(tiers())
    await cache.set('a', 1)
    await cache.close()
  })

  test('happens once, however often it is asked for', async () => {
    const { l2, calls } = l2Between(undefined, memoryL2())
    const { cache } = cacheOnClock({ l2 })
    const first = cache.close()
    expect(cache.close()).toBe(first)
    await first
    await cache.close()
    expect(calls.get('read')).toEqual([])
  })

  test('leaves no timer behind', async () => {
    const { cache, clock } = cacheOnClock({ ...tiers(), closeGrace: 100 })
    const asked = refusalOf(() => cache.getOrSet('a', () => new Promise<string>(() => {})))
    await clock.advance(0)
    const closing = cache.close()
    await clock.advance(1_000)
    await Promise.all([asked, closing])
    expect(clock.pending).toBe(0)
  })

  test('is what leaving the scope of `await using` does', async () => {
    const { cache, clock } = cacheOnClock(tiers())
    {
      await using scoped = cache
      await scoped.set('a', 1)
    }
    expect(await cache.set('a', 2)).toEqual({ count: 0, delivered: false })
    expect(clock.pending).toBe(0)
  })
})

describe.each([
  ['in memory', () => ({})],
  ['over an L2', () => ({ l2: memoryL2() })],
])('after it was closed, a cache %s', (_, tiers) => {
  const closed = async () => {
    const { cache, clock } = cacheOnClock(tiers())
    const pages = cache.keyspace('page:{n:int}', {
      load: ({ n }) => n,
      loadMany: (list) => list.map(({ n }) => n),
    })
    await cache.set('a', 'stored')
    await cache.close()
    return { cache, clock, pages }
  }

  test('goes on loading, stores nothing, and counts bypasses', async () => {
    const { cache, pages } = await closed()
    const load = vi.fn(() => 'loaded')
    expect(await cache.getOrSet('a', load)).toBe('loaded')
    expect(await cache.getOrSet('a', load)).toBe('loaded')
    expect(await cache.getOrSetMany(['a', 'b'], (keys) => [...keys])).toEqual(['a', 'b'])
    expect(await pages.get({ n: 1 })).toBe(1)
    expect(await pages.getMany([{ n: 1 }, { n: 2 }])).toEqual([1, 2])
    expect(await cache.get('a')).toBeUndefined()
    expect(await cache.getMany(['a', 'b'])).toEqual([undefined, undefined])
    expect(load).toHaveBeenCalledTimes(2)
    expect(outcomesOf(cache)).toEqual({ bypass: 10 })
  })

  test('hands on what loaders throw', async () => {
    const { cache } = await closed()
    await expect(cache.getOrSet('a', () => Promise.reject(new Error('down')))).rejects.toThrow('down')
  })

  test('writes and invalidates nothing, and says so', async () => {
    const { cache, pages } = await closed()
    const undelivered = { count: 0, delivered: false }
    expect(await cache.set('a', 1)).toEqual(undelivered)
    expect(await cache.setMany([{ key: 'a', value: 1 }])).toEqual(undelivered)
    expect(await pages.set({ n: 1 }, 1)).toEqual(undelivered)
    expect(await cache.delete('a')).toEqual(undelivered)
    expect(await cache.expire(['a'])).toEqual(undelivered)
    expect(await pages.delete({ n: 1 })).toEqual(undelivered)
    expect(await cache.invalidate('all')).toEqual(undelivered)
    expect(await cache.invalidate({ tags: ['t'] })).toEqual(undelivered)
    expect(await cache.invalidate({ pattern: '*' })).toEqual(undelivered)
  })

  test('holds nothing', async () => {
    const { cache } = await closed()
    expect([await cache.has('a'), await cache.peek('a')]).toEqual([false, undefined])
    expect((await cache.info()).l1?.entries).toBe(0)
  })

  test('refuses to be warmed', async () => {
    const { cache, pages } = await closed()
    expect((await refusalOf(() => cache.warm([{ key: 'a', value: 1 }]))).code).toBe('closed')
    expect((await refusalOf(() => pages.warm([{ n: 1 }]))).code).toBe('closed')
  })

  test('still refuses what is wrong, and keeps its metrics', async () => {
    const { cache } = await closed()
    expect((await refusalOf(() => cache.get(''))).code).toBe('invalid_key')
    expect(cache.metrics.totals().writes).toBe(1)
    await cache.idle()
  })
})

test('lookups that begin while it closes bypass it', async () => {
  const { cache, clock } = cacheOnClock()
  const { load, answer } = createOrigin()
  await cache.set('a', 'stored')
  const before = cache.getOrSet('b', load)
  await clock.advance(0)
  const closing = cache.close()
  expect(await cache.getOrSet('a', () => 'loaded')).toBe('loaded')
  answer('v')
  expect(await before).toBe('v')
  await closing
  expect(outcomesOf(cache)).toEqual({ bypass: 1, miss: 1 })
})

test('writes and invalidations on their way to L2 are waited for', async () => {
  const behind = memoryL2()
  const { l2 } = l2Between(
    (store) => ({
      delete: async (keys) => {
        await elapsed(50, clock)
        return store.delete(keys)
      },
      write: async (requests, terms) => {
        await elapsed(50, clock)
        return store.write(requests, terms)
      },
      stampMarkers: async (names, mode, life) => {
        await elapsed(50, clock)
        return store.stampMarkers(names, mode, life)
      },
    }),
    behind,
  )
  const { cache, clock } = cacheOnClock({ l2 })
  const { cache: other } = cacheOnClock({ l2: behind, clock, l1: false })
  await other.setMany([
    { key: 'deleted', value: 1 },
    { key: 'tagged', value: 1, tags: ['t'] },
  ])
  const asked = [cache.delete('deleted'), cache.set('set', 2), cache.invalidate({ tags: ['t'] })]
  const closed = cache.close()
  await clock.advance(100)
  await closed
  for (const { delivered } of await Promise.all(asked)) expect(delivered).toBe(true)
  expect(await other.getMany(['deleted', 'tagged', 'set'])).toEqual([undefined, undefined, 2])
})

test('a lookup that waits for L2 while it closes still gets its value from the loader', async () => {
  const { l2 } = l2Between((store) => {
    const closed = Promise.withResolvers<never>()
    return {
      read: () => closed.promise,
      close: async () => {
        closed.reject(new Error('the store is closed'))
        await store.close()
      },
    }
  })
  const { cache, clock } = cacheOnClock({ l2 })
  const asked = cache.getOrSet('a', () => 'v')
  await clock.advance(10)
  await cache.close()
  expect(await asked).toBe('v')
  await cache.idle()
})

test('claims of loads that were ended are given back: another process loads at once', async () => {
  const l2 = memoryL2()
  const { cache: here, clock } = cacheOnClock({ l2, closeGrace: 100 })
  const { cache: there } = cacheOnClock({ l2, clock })
  const asked = refusalOf(() => here.getOrSet('a', () => new Promise<string>(() => {})))
  await clock.advance(0)
  const closing = here.close()
  await clock.advance(100)
  await Promise.all([asked, closing])
  expect(await there.getOrSet('a', () => 'v')).toBe('v')
})
