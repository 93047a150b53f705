import { describe, expect, test, vi } from 'vitest'
import { memoryL2 } from '../../src/testing/memory-l2.ts'
import { cacheOnClock, outcomesOf, reasonsOf } from './cache-on-clock.ts'
import { l2Between } from './l2-between.ts'

const cyclic: { self?: unknown } = {}
cyclic.self = cyclic

describe.each([
  ['in memory', () => ({ l1: { maxBytes: 10_000 } })],
  ['over an L2', () => ({ l2: memoryL2({ maxValueBytes: 10_000 }) })],
  ['in L2 alone', () => ({ l1: false as const, l2: memoryL2({ maxValueBytes: 10_000 }) })],
])('%s', (_, tiers) => {
  const UNCACHEABLE: readonly (readonly [string, string, unknown])[] = [
    ['a cyclic value', 'a', cyclic],
    ['a bigint', 'a', 10n],
    ['a function', 'a', () => 1],
    ['a value larger than the bound', 'a', 'x'.repeat(10_000)],
    ['any value of a key over 1024 bytes', 'k'.repeat(1_025), 'v'],
    ['any value of a key over 1024 bytes in UTF-8', 'é'.repeat(513), 'v'],
    ['any value of a key with half a surrogate pair', 'a\ud800', 'v'],
  ]

  test.each(UNCACHEABLE)('%s is returned, not kept, and counted as such', async (_what, key, value) => {
    const { cache } = cacheOnClock(tiers())
    const load = vi.fn(() => value)
    expect(await cache.getOrSet(key, load)).toBe(value)
    await cache.idle()
    expect(await cache.getOrSet(key, load)).toBe(value)
    expect(await cache.has(key)).toBe(false)
    expect(load).toHaveBeenCalledTimes(2)
    expect(outcomesOf(cache)).toEqual({ miss: 2 })
    expect(reasonsOf(cache)).toEqual({ uncacheable: 2 })
  })

  test.each(UNCACHEABLE)('%s is one load for all who ask together', async (_what, key, value) => {
    const { cache } = cacheOnClock(tiers())
    const load = vi.fn(async () => value)
    await Promise.all([1, 2, 3].map(() => cache.getOrSet(key, load)))
    expect(load).toHaveBeenCalledOnce()
    expect(outcomesOf(cache)).toEqual({ miss: 1, coalesced: 2 })
  })

  test.each(UNCACHEABLE.slice(0, 4))('%s that is set removes what was there', async (_what, key, value) => {
    const { cache } = cacheOnClock(tiers())
    await cache.set(key, 'before')
    expect(await cache.set(key, value)).toEqual({ count: 0, delivered: true })
    expect(await cache.get(key)).toBeUndefined()
  })

  test.each(UNCACHEABLE.slice(0, 4))(
    '%s that is loaded replaces no stale value',
    async (_what, key, value) => {
      const { cache, clock } = cacheOnClock({ ...tiers(), ttl: 1_000, staleFor: '1h' })
      await cache.getOrSet(key, () => 'old')
      await cache.idle()
      await clock.advance(1_001)
      expect(await cache.getOrSet<unknown>(key, () => value, { softTimeout: 100 })).toBe(value)
      await cache.idle()
      expect(await cache.peek(key)).toBeUndefined()
    },
  )

  test('a key of 1024 bytes is kept', async () => {
    const { cache } = cacheOnClock(tiers())
    for (const key of ['k'.repeat(1_024), 'é'.repeat(512)]) {
      await cache.getOrSet(key, () => 'v')
      await cache.idle()
      expect(await cache.has(key)).toBe(true)
    }
  })

  test("in a batch only what can't be kept is not", async () => {
    const { cache } = cacheOnClock(tiers())
    const values = await cache.getOrSetMany<unknown>(['a', 'b', 'c'], () => ['A', 10n, 'C'])
    expect(values).toEqual(['A', 10n, 'C'])
    await cache.idle()
    expect(await cache.getMany(['a', 'b', 'c'])).toEqual(['A', undefined, 'C'])
  })
})

test('a value that alone is larger than L1 is kept in L2', async () => {
  const { cache } = cacheOnClock({ l1: { maxBytes: 1_000 }, l2: memoryL2() })
  const value = 'x'.repeat(5_000)
  await cache.getOrSet('a', () => value)
  await cache.idle()
  expect(await cache.get('a')).toBe(value)
  expect(outcomesOf(cache)).toEqual({ miss: 1, hit_l2: 1 })
})

test("a key with half a surrogate pair doesn't show the value of the key that UTF-8 makes of it", async () => {
  const { l2 } = l2Between((store) => ({
    read: (keys) => store.read(keys.map((key) => key.toWellFormed())), // as a client does that sends UTF-8
  }))
  const { cache } = cacheOnClock({ l2, l1: false })
  await cache.set('a\ufffd', 'other')
  expect(await cache.peek('a\ufffd')).toBe('other')
  expect(await cache.peek('a\ud800')).toBeUndefined()
  expect(await cache.has('a\ud800')).toBe(false)
  expect(await cache.get('a\ud800')).toBeUndefined()
})
