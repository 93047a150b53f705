import { describe, expect, test, vi } from 'vitest'
import { memoryL2 } from '../../src/testing/memory-l2.ts'
import { cacheOnClock, outcomesOf } from './cache-on-clock.ts'

describe.each([
  ['in memory', () => ({})],
  ['over an L2', () => ({ l2: memoryL2() })],
  ['in L2 alone', () => ({ l1: false as const, l2: memoryL2() })],
])('a loader that finds nothing %s', (_, tiers) => {
  test('is asked each time: undefined is not stored, whatever store says', async () => {
    const { cache } = cacheOnClock(tiers())
    const load = vi.fn(({ store }: { store: (decision: { ttl: string }) => void }): undefined => {
      store({ ttl: '1h' })
    })
    expect(await cache.getOrSet('a', load)).toBeUndefined()
    await cache.idle()
    expect(await cache.getOrSet('a', load)).toBeUndefined()
    expect(await cache.has('a')).toBe(false)
    expect(load).toHaveBeenCalledTimes(2)
    expect(outcomesOf(cache)).toEqual({ miss: 2 })
    expect(cache.metrics.totals().loads.lookup.absent).toBe(2)
  })

  test('answers undefined to all who wait for it', async () => {
    const { cache } = cacheOnClock(tiers())
    const load = vi.fn(async () => undefined)
    expect(await Promise.all([1, 2, 3].map(() => cache.getOrSet('a', load)))).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    expect(load).toHaveBeenCalledOnce()
    expect(outcomesOf(cache)).toEqual({ miss: 1, coalesced: 2 })
  })

  test('may say so with null, which is kept as long as it says', async () => {
    const { cache, clock } = cacheOnClock({ ...tiers(), ttl: '1h' })
    const load = vi.fn(({ store }: { store: (decision: { ttl: string }) => void }): null => {
      store({ ttl: '30s' })
      return null
    })
    expect(await cache.getOrSet('a', load)).toBeNull()
    await cache.idle()
    await clock.advance(29_999)
    expect(await cache.getOrSet('a', load)).toBeNull()
    expect(load).toHaveBeenCalledTimes(1)
    await clock.advance(2)
    expect(await cache.getOrSet('a', load)).toBeNull()
    expect(load).toHaveBeenCalledTimes(2)
    const { hit_l1 = 0, hit_l2 = 0 } = outcomesOf(cache)
    expect(hit_l1 + hit_l2).toBe(1)
  })

  test('removes what it found before', async () => {
    const { cache, clock } = cacheOnClock({ ...tiers(), ttl: 1_000, staleFor: '1h' })
    await cache.getOrSet('a', () => 'old')
    await cache.idle()
    await clock.advance(1_001)
    expect(await cache.getOrSet('a', () => undefined, { softTimeout: 100 })).toBeUndefined()
    await cache.idle()
    expect(await cache.has('a')).toBe(false)
  })
})
