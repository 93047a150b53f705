import { describe, expect, test, vi } from 'vitest'
import { memoryL2 } from '../../src/testing/memory-l2.ts'
import { cacheOnClock, outcomesOf, slowly } from './cache-on-clock.ts'
import { l2Between } from './l2-between.ts'
import { createOrigin } from './origin.ts'
import { refusalOf } from './refusal.ts'

const upper = (keys: readonly string[]): string[] => keys.map((key) => key.toUpperCase())

describe.each([
  ['in memory', () => ({})],
  ['over an L2', () => ({ l2: memoryL2() })],
  ['in L2 alone', () => ({ l1: false as const, l2: memoryL2() })],
])('a batch %s', (_, tiers) => {
  test('answers in the order of its keys, undefined where nothing is', async () => {
    const { cache } = cacheOnClock(tiers())
    await cache.setMany([
      { key: 'a', value: 'A' },
      { key: 'c', value: null },
    ])
    expect(await cache.getMany(['c', 'b', 'a'])).toEqual([null, undefined, 'A'])
    const load = vi.fn((keys: readonly string[]) =>
      keys.map((key) => (key === 'e' ? undefined : upper([key])[0])),
    )
    expect(await cache.getOrSetMany(['d', 'c', 'e', 'a'], load)).toEqual(['D', null, undefined, 'A'])
    expect(load).toHaveBeenCalledOnce()
    expect(load.mock.calls[0]?.[0]).toEqual(['d', 'e'])
    await cache.idle()
    expect(await cache.getMany(['d', 'e'])).toEqual(['D', undefined])
  })

  test('of no keys asks nothing', async () => {
    const { cache } = cacheOnClock(tiers())
    const load = vi.fn(upper)
    expect(await cache.getMany([])).toEqual([])
    expect(await cache.getOrSetMany([], load)).toEqual([])
    expect(await cache.setMany([])).toEqual({ count: 0, delivered: true })
    expect(load).not.toHaveBeenCalled()
    expect(outcomesOf(cache)).toEqual({})
  })

  test('that finds everything loads nothing', async () => {
    const { cache } = cacheOnClock(tiers())
    await cache.setMany(['a', 'b'].map((key) => ({ key, value: key })))
    const load = vi.fn(upper)
    expect(await cache.getOrSetMany(['a', 'b'], load)).toEqual(['a', 'b'])
    expect(load).not.toHaveBeenCalled()
  })

  test('asks once for a key that it names twice: of duplicates the first decides', async () => {
    const { cache } = cacheOnClock(tiers())
    await cache.set('there', 'T')
    const load = vi.fn(upper)
    const keys = ['cold', 'there', 'cold', 'there', 'cold']
    expect(await cache.getOrSetMany(keys, load)).toEqual(['COLD', 'T', 'COLD', 'T', 'COLD'])
    expect(load.mock.calls[0]?.[0]).toEqual(['cold'])
    const { miss, coalesced, hit_l1 = 0, hit_l2 = 0 } = outcomesOf(cache)
    expect({ miss, coalesced, hits: hit_l1 + hit_l2 }).toEqual({ miss: 1, coalesced: 2, hits: 2 })
  })

  test('counts duplicates that failed as failed', async () => {
    const { cache } = cacheOnClock(tiers())
    await expect(cache.getOrSetMany(['a', 'a'], () => Promise.reject(new Error('down')))).rejects.toThrow(
      'down',
    )
    expect(outcomesOf(cache)).toEqual({ error: 2 })
  })

  test('joins what is already loading, and loads only the rest', async () => {
    const { cache, clock } = cacheOnClock(tiers())
    const { load, answer } = createOrigin()
    const single = cache.getOrSet('a', load)
    await clock.advance(0)
    const many = vi.fn(upper)
    const batch = cache.getOrSetMany(['a', 'b'], many)
    await clock.advance(0)
    expect(many.mock.calls[0]?.[0]).toEqual(['b'])
    answer('from elsewhere')
    expect(await batch).toEqual(['from elsewhere', 'B'])
    expect(await single).toBe('from elsewhere')
    expect(outcomesOf(cache)).toEqual({ miss: 2, coalesced: 1 })
  })

  test('shares its loads with others', async () => {
    const { cache, clock } = cacheOnClock(tiers())
    const many = vi.fn((keys: readonly string[]) => slowly(upper(keys), 50, clock))
    const first = cache.getOrSetMany(['a', 'b'], many)
    await clock.advance(0)
    const second = cache.getOrSetMany(['b', 'c'], many)
    const single = cache.getOrSet('a', () => 'never asked')
    await clock.advance(50)
    expect(await Promise.all([first, second, single])).toEqual([['A', 'B'], ['B', 'C'], 'A'])
    expect(many.mock.calls.map(([keys]) => keys)).toEqual([['a', 'b'], ['c']])
    expect(outcomesOf(cache)).toEqual({ miss: 3, coalesced: 2 })
  })

  test('and another may each wait for what the other loads', async () => {
    const { cache } = cacheOnClock(tiers())
    const many = vi.fn(upper)
    const batches = [cache.getOrSetMany(['a', 'b'], many), cache.getOrSetMany(['b', 'a'], many)]
    expect(await Promise.all(batches)).toEqual([
      ['A', 'B'],
      ['B', 'A'],
    ])
    expect(outcomesOf(cache)).toEqual({ miss: 2, coalesced: 2 })
  })

  test.each<readonly [string, unknown, string]>([
    ['too few values', ['A'], '1 values'],
    ['too many values', ['A', 'B', 'C'], '3 values'],
    ['no array', 'AB', 'no array'],
    ['nothing', undefined, 'no array'],
  ])('is refused for all its keys when its loader answers %s', async (_what, answer, given) => {
    const { cache } = cacheOnClock(tiers())
    const products = cache.keyspace('{id}', { loadMany: () => JSON.parse(JSON.stringify({ answer })).answer })
    const { code, message } = await refusalOf(() => products.getMany([{ id: 'a' }, { id: 'b' }]))
    expect(code).toBe('invalid_result')
    expect(message).toBe(
      `the batch loader answered ${given} for 2 keys; accepted: an array with one value per key, undefined where there is nothing`,
    )
    expect(outcomesOf(cache)).toEqual({ error: 2 })
    expect(await cache.getMany(['a', 'b'])).toEqual([undefined, undefined])
  })

  test('decides for each of its values how long it is kept', async () => {
    const { cache, clock } = cacheOnClock({ ...tiers(), ttl: 1_000 })
    await cache.getOrSetMany(['a', 'b', 'c'], (keys, { store }) => {
      store(0, { ttl: 500 })
      store(2, false)
      return upper(keys)
    })
    await cache.idle()
    expect(await cache.getMany(['a', 'b', 'c'])).toEqual(['A', 'B', undefined])
    await clock.advance(501)
    expect(await cache.getMany(['a', 'b', 'c'])).toEqual([undefined, 'B', undefined])
  })

  test('refuses a decision about a value that is not asked for', async () => {
    const { cache } = cacheOnClock(tiers())
    const { code, message } = await refusalOf(() =>
      cache.getOrSetMany(['a', 'b'], (keys, { store }) => {
        store(2, { ttl: 500 })
        return upper(keys)
      }),
    )
    expect([code, message]).toEqual(['invalid_argument', 'store(2, ...): no such value; accepted: 0 to 1'])
  })

  test('serves its stale members at once and refreshes them in one call', async () => {
    const { cache, clock } = cacheOnClock({ ...tiers(), ttl: 1_000, staleFor: '1h' })
    await cache.getOrSetMany(['a', 'b'], upper)
    await cache.idle()
    await clock.advance(1_001)
    const load = vi.fn((keys: readonly string[]) => keys.map((key) => `new ${key}`))
    expect(await cache.getOrSetMany(['a', 'b'], load)).toEqual(['A', 'B'])
    await cache.idle()
    expect(load.mock.calls.map(([keys]) => keys)).toEqual([['a', 'b']])
    expect(await cache.getMany(['a', 'b'])).toEqual(['new a', 'new b'])
    expect(cache.metrics.totals().loads.refresh.ok).toBe(2)
  })

  test('loads what is missing and refreshes what is stale in one call', async () => {
    const { cache, clock } = cacheOnClock({ ...tiers(), ttl: 1_000, staleFor: '1h' })
    await cache.getOrSetMany(['a'], upper)
    await cache.idle()
    await clock.advance(1_001)
    const load = vi.fn((keys: readonly string[]) => keys.map((key) => `new ${key}`))
    expect(await cache.getOrSetMany(['a', 'b'], load)).toEqual(['A', 'new b'])
    expect(load.mock.calls.map(([keys]) => keys)).toEqual([['a', 'b']])
  })

  test('throws the first error when all have ended, and keeps what came', async () => {
    const { cache, clock } = cacheOnClock(tiers())
    const { load, fail } = createOrigin()
    const single = cache.getOrSet('a', load)
    await clock.advance(0)
    const batch = cache.getOrSetMany(['a', 'b'], upper)
    const ended = expect(batch).rejects.toThrow('down')
    await clock.advance(0)
    fail(new Error('down'))
    await expect(single).rejects.toThrow('down')
    await ended
    await cache.idle()
    expect(await cache.get('b')).toBe('B')
  })
})

describe('a batch over L2', () => {
  test('reads what L1 has not in one call', async () => {
    const { l2, calls } = l2Between()
    const { cache } = cacheOnClock({ l2 })
    await cache.set('k:3', 3)
    const keys = Array.from({ length: 100 }, (_, index) => `k:${index}`)
    expect(await cache.getMany(keys)).toHaveLength(100)
    expect(calls.get('read')).toHaveLength(1)
    expect(calls.get('read')?.[0]?.[0]).toEqual(keys.filter((key) => key !== 'k:3'))
  })

  test('reads together what is asked for in the same tick', async () => {
    const { l2, calls } = l2Between()
    const { cache } = cacheOnClock({ l2 })
    await Promise.all([cache.get('a'), cache.getOrSet('b', () => 'B'), cache.getMany(['c', 'a'])])
    expect(calls.get('read')?.[0]?.[0]).toEqual(['a', 'b', 'c'])
  })

  test('writes many values in one call', async () => {
    const { l2, calls } = l2Between()
    const { cache } = cacheOnClock({ l2 })
    const entries = Array.from({ length: 100 }, (_, index) => ({ key: `k:${index}`, value: index }))
    expect(await cache.setMany(entries)).toEqual({ count: 100, delivered: true })
    expect(calls.get('write')).toHaveLength(1)
  })

  test('does not wait for keys that another process is loading', async () => {
    const l2 = memoryL2()
    const { cache: here, clock } = cacheOnClock({ l2 })
    const { cache: there } = cacheOnClock({ l2, clock })
    const { load, answer } = createOrigin()
    const first = here.getOrSet('a', load)
    await clock.advance(1)
    const many = vi.fn(upper)
    const batch = there.getOrSetMany(['a', 'b'], many)
    await clock.advance(1)
    expect(many.mock.calls.map(([keys]) => keys)).toEqual([['b']])
    answer('theirs')
    await clock.advance(100)
    expect(await batch).toEqual(['theirs', 'B'])
    expect(await first).toBe('theirs')
  })

  test('refuses a wrong answer for a key that it loads alone', async () => {
    const l2 = memoryL2()
    const { cache: here, clock } = cacheOnClock({ l2 })
    const { cache: there } = cacheOnClock({ l2, clock })
    const { load, fail } = createOrigin()
    const first = here.getOrSet('a', load)
    await clock.advance(1)
    const many = (keys: readonly string[]) => (keys[0] === 'a' ? ['A', 'too many'] : upper(keys))
    const batch = refusalOf(() => there.getOrSetMany(['a', 'b'], many))
    await clock.advance(1)
    fail(new Error('down'))
    await expect(first).rejects.toThrow('down')
    await clock.advance(100)
    expect((await batch).code).toBe('invalid_result')
    expect(await there.get('b')).toBe('B')
  })

  test('loads alone what another process failed to load', async () => {
    const l2 = memoryL2()
    const { cache: here, clock } = cacheOnClock({ l2 })
    const { cache: there } = cacheOnClock({ l2, clock })
    const { load, fail } = createOrigin()
    const first = here.getOrSet('a', load)
    await clock.advance(1)
    const many = vi.fn(upper)
    const batch = there.getOrSetMany(['a', 'b'], many)
    await clock.advance(1)
    fail(new Error('down'))
    await expect(first).rejects.toThrow('down')
    await clock.advance(100)
    expect(await batch).toEqual(['A', 'B'])
    expect(many.mock.calls.map(([keys]) => keys)).toEqual([['b'], ['a']])
  })
})
