import { describe, expect, test, vi } from 'vitest'
import { memoryL2 } from '../../src/testing/memory-l2.ts'
import { cacheOnClock, outcomesOf } from './cache-on-clock.ts'

describe.each([
  ['in memory', () => ({})],
  ['over an L2', () => ({ l2: memoryL2() })],
])('a keyspace %s', (_, tiers) => {
  test('with a loader for one loads each miss by itself', async () => {
    const { cache } = cacheOnClock(tiers())
    const load = vi.fn(({ id }: { id: number }) => `p${id}`)
    const products = cache.keyspace('product:{id:int}', { load })
    expect(await products.get({ id: 1 })).toBe('p1')
    expect(await products.getMany([{ id: 2 }, { id: 1 }, { id: 3 }])).toEqual(['p2', 'p1', 'p3'])
    expect(load.mock.calls.map(([{ id }]) => id)).toEqual([1, 2, 3])
  })

  test('with a loader for many loads all misses in one call, and one key as well', async () => {
    const { cache } = cacheOnClock(tiers())
    const loadMany = vi.fn((list: readonly { id: number }[]) => list.map(({ id }) => `p${id}`))
    const products = cache.keyspace('product:{id:int}', { loadMany })
    expect(await products.get({ id: 1 })).toBe('p1')
    expect(await products.getMany([{ id: 2 }, { id: 1 }, { id: 3 }])).toEqual(['p2', 'p1', 'p3'])
    expect(loadMany.mock.calls.map(([list]) => list.map(({ id }) => id))).toEqual([[1], [2, 3]])
  })

  test('with both takes the one for one and the one for many', async () => {
    const { cache } = cacheOnClock(tiers())
    const products = cache.keyspace('product:{id:int}', {
      load: ({ id }) => `one ${id}`,
      loadMany: (list) => list.map(({ id }) => `many ${id}`),
    })
    expect(await products.get({ id: 1 })).toBe('one 1')
    expect(await products.getMany([{ id: 2 }, { id: 3 }])).toEqual(['many 2', 'many 3'])
  })

  test('without a loader looks up what was set', async () => {
    const { cache } = cacheOnClock(tiers())
    const sessions = cache.keyspace('session:{id}', { ttl: '1m' })
    await sessions.set({ id: 'x' }, { user: 7 })
    expect(await sessions.get({ id: 'x' })).toEqual({ user: 7 })
    expect(await sessions.getMany([{ id: 'y' }, { id: 'x' }])).toEqual([undefined, { user: 7 }])
    expect(await sessions.get({ id: 'y' }, { cache: 'refresh' })).toBeUndefined()
  })

  test('gives its loader the parameters and its key', async () => {
    const { cache } = cacheOnClock(tiers())
    const load = vi.fn(({ q }: { q: string; page: number }, { key }: { key: string }) => `${q} at ${key}`)
    const search = cache.keyspace('search:{q}:{page:int}', { load })
    expect(await search.get({ q: 'a:b', page: 2 })).toBe('a:b at search:a%3Ab:2')
    expect(search.key({ q: 'a:b', page: 2 })).toBe('search:a%3Ab:2')
  })

  test('shares its entries with the calls that use its keys', async () => {
    const { cache } = cacheOnClock(tiers())
    const products = cache.keyspace('product:{id:int}', { load: ({ id }) => ({ id }) })
    await products.get({ id: 1 })
    expect(await cache.get('product:1')).toEqual({ id: 1 })
    await cache.set('product:2', { id: 2 })
    expect(await products.peek({ id: 2 })).toEqual({ id: 2 })
    expect(await products.has({ id: 2 })).toBe(true)
    await products.delete([{ id: 1 }, { id: 2 }])
    expect(await cache.getMany(['product:1', 'product:2'])).toEqual([undefined, undefined])
  })

  test('counts under its pattern, also what plain calls do with its keys', async () => {
    const { cache } = cacheOnClock(tiers())
    const products = cache.keyspace('product:{id:int}', { ttl: '15m', load: ({ id }) => ({ id }) })
    await products.get({ id: 1 })
    await cache.get('product:2')
    await cache.getOrSet('product:3', () => ({ id: 3 }))
    const [only, ...others] = cache.metrics.patterns().patterns
    expect(others).toEqual([])
    expect(only).toMatchObject({
      pattern: 'product:*',
      keyspace: 'product:{id:int}',
      totalRequests: 3,
      ttlSeconds: 900,
    })
    expect([products.template, products.pattern, products.ttl]).toEqual([
      'product:{id:int}',
      'product:*',
      900_000,
    ])
  })

  test('expires what is asked for, and serves it stale while it loads', async () => {
    const { cache } = cacheOnClock({ ...tiers(), staleFor: '1h' })
    let version = 0
    const products = cache.keyspace('product:{id:int}', { load: () => ++version })
    await products.get({ id: 1 })
    await cache.idle()
    expect(await products.expire({ id: 1 })).toEqual({ count: 1, delivered: true })
    expect(await products.get({ id: 1 })).toBe(1)
    await cache.idle()
    expect(await products.get({ id: 1 })).toBe(2)
  })

  test('tags its entries by value, by parameter and always', async () => {
    const { cache } = cacheOnClock(tiers())
    const products = cache.keyspace('product:{id:int}', {
      load: ({ id }) => ({ id, seller: id % 2 }),
      tags: ({ seller }, { id }) => [`seller:${seller}`, `id:${id}`],
    })
    const pages = cache.keyspace('page:{n:int}', { load: ({ n }) => n, tags: ['pages'] })
    const list = [{ id: 1 }, { id: 2 }, { id: 3 }]
    await products.getMany(list)
    await products.set({ id: 4 }, { id: 4, seller: 1 })
    await pages.get({ n: 1 })
    await cache.idle()
    await cache.invalidate({ tags: ['seller:1', 'pages'] })
    expect(await Promise.all([...list, { id: 4 }].map((params) => products.has(params)))).toEqual([
      false,
      true,
      false,
      false,
    ])
    expect(await pages.has({ n: 1 })).toBe(false)
    await cache.invalidate({ tags: ['id:2'] })
    expect(await products.has({ id: 2 })).toBe(false)
  })

  test("returns a value whose tags can't be told, and does not keep it", async () => {
    const { cache } = cacheOnClock(tiers())
    const products = cache.keyspace('product:{id:int}', {
      load: ({ id }) => ({ id }),
      tags: () => {
        throw new Error('no tags')
      },
    })
    expect(await products.get({ id: 1 })).toEqual({ id: 1 })
    await cache.idle()
    expect(await products.has({ id: 1 })).toBe(false)
    expect(cache.metrics.totals().incidents.tags_error).toBe(1)
    expect(outcomesOf(cache)).toEqual({ miss: 1 })
  })

  test('takes no text for a list of tags', async () => {
    const { cache } = cacheOnClock(tiers())
    const untyped = (): string[] => JSON.parse('"seller"')
    const products = cache.keyspace('product:{id:int}', { load: ({ id }) => ({ id }), tags: untyped })
    expect(await products.get({ id: 1 })).toEqual({ id: 1 })
    await cache.idle()
    expect(await products.has({ id: 1 })).toBe(false)
    expect(cache.metrics.totals().incidents.tags_error).toBe(1)
    await expect(products.set({ id: 1 }, { id: 1 })).rejects.toThrow(
      'tags: "seller" given; accepted: an array',
    )
  })

  test('loads null without asking for its tags, and keeps it', async () => {
    const { cache } = cacheOnClock(tiers())
    const tags = vi.fn(() => ['t'])
    const products = cache.keyspace('product:{id:int}', {
      load: ({ id }): { id: number } | null => (id > 0 ? { id } : null),
      tags,
    })
    expect(await products.get({ id: 0 })).toBeNull()
    await cache.idle()
    expect(await products.has({ id: 0 })).toBe(true)
    expect(tags).not.toHaveBeenCalled()
  })
})
