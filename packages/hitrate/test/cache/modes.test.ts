import { describe, expect, test, vi } from 'vitest'
import { memoryL2 } from '../../src/testing/memory-l2.ts'
import { cacheOnClock, outcomesOf } from './cache-on-clock.ts'
import { createOrigin } from './origin.ts'
import { refusalOf } from './refusal.ts'

describe.each([
  ['in memory', () => ({})],
  ['over an L2', () => ({ l2: memoryL2() })],
  ['in L2 alone', () => ({ l1: false as const, l2: memoryL2() })],
])('%s', (_, tiers) => {
  describe('refresh', () => {
    test('loads although a fresh value is there, and stores what came', async () => {
      const { cache } = cacheOnClock(tiers())
      await cache.getOrSet('a', () => 'old')
      await cache.idle()
      expect(await cache.getOrSet('a', () => 'new', { cache: 'refresh' })).toBe('new')
      await cache.idle()
      expect(await cache.get('a')).toBe('new')
      const { miss } = outcomesOf(cache)
      expect(miss).toBe(2)
    })

    test('serves the old value to others meanwhile', async () => {
      const { cache, clock } = cacheOnClock(tiers())
      await cache.getOrSet('a', () => 'old')
      await cache.idle()
      const { load, answer } = createOrigin()
      const refreshed = cache.getOrSet('a', load, { cache: 'refresh' })
      await clock.advance(0)
      expect(await cache.get('a')).toBe('old')
      answer('new')
      expect(await refreshed).toBe('new')
    })

    test('that fails leaves the old value as it was', async () => {
      const { cache } = cacheOnClock(tiers())
      await cache.getOrSet('a', () => 'old')
      await cache.idle()
      const down = () => Promise.reject(new Error('down'))
      await expect(cache.getOrSet('a', down, { cache: 'refresh' })).rejects.toThrow('down')
      await cache.idle()
      expect(await cache.get('a')).toBe('old')
    })

    test('that finds nothing removes the old value', async () => {
      const { cache } = cacheOnClock(tiers())
      await cache.getOrSet<string | undefined>('a', () => 'old')
      await cache.idle()
      expect(await cache.getOrSet('a', () => undefined, { cache: 'refresh' })).toBeUndefined()
      await cache.idle()
      expect(await cache.get('a')).toBeUndefined()
    })

    test('works for batches and keyspaces', async () => {
      const { cache } = cacheOnClock(tiers())
      let version = 0
      const pages = cache.keyspace('page:{n:int}', {
        load: () => ++version,
        loadMany: (list) => list.map(() => ++version),
      })
      await pages.get({ n: 1 })
      await cache.idle()
      expect(await pages.get({ n: 1 }, { cache: 'refresh' })).toBe(2)
      await cache.idle()
      expect(await pages.getMany([{ n: 1 }, { n: 2 }], { cache: 'refresh' })).toEqual([3, 4])
      await cache.idle()
      const load = (keys: readonly string[]) => keys.map(() => ++version)
      expect(await cache.getOrSetMany(['page:1', 'page:2'], load, { cache: 'refresh' })).toEqual([5, 6])
      await cache.idle()
      expect(await cache.getMany(['page:1', 'page:2'])).toEqual([5, 6])
    })
  })

  describe('bypass', () => {
    test('loads and stores nothing, and counts as bypass', async () => {
      const { cache } = cacheOnClock(tiers())
      expect(await cache.getOrSet('a', () => 'v', { cache: 'bypass' })).toBe('v')
      expect(await cache.has('a')).toBe(false)
      expect(outcomesOf(cache)).toEqual({ bypass: 1 })
      expect(cache.metrics.overall().totalRequests).toBe(0)
    })

    test('neither sees nor touches what is there, and shares no load', async () => {
      const { cache, clock } = cacheOnClock(tiers())
      await cache.getOrSet('a', () => 'kept')
      await cache.idle()
      const { load, loads, answer } = createOrigin()
      const asked = [1, 2].map(() => cache.getOrSet('a', load, { cache: 'bypass' }))
      const other = cache.getOrSet('b', load)
      await clock.advance(0)
      expect(loads).toHaveLength(3)
      answer('own')
      expect(await Promise.all(asked)).toEqual(['own', 'own'])
      expect(await other).toBe('own')
      expect(await cache.get('a')).toBe('kept')
    })

    test("ends at the caller's hard timeout, and with it the load", async () => {
      const { cache, clock } = cacheOnClock(tiers())
      const { load, loads } = createOrigin()
      const asked = refusalOf(() => cache.getOrSet('a', load, { cache: 'bypass', hardTimeout: 100 }))
      await clock.advance(100)
      expect(await asked).toEqual({
        code: 'load_timeout',
        message: 'no value within the hard timeout of 100 ms',
      })
      expect(loads[0]?.signal.aborted).toBe(true)
      expect(outcomesOf(cache)).toEqual({ bypass: 1 })
    })

    test('works for batches and keyspaces', async () => {
      const { cache } = cacheOnClock(tiers())
      const loadMany = vi.fn((list: readonly { n: number }[]) => list.map(({ n }) => n))
      const pages = cache.keyspace('page:{n:int}', { loadMany })
      expect(await pages.getMany([{ n: 1 }, { n: 2 }], { cache: 'bypass' })).toEqual([1, 2])
      expect(await pages.get({ n: 3 }, { cache: 'bypass' })).toBe(3)
      expect(loadMany).toHaveBeenCalledTimes(2)
      expect(await cache.getOrSetMany(['x', 'y'], (keys) => [...keys], { cache: 'bypass' })).toEqual([
        'x',
        'y',
      ])
      expect(await cache.getMany(['page:1', 'x'])).toEqual([undefined, undefined])
      expect(outcomesOf(cache)).toEqual({ bypass: 5, miss: 2 })
    })

    test('hands on what the loader throws', async () => {
      const { cache } = cacheOnClock(tiers())
      const error = new Error('down')
      await expect(cache.getOrSet('a', () => Promise.reject(error), { cache: 'bypass' })).rejects.toBe(error)
      expect(outcomesOf(cache)).toEqual({ bypass: 1 })
    })
  })

  test('a plain get neither loads nor waits for a load', async () => {
    const { cache, clock } = cacheOnClock(tiers())
    const { load, answer } = createOrigin()
    const asked = cache.getOrSet('a', load)
    await clock.advance(0)
    expect(await cache.get('a')).toBeUndefined()
    expect(await cache.getMany(['a', 'b'])).toEqual([undefined, undefined])
    answer('v')
    await asked
    await cache.idle()
    expect(await cache.get('a')).toBe('v')
    expect(outcomesOf(cache)).toMatchObject({ miss: 4 })
  })
})
