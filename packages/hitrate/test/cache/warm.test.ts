import { describe, expect, test, vi } from 'vitest'
import { memoryL2 } from '../../src/testing/memory-l2.ts'
import { cacheOnClock, outcomesOf, slowly } from './cache-on-clock.ts'
import { l2Between } from './l2-between.ts'
import { refusalOf } from './refusal.ts'

const NOTHING = { warmed: 0, alreadyFresh: 0, absent: 0, failed: 0, errors: [] }

describe.each([
  ['in memory', () => ({})],
  ['over an L2', () => ({ l2: memoryL2() })],
  ['in L2 alone', () => ({ l1: false as const, l2: memoryL2() })],
])('%s', (_, tiers) => {
  describe('warming a keyspace', () => {
    test('loads what is not fresh and leaves alone what is', async () => {
      const { cache, clock } = cacheOnClock({ ...tiers(), ttl: 1_000, staleFor: '1h' })
      const load = vi.fn(({ id }: { id: number }) => `p${id}`)
      const products = cache.keyspace('product:{id:int}', { load })
      await products.set({ id: 1 }, 'stale')
      await clock.advance(1_001)
      await products.set({ id: 2 }, 'fresh')
      expect(await products.warm([{ id: 1 }, { id: 2 }, { id: 3 }])).toEqual({
        ...NOTHING,
        warmed: 2,
        alreadyFresh: 1,
      })
      await cache.idle()
      expect(await products.getMany([{ id: 1 }, { id: 2 }, { id: 3 }])).toEqual(['p1', 'fresh', 'p3'])
      expect(load).toHaveBeenCalledTimes(2)
    })

    test('tells what the origin has nothing for, and what it failed at', async () => {
      const { cache } = cacheOnClock(tiers())
      const products = cache.keyspace('product:{id:int}', {
        load: ({ id }, { store }) => {
          if (id === 1) throw new Error('down')
          if (id === 3) store(false)
          return id === 2 ? undefined : id
        },
      })
      const list = [1, 2, 3, 4].map((id) => ({ id }))
      expect(await products.warm(list)).toEqual({
        warmed: 1,
        alreadyFresh: 0,
        absent: 2,
        failed: 1,
        errors: [new Error('down')],
      })
    })

    test('fails at what it loaded and can not store, and names no key', async () => {
      const { cache } = cacheOnClock(tiers())
      const exports = cache.keyspace('export:{name}', {
        load: ({ name }): unknown => (name === 'big' ? 1n : 1),
      })
      const report = await exports.warm([{ name: 'big' }, { name: 'small' }])
      expect(report).toMatchObject({
        ...NOTHING,
        warmed: 1,
        failed: 1,
        errors: [{ code: 'invalid_argument' }],
      })
      expect(String(report.errors[0])).not.toContain('big')
    })

    test('hands on the first few errors only', async () => {
      const { cache } = cacheOnClock(tiers())
      const products = cache.keyspace('product:{id:int}', {
        load: ({ id }): number => {
          throw new Error(`down ${id}`)
        },
      })
      const { failed, errors } = await products.warm(Array.from({ length: 9 }, (_unused, id) => ({ id })))
      expect(failed).toBe(9)
      expect(errors).toHaveLength(5)
    })

    test('loads many in one call, and a key that is named twice once', async () => {
      const { cache } = cacheOnClock(tiers())
      const loadMany = vi.fn((list: readonly { id: number }[]) => list.map(({ id }) => id))
      const products = cache.keyspace('product:{id:int}', { loadMany })
      expect(await products.warm([{ id: 1 }, { id: 2 }, { id: 1 }])).toEqual({ ...NOTHING, warmed: 3 })
      expect(loadMany.mock.calls.map(([list]) => list)).toEqual([[{ id: 1 }, { id: 2 }]])
    })

    test('shares loads with lookups', async () => {
      const { cache, clock } = cacheOnClock(tiers())
      const load = vi.fn(({ id }: { id: number }) => slowly(id, 50, clock))
      const products = cache.keyspace('product:{id:int}', { load })
      const asked = products.get({ id: 1 })
      const warmed = products.warm([{ id: 1 }, { id: 2 }])
      await clock.advance(10)
      const late = products.get({ id: 2 })
      await clock.advance(50)
      expect(await Promise.all([asked, late])).toEqual([1, 2])
      expect(await warmed).toEqual({ ...NOTHING, warmed: 2 })
      expect(load).toHaveBeenCalledTimes(2)
    })

    test('counts loads of its own kind, for nobody, and never a lookup', async () => {
      const { cache } = cacheOnClock(tiers())
      const products = cache.keyspace('product:{id:int}', { load: ({ id }) => id })
      await cache.metrics.withEndpoint('/page', () => products.warm([{ id: 1 }, { id: 1 }, { id: 2 }]))
      expect(outcomesOf(cache)).toEqual({})
      const { warm, lookup } = cache.metrics.totals().loads
      expect([warm.ok, lookup.ok]).toEqual([2, 0])
      const endpoints = cache.metrics.endpoints().endpoints.filter(({ load }) => load.count > 0)
      expect(endpoints.map(({ endpoint }) => endpoint)).toEqual(['__background__'])
    })

    test('begins nothing once its signal has fired, and finishes what is loading', async () => {
      const { cache, clock } = cacheOnClock(tiers())
      const load = vi.fn(({ id }: { id: number }) => slowly(id, 50, clock))
      const products = cache.keyspace('product:{id:int}', { load })
      expect(await products.warm([{ id: 1 }], { signal: AbortSignal.abort() })).toEqual(NOTHING)
      expect(load).not.toHaveBeenCalled()
      const controller = new AbortController()
      const warmed = products.warm([{ id: 1 }], { signal: controller.signal })
      await clock.advance(10)
      controller.abort()
      await clock.advance(40)
      expect(await warmed).toEqual({ ...NOTHING, warmed: 1 })
    })

    test('without a loader finds nothing', async () => {
      const { cache } = cacheOnClock(tiers())
      expect(await cache.keyspace('session:{id}', {}).warm([{ id: 'x' }])).toEqual({ ...NOTHING, absent: 1 })
    })

    test('counts each key once that somebody reads afterwards', async () => {
      const { cache } = cacheOnClock(tiers())
      const products = cache.keyspace('product:{id:int}', { load: ({ id }) => id })
      const reads = { read: 0 }
      await products.set({ id: 9 }, 9)
      await products.warm([{ id: 1 }, { id: 2 }, { id: 3 }, { id: 9 }], { reads })
      await cache.idle()
      expect(reads.read).toBe(0)
      await products.get({ id: 1 })
      await products.get({ id: 1 })
      await products.getMany([{ id: 2 }, { id: 9 }])
      await cache.get('product:2')
      expect(reads.read).toBe(2)
    })
  })

  describe('warming with values from outside', () => {
    test('stores them where no live entry is', async () => {
      const { cache, clock } = cacheOnClock({ ...tiers(), ttl: 1_000, staleFor: '1h' })
      await cache.set('stale', 'own')
      await clock.advance(1_001)
      await cache.set('fresh', 'own')
      const entries = ['stale', 'fresh', 'new'].map((key) => ({ key, value: 'from outside' }))
      expect(await cache.warm(entries)).toEqual({ ...NOTHING, warmed: 1, alreadyFresh: 2 })
      expect(await cache.getMany(['stale', 'fresh', 'new'])).toEqual(['own', 'own', 'from outside'])
    })

    test('keeps them for as long as they say', async () => {
      const { cache, clock } = cacheOnClock({ ...tiers(), ttl: '1h' })
      await cache.warm([{ key: 'a', value: 1, ttl: 500 }])
      await clock.advance(501)
      expect(await cache.get('a')).toBeUndefined()
    })

    test('tells which could not be stored', async () => {
      const { cache } = cacheOnClock(tiers())
      const entries = [
        { key: 'a', value: 10n },
        { key: 'k'.repeat(2_000), value: 1 },
        { key: 'b', value: 1 },
      ]
      const { errors, ...counts } = await cache.warm(entries)
      expect(counts).toEqual({ warmed: 1, alreadyFresh: 0, absent: 0, failed: 2 })
      expect(errors).toEqual([])
    })

    test('is no lookup, and counts each key once that somebody reads afterwards', async () => {
      const { cache } = cacheOnClock(tiers())
      const reads = { read: 0 }
      await cache.set('c', 3)
      const entries = ['a', 'b', 'c'].map((key) => ({ key, value: key }))
      await cache.warm(entries, { reads })
      expect(outcomesOf(cache)).toEqual({})
      await cache.getMany(['a', 'c'])
      await cache.get('a')
      expect(reads.read).toBe(1)
    })

    test('stores nothing once its signal has fired', async () => {
      const { cache } = cacheOnClock(tiers())
      expect(await cache.warm([{ key: 'a', value: 1 }], { signal: AbortSignal.abort() })).toEqual(NOTHING)
      expect(await cache.has('a')).toBe(false)
    })

    test('stores nothing when one of them is wrong', async () => {
      const { cache } = cacheOnClock(tiers())
      const { code } = await refusalOf(() =>
        cache.warm([
          { key: 'a', value: 1 },
          { key: '', value: 2 },
        ]),
      )
      expect(code).toBe('invalid_key')
      expect(await cache.has('a')).toBe(false)
    })
  })
})

test('warming with values while L2 is down fails for all of them', async () => {
  const { l2 } = l2Between(() => ({ write: () => Promise.reject(new Error('down')) }))
  const { cache } = cacheOnClock({ l2 })
  const { errors, ...counts } = await cache.warm([
    { key: 'a', value: 1 },
    { key: 'b', value: 2 },
  ])
  expect(counts).toEqual({ warmed: 0, alreadyFresh: 0, absent: 0, failed: 2 })
  expect(errors).toEqual([])
})
