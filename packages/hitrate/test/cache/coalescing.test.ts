import { describe, expect, test, vi } from 'vitest'
import type { Cache } from '../../src/cache/types.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'
import { memoryL2 } from '../../src/testing/memory-l2.ts'
import { cacheOnClock, elapsed, outcomesOf, slowly } from './cache-on-clock.ts'
import { l2Between } from './l2-between.ts'
import { createOrigin } from './origin.ts'

type Load = () => unknown

/** Every way to ask for key `a` with a loader, each answering `a`'s value. */
const ENTRIES: readonly (readonly [string, (cache: Cache, load: Load) => () => Promise<unknown>])[] = [
  ['getOrSet', (cache, load) => () => cache.getOrSet('a', load)],
  [
    'getOrSetMany',
    (cache, load) => async () => {
      const [value] = await cache.getOrSetMany(['a'], async () => [await load()])
      return value
    },
  ],
  [
    'get of a keyspace',
    (cache, load) => {
      const keyspace = cache.keyspace('a', { load })
      return () => keyspace.get({})
    },
  ],
  [
    'getMany of a keyspace with one loader for many',
    (cache, load) => {
      const keyspace = cache.keyspace('{id}', { loadMany: async () => [await load()] })
      return async () => (await keyspace.getMany([{ id: 'a' }]))[0]
    },
  ],
  [
    'getMany of a keyspace with a loader for one',
    (cache, load) => {
      const keyspace = cache.keyspace('{id}', { load })
      return async () => (await keyspace.getMany([{ id: 'a' }]))[0]
    },
  ],
  ['refresh', (cache, load) => () => cache.getOrSet('a', load, { cache: 'refresh' })],
]

describe.each([
  ['in memory', () => ({})],
  ['over an L2', () => ({ l2: memoryL2() })],
])('%s', (_, tiers) => {
  describe.each(ENTRIES)('%s', (_name, entry) => {
    test('loads once for all who ask while it loads', async () => {
      const { cache, clock } = cacheOnClock(tiers())
      const { load, loads, answer } = createOrigin()
      const ask = entry(cache, () => load({ ...CONTEXT }))
      const asked = Array.from({ length: 20 }, ask)
      await clock.advance(10)
      asked.push(ask())
      await clock.advance(0)
      answer('v')
      expect(await Promise.all(asked)).toEqual(new Array(21).fill('v'))
      expect(loads).toHaveLength(1)
      expect(outcomesOf(cache)).toEqual({ miss: 1, coalesced: 20 })
    })

    test.each<readonly [string, (fail: () => never) => Load]>([
      ['at once', (fail) => fail],
      ['when it is awaited', (fail) => async () => fail()],
      [
        'after a while',
        (fail) => async () => {
          await Promise.resolve()
          await new Promise(setImmediate)
          return fail()
        },
      ],
    ])('fails once for all who ask, when the loader throws %s', async (_when, failing) => {
      const { cache } = cacheOnClock(tiers())
      const error = new Error('down')
      const load = vi.fn(
        failing(() => {
          throw error
        }),
      )
      const ask = entry(cache, load)
      const ended = await Promise.allSettled(Array.from({ length: 20 }, ask))
      expect(ended).toEqual(new Array(20).fill({ status: 'rejected', reason: error }))
      expect(load).toHaveBeenCalledOnce()
      expect(outcomesOf(cache)).toEqual({ error: 20 })
      await cache.idle()
      expect(await cache.getOrSet('a', () => 'later')).toBe('later')
    })
  })

  test('loads of different keys do not wait for each other', async () => {
    const { cache, clock } = cacheOnClock(tiers())
    const slow = createOrigin()
    const asked = cache.getOrSet('slow', slow.load)
    expect(await cache.getOrSet('quick', () => 'q')).toBe('q')
    await clock.advance(0)
    slow.answer('s')
    expect(await asked).toBe('s')
  })

  test('a lookup that joins a load already under way waits for what is left of it', async () => {
    const { cache, clock } = cacheOnClock(tiers())
    const { load, answer } = createOrigin()
    const first = cache.getOrSet('a', load)
    await clock.advance(30)
    const second = cache.getOrSet('a', () => 'never asked')
    await clock.advance(20)
    answer('v')
    expect(await Promise.all([first, second])).toEqual(['v', 'v'])
  })

  test('a loader may ask the cache for other keys', async () => {
    const { cache } = cacheOnClock(tiers())
    const value = await cache.getOrSet(
      'outer',
      async () => `${await cache.getOrSet('inner', () => 'in')}side`,
    )
    expect(value).toBe('inside')
    expect(outcomesOf(cache)).toEqual({ miss: 2 })
  })

  test('10 000 callers on one cold key are one load and 10 000 answers', async () => {
    const { cache, clock } = cacheOnClock(tiers())
    const load = vi.fn(async () => {
      await elapsed(50, clock)
      return { rows: [1, 2, 3] }
    })
    const asked = Array.from({ length: 10_000 }, () => cache.getOrSet('a', load))
    await clock.advance(50)
    const answers = await Promise.all(asked)
    expect(load).toHaveBeenCalledOnce()
    expect(new Set(answers).size).toBe(1)
    expect(outcomesOf(cache)).toEqual({ miss: 1, coalesced: 9_999 })
  })
})

test('two processes over one L2 load a cold key once: the second waits for the first', async () => {
  const l2 = memoryL2()
  const { cache: here, clock } = cacheOnClock({ l2 })
  const { cache: there } = cacheOnClock({ l2, clock })
  const { load, loads, answer } = createOrigin()
  const first = here.getOrSet('a', load)
  await clock.advance(1)
  const second = there.getOrSet('a', load)
  await clock.advance(100)
  answer('v')
  await clock.advance(100)
  expect(await Promise.all([first, second])).toEqual(['v', 'v'])
  expect(loads).toHaveLength(1)
  expect([outcomesOf(here), outcomesOf(there)]).toEqual([{ miss: 1 }, { coalesced: 1 }])
})

test('a process waits for its neighbour as long as a load may take, then loads without storing', async () => {
  const l2 = memoryL2()
  const { cache: here, clock } = cacheOnClock({ l2, loadDeadline: '1h' })
  const { cache: there } = cacheOnClock({ l2, clock, loadDeadline: 2_000 })
  const { load, answer } = createOrigin()
  const first = here.getOrSet('a', load)
  await clock.advance(1)
  const own = vi.fn(() => 'own')
  const second = there.getOrSet('a', own)
  await clock.advance(1_900)
  expect(own).not.toHaveBeenCalled()
  await clock.advance(300)
  expect(await second).toBe('own')
  expect(await there.has('a')).toBe(false)
  answer('v')
  expect(await first).toBe('v')
  await Promise.all([here.idle(), there.idle()])
  expect(await there.get('a')).toBe('v')
})

test('a process whose neighbour failed to load it loads itself', async () => {
  const l2 = memoryL2()
  const { cache: here, clock } = cacheOnClock({ l2 })
  const { cache: there } = cacheOnClock({ l2, clock })
  const { load, fail } = createOrigin()
  const first = here.getOrSet('a', load)
  await clock.advance(1)
  const second = there.getOrSet('a', () => 'own')
  await clock.advance(20)
  fail(new Error('down'))
  await expect(first).rejects.toThrow('down')
  await clock.advance(200)
  expect(await second).toBe('own')
})

const CONTEXT = { key: 'a', signal: new AbortController().signal, stale: undefined, store: () => undefined }

test('who asks while a failed load is still being tidied up is told at once, and the origin is left alone', async () => {
  const clock = manualClock()
  const { l2 } = l2Between((store) => ({
    release: async (...args) => slowly(await store.release(...args), 200, clock),
  }))
  const { cache } = cacheOnClock({ clock, l2 })
  let loads = 0
  const load = () => {
    loads++
    throw new Error('the origin is down')
  }
  await expect(cache.getOrSet('k', load)).rejects.toThrow('down')
  for (let times = 0; times < 5; times++) {
    await clock.advance(10)
    await expect(cache.getOrSet('k', load)).rejects.toThrow('down')
  }
  expect(loads).toBe(1)
})
