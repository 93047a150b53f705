import { describe, expect, test } from 'vitest'
import { memoryL2 } from '../../src/testing/memory-l2.ts'
import { cacheOnClock, outcomesOf } from './cache-on-clock.ts'
import { createOrigin } from './origin.ts'

describe.each([
  ['in memory', () => ({})],
  ['over an L2', () => ({ l2: memoryL2() })],
  ['in L2 alone', () => ({ l1: false as const, l2: memoryL2() })],
])('set %s', (_, tiers) => {
  test('stores at once and says how much it delivered', async () => {
    const { cache } = cacheOnClock(tiers())
    expect(await cache.set('a', 1)).toEqual({ count: 1, delivered: true })
    expect(await cache.get('a')).toBe(1)
    expect(
      await cache.setMany([
        { key: 'b', value: 2 },
        { key: 'c', value: 3 },
      ]),
    ).toEqual({ count: 2, delivered: true })
    expect(await cache.getMany(['b', 'c'])).toEqual([2, 3])
  })

  test('replaces what is there, and the last one wins', async () => {
    const { cache } = cacheOnClock(tiers())
    await cache.set('a', 1)
    await cache.set('a', 2)
    expect(await cache.get('a')).toBe(2)
    await Promise.all([cache.set('a', 3), cache.set('a', 4)])
    expect(await cache.get('a')).toBe(4)
    await cache.setMany([
      { key: 'a', value: 5 },
      { key: 'a', value: 6 },
    ])
    expect(await cache.get('a')).toBe(6)
  })

  test('voids a load in flight: its callers get their value, later ones what was set', async () => {
    const { cache, clock } = cacheOnClock(tiers())
    const { load, answer } = createOrigin()
    const asked = cache.getOrSet('a', load)
    await clock.advance(0)
    await cache.set('a', 'set')
    expect(await cache.getOrSet('a', load)).toBe('set')
    answer('loaded')
    expect(await asked).toBe('loaded')
    await cache.idle()
    expect(await cache.get('a')).toBe('set')
    expect(cache.metrics.totals().incidents.fill_refused).toBe(1)
  })

  test('of many voids each of their loads', async () => {
    const { cache, clock } = cacheOnClock(tiers())
    const { load, answer } = createOrigin()
    const asked = ['a', 'b', 'c'].map((key) => cache.getOrSet(key, load))
    await clock.advance(0)
    await cache.setMany(['a', 'b'].map((key) => ({ key, value: 'set' })))
    answer('loaded')
    await Promise.all(asked)
    await cache.idle()
    expect(await cache.getMany(['a', 'b', 'c'])).toEqual(['set', 'set', 'loaded'])
  })

  test('is a write, never a lookup', async () => {
    const { cache } = cacheOnClock(tiers())
    await cache.set('a', 1)
    await cache.setMany([{ key: 'b', value: 2 }])
    expect(outcomesOf(cache)).toEqual({})
    expect(cache.metrics.totals().writes).toBe(2)
  })

  test('keeps its tags', async () => {
    const { cache } = cacheOnClock(tiers())
    await cache.set('a', 1, { tags: ['t', 't'] })
    await cache.setMany([
      { key: 'b', value: 2, tags: ['t'] },
      { key: 'c', value: 3, tags: ['u'] },
    ])
    await cache.invalidate({ tags: ['t'] })
    expect(await cache.getMany(['a', 'b', 'c'])).toEqual([undefined, undefined, 3])
  })
})
