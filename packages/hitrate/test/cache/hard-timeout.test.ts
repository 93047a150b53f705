import { describe, expect, test } from 'vitest'
import { memoryL2 } from '../../src/testing/memory-l2.ts'
import { cacheOnClock, outcomesOf, slowly } from './cache-on-clock.ts'
import { l2Between } from './l2-between.ts'
import { refusalOf } from './refusal.ts'

describe('the hard timeout', () => {
  test("ends a caller's wait at its instant, while the load goes on and is stored", async () => {
    const { cache, clock } = cacheOnClock({ hardTimeout: 100 })
    let ended = false
    const asked = refusalOf(() => cache.getOrSet('a', () => slowly('v', 300, clock))).finally(() => {
      ended = true
    })
    await clock.advance(99)
    expect(ended).toBe(false)
    await clock.advance(1)
    expect(await asked).toEqual({
      code: 'load_timeout',
      message: 'no value within the hard timeout of 100 ms',
    })
    await clock.advance(200)
    expect(await cache.get('a')).toBe('v')
    expect(outcomesOf(cache)).toEqual({ error: 1, hit_l1: 1 })
  })

  test('of one caller leaves the others waiting', async () => {
    const { cache, clock } = cacheOnClock()
    const load = () => slowly('v', 300, clock)
    const patient = cache.getOrSet('a', load)
    const hasty = refusalOf(() => cache.getOrSet('a', load, { hardTimeout: 100 }))
    await clock.advance(300)
    expect((await hasty).code).toBe('load_timeout')
    expect(await patient).toBe('v')
    expect(outcomesOf(cache)).toEqual({ error: 1, miss: 1 })
  })

  test('gives the stale value where there is one', async () => {
    const { cache, clock } = cacheOnClock({ ttl: 1_000, staleFor: '1h', softTimeout: '1m', hardTimeout: 100 })
    await cache.set('a', 'old')
    await clock.advance(1_000)
    const asked = cache.getOrSet('a', () => slowly('new', 300, clock))
    await clock.advance(100)
    expect(await asked).toBe('old')
    expect(outcomesOf(cache)).toEqual({ stale: 1 })
  })

  test('covers the time L2 takes to answer', async () => {
    const { l2 } = l2Between(() => ({ read: () => new Promise(() => {}) }))
    const { cache, clock } = cacheOnClock({ l2, hardTimeout: 100 })
    let loaded = false
    const asked = refusalOf(() => cache.getOrSet('a', () => (loaded = true)))
    await clock.advance(100)
    expect((await asked).code).toBe('load_timeout')
    expect(outcomesOf(cache)).toEqual({ error: 1 })
    await clock.advance(1_000)
    expect(loaded).toBe(false)
  })

  test('counts L2 and loader together', async () => {
    const { l2 } = l2Between((store) => ({
      read: async (keys) => slowly(await store.read(keys), 60, clock),
    }))
    const { cache, clock } = cacheOnClock({ l2, hardTimeout: 100 })
    const asked = refusalOf(() => cache.getOrSet('a', () => slowly('v', 60, clock)))
    await clock.advance(100)
    expect((await asked).code).toBe('load_timeout')
    await clock.advance(20)
    await cache.idle()
    expect(await cache.get('a')).toBe('v')
  })

  test('is the same for each key of a batch', async () => {
    const { cache, clock } = cacheOnClock({ l2: memoryL2(), hardTimeout: 100 })
    const asked = refusalOf(() => cache.getOrSetMany(['a', 'b'], (keys) => slowly([...keys], 200, clock)))
    await clock.advance(100)
    expect((await asked).code).toBe('load_timeout')
    expect(outcomesOf(cache)).toEqual({ error: 2 })
    await clock.advance(100)
    expect(await cache.getMany(['a', 'b'])).toEqual(['a', 'b'])
  })
})
