import { describe, expect, test } from 'vitest'
import { createCache } from '../../src/cache/cache.ts'
import type { Cache } from '../../src/cache/types.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'
import { l2Between } from './l2-between.ts'

/** A cache whose event loop the test turns. */
function setUp() {
  let later: (() => void)[] = []
  const clock = { ...manualClock(), afterIo: (work: () => void) => void later.push(work) }
  const { l2, calls } = l2Between()
  const cache = createCache({ clock, l2, jitter: 0 })
  return {
    cache,
    /** Of each trip so far: how many keys. */
    trips: (what: 'read' | 'claim' | 'fill' = 'read') =>
      (calls.get(what) ?? []).map(([keys]) => (Array.isArray(keys) ? keys.length : 0)),
    /** All that does not wait for the event loop's turn is done first. */
    async turn() {
      await new Promise((resolve) => setImmediate(resolve))
      const due = later
      later = []
      for (const work of due) work()
      await new Promise((resolve) => setImmediate(resolve))
    },
  }
}

const keys = (count: number) => Array.from({ length: count }, (_, index) => `k:${index}`)

describe('reads of one tick', () => {
  test('travel together', async () => {
    const { cache, trips } = setUp()
    await Promise.all(keys(32).map((key) => cache.get(key)))
    expect(trips()).toEqual([32])
  })

  test('of many callers travel apart, the first trip at once, the others a turn later and larger', async () => {
    const { cache, trips, turn } = setUp()
    const asked = Promise.all(keys(300).map((key) => cache.getOrSet(key, () => key)))
    await new Promise((resolve) => setImmediate(resolve))
    expect(trips()).toEqual([32])
    await turn()
    expect(trips()).toEqual([32, 32, 64, 128, 44])
    await turn()
    expect(await asked).toEqual(keys(300))
  })

  test('that come while others wait for their turn go with them', async () => {
    const { cache, trips, turn } = setUp()
    const first = Promise.all(keys(40).map((key) => cache.get(key)))
    await new Promise((resolve) => setImmediate(resolve))
    const late = cache.get('late')
    await turn()
    expect(trips()).toEqual([32, 9])
    await first
    expect(await late).toBeUndefined()
  })

  test('and so do claims, and fills', async () => {
    const { cache, trips, turn } = setUp()
    const asked = Promise.all(keys(128).map((key) => cache.getOrSet(key, () => key)))
    await new Promise((resolve) => setImmediate(resolve))
    // 32 were read at once, and claimed, loaded and filled before anybody else was read.
    expect([trips('read'), trips('claim'), trips('fill')]).toEqual([[32], [32], [32]])
    // 96 are read in two trips that are answered in one tick.
    await turn()
    expect([trips('read'), trips('claim'), trips('fill')]).toEqual([
      [32, 32, 64],
      [32, 32],
      [32, 32],
    ])
    await turn()
    await turn()
    expect([trips('claim'), trips('fill')]).toEqual([
      [32, 32, 32, 32],
      [32, 32, 32, 32],
    ])
    expect(await asked).toEqual(keys(128))
  })

  test.each<[string, (cache: Cache) => Promise<unknown>]>([
    ['getMany', (cache) => cache.getMany(keys(300))],
    ['getMany with a signal', (cache) => cache.getMany(keys(300), { signal: new AbortController().signal })],
    ['getOrSetMany', (cache) => cache.getOrSetMany(keys(300), (those) => those)],
    [
      'getOrSetMany with a hard timeout',
      (cache) => cache.getOrSetMany(keys(300), (those) => those, { hardTimeout: '1s' }),
    ],
    [
      'warm',
      (cache) => cache.keyspace('k:{id:int}', { load: () => 'v' }).warm(keys(300).map((_, id) => ({ id }))),
    ],
  ])('of one batch travel as one: %s', async (_, ask) => {
    const { cache, trips } = setUp()
    await ask(cache)
    expect(trips()).toEqual([300])
    // Those that load claim and fill so, too.
    for (const what of ['claim', 'fill'] as const) expect([[], [300]]).toContainEqual(trips(what))
  })

  test('of a batch longer than an answer may be travel in two', async () => {
    const { cache, trips, turn } = setUp()
    const asked = cache.getMany(keys(1_500))
    await turn()
    expect(trips()).toEqual([1_000, 500])
    expect(await asked).toHaveLength(1_500)
  })

  test('that have not left when the cache closes end with it', async () => {
    const { cache, turn } = setUp()
    const asked = Promise.all(keys(100).map((key) => cache.getOrSet(key, () => key)))
    await new Promise((resolve) => setImmediate(resolve))
    const closed = cache.close()
    for (let times = 0; times < 10; times++) await turn()
    await closed
    expect(await asked).toEqual(keys(100))
  })
})
