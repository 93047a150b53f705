import { describe, expect, test, vi } from 'vitest'
import { createCache } from '../../src/cache/cache.ts'
import type { LoadContext, StoreDecision } from '../../src/cache/types.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'
import { memoryL2 } from '../../src/testing/memory-l2.ts'
import { cacheOnClock, outcomesOf, slowly } from './cache-on-clock.ts'

describe('an entry', () => {
  test('is fresh until the instant its ttl ends, then dead where no stale time was given', async () => {
    const { cache, clock } = cacheOnClock({ ttl: 100 })
    await cache.set('a', 1)
    await clock.advance(99)
    expect(await cache.get('a')).toBe(1)
    await clock.advance(1)
    expect(await cache.get('a')).toBeUndefined()
    expect(outcomesOf(cache)).toEqual({ hit_l1: 1, miss: 1 })
  })

  test('is stale from the instant its ttl ends until the instant its stale time ends', async () => {
    const { cache, clock } = cacheOnClock({ ttl: 100, staleFor: 50 })
    await cache.set('a', 1)
    await clock.advance(100)
    expect(await cache.get('a')).toBe(1)
    await clock.advance(49)
    expect(await cache.get('a')).toBe(1)
    await clock.advance(1)
    expect(await cache.get('a')).toBeUndefined()
    expect(outcomesOf(cache)).toEqual({ stale: 2, miss: 1 })
  })

  test('counts its age from when its load began, not from when it was stored', async () => {
    const { cache, clock } = cacheOnClock({ ttl: 100 })
    const first = cache.getOrSet('a', () => slowly('v', 40, clock))
    await clock.advance(40)
    await first
    await clock.advance(59)
    expect(await cache.get('a')).toBe('v')
    await clock.advance(1)
    expect(await cache.get('a')).toBeUndefined()
  })

  test('that took longer to load than it is fresh is returned once', async () => {
    const { cache, clock } = cacheOnClock({ ttl: 100 })
    const first = cache.getOrSet('a', () => slowly('v', 100, clock))
    await clock.advance(100)
    expect(await first).toBe('v')
    expect(await cache.get('a')).toBeUndefined()
  })

  test('lives as long in L2 as it was said to, counted from when its load began', async () => {
    const { cache, clock } = cacheOnClock({ l1: false, l2: memoryL2(), ttl: 1_000, staleFor: 500 })
    const first = cache.getOrSet('a', () => slowly('v', 400, clock))
    await clock.advance(400)
    await first
    await cache.idle()
    await clock.advance(599)
    await cache.get('a')
    await clock.advance(2)
    await cache.get('a')
    await clock.advance(498)
    await cache.get('a')
    await clock.advance(2)
    expect(await cache.get('a')).toBeUndefined()
    expect(outcomesOf(cache)).toEqual({ hit_l2: 1, stale: 2, miss: 2 })
  })

  test('of L2 is answered by L1 for the bound where no changes are told, and by L2 again after it', async () => {
    const { cache, clock } = cacheOnClock({ l2: memoryL2(), ttl: '1m', coherence: 'none', staleBound: '1s' })
    await cache.getOrSet('a', () => 'v')
    await cache.idle()
    await clock.advance(999)
    await cache.get('a')
    await clock.advance(1)
    await cache.get('a')
    await clock.advance(999)
    await cache.get('a')
    expect(outcomesOf(cache)).toEqual({ miss: 1, hit_l1: 2, hit_l2: 1 })
  })
})

describe('how long it is kept', () => {
  /** How long `a` is fresh and stale, in whole milliseconds, once `store` has stored it. */
  async function lifeOf(
    options: { readonly ttl: number; readonly staleFor: number },
    store: (cache: ReturnType<typeof cacheOnClock>['cache']) => unknown,
  ): Promise<string> {
    const { cache, clock } = cacheOnClock(options)
    await store(cache)
    for (let age = 0; age < 10; age++) {
      await cache.get('a')
      await clock.advance(1)
    }
    const { hit_l1: fresh = 0, stale = 0 } = outcomesOf(cache)
    return `${fresh}+${stale}`
  }
  const options = { ttl: 2, staleFor: 1 }

  test.each([
    ['the cache says', '2+1', {}],
    ['the call says', '3+2', { ttl: 3, staleFor: 2 }],
    ['the call says of one, the cache of the other', '3+1', { ttl: 3 }],
    ['the call says in text', '3+0', { ttl: '3ms', staleFor: '0s' }],
  ])('is what %s', async (_, life, call) => {
    expect(await lifeOf(options, (cache) => cache.set('a', 1, call))).toBe(life)
    expect(await lifeOf(options, (cache) => cache.getOrSet('a', () => 1, call))).toBe(life)
    expect(await lifeOf(options, (cache) => cache.setMany([{ key: 'a', value: 1, ...call }]))).toBe(life)
  })

  test("is what a keyspace says, over its cache's times and under its calls'", async () => {
    const keyspace = { ttl: 4, staleFor: 3, load: () => 1 }
    expect(await lifeOf(options, (cache) => cache.keyspace('a', keyspace).get({}))).toBe('4+3')
    expect(await lifeOf(options, (cache) => cache.keyspace('a', keyspace).set({}, 1))).toBe('4+3')
    expect(await lifeOf(options, (cache) => cache.keyspace('a', keyspace).set({}, 1, { ttl: 1 }))).toBe('1+3')
    expect(await lifeOf(options, (cache) => cache.keyspace('a', { load: () => 1 }).get({}))).toBe('2+1')
  })

  test('is what the loader says last, whatever the call said', async () => {
    const life = await lifeOf(options, (cache) =>
      cache.getOrSet(
        'a',
        ({ store }) => {
          store({ ttl: 9, staleFor: 9 })
          store({ ttl: 5 })
          store({ staleFor: 0 })
          return 1
        },
        { ttl: 3 },
      ),
    )
    expect(life).toBe('5+0')
  })

  test('is not at all when the loader says false or a ttl of 0', async () => {
    const deciding =
      (decision: StoreDecision | false) =>
      ({ store }: LoadContext): number => {
        store(decision)
        return 1
      }
    expect(await lifeOf(options, (cache) => cache.getOrSet('a', deciding(false)))).toBe('0+0')
    expect(await lifeOf(options, (cache) => cache.getOrSet('a', deciding({ ttl: 0 })))).toBe('0+0')
  })

  test('may be decided anew after the loader said false', async () => {
    const load = ({ store }: LoadContext): number => {
      store(false)
      store({ ttl: 4 })
      return 1
    }
    expect(await lifeOf(options, (cache) => cache.getOrSet('a', load))).toBe('4+1')
  })
})

describe('jitter', () => {
  test('shortens the fresh time by up to its share and never lengthens it', async () => {
    const clock = manualClock({ seed: 7 })
    const cache = createCache({ clock, ttl: 1_000, jitter: 0.2 })
    const keys = Array.from({ length: 500 }, (_, index) => `k:${index}`)
    for (const key of keys.slice(0, 250)) await cache.set(key, 1)
    for (const key of keys.slice(250)) await cache.getOrSet(key, () => 1)
    const alive = async (): Promise<number> =>
      (await cache.getMany(keys)).filter((value) => value !== undefined).length

    await clock.advance(800)
    expect(await alive()).toBe(500)
    await clock.advance(100)
    const half = await alive()
    expect(half).toBeGreaterThan(200)
    expect(half).toBeLessThan(300)
    await clock.advance(100)
    expect(await alive()).toBe(0)
  })

  test('leaves the whole life as long as the shortened fresh time and the stale time together', async () => {
    const clock = manualClock()
    vi.spyOn(clock, 'random').mockReturnValue(0.5)
    const cache = createCache({ clock, ttl: 1_000, staleFor: 1_000, jitter: 0.2 })
    await cache.set('a', 1)
    await clock.advance(899)
    await cache.get('a')
    await clock.advance(1)
    await cache.get('a')
    await clock.advance(999)
    await cache.get('a')
    await clock.advance(1)
    await cache.get('a')
    expect(outcomesOf(cache)).toEqual({ hit_l1: 1, stale: 2, miss: 1 })
  })
})
