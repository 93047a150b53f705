import { setTimeout as sleep } from 'node:timers/promises'
import { startRedis } from '@hitrate/test-support'
import { type Cache, createCache } from 'hitrate'
import { redisStore } from 'hitrate/redis'
import { expect, test } from 'vitest'
import { record } from '../src/figures.ts'

const CALLERS = 50

/** Ways to fail; `throws` is called where the loader would answer. */
const WAYS: Readonly<Record<string, (failure: Error) => Promise<never>>> = {
  'at once': (failure) => {
    throw failure
  },
  'in its promise': (failure) => Promise.reject(failure),
  'after a while': async (failure) => {
    await sleep(20)
    throw failure
  },
}

/** Ways to ask for the key `item:1`. */
const ENTRIES: Readonly<Record<string, (cache: Cache, load: () => Promise<string>) => Promise<unknown>>> = {
  getOrSet: (cache, load) => cache.getOrSet('item:1', load),
  getOrSetMany: async (cache, load) => {
    const [value] = await cache.getOrSetMany(['item:1'], async () => [await load()])
    return value
  },
  'keyspace.get': (cache, load) => cache.keyspace('item:{id:int}', { load }).get({ id: 1 }),
  'keyspace.getMany': async (cache, load) => {
    const items = cache.keyspace('item:{id:int}', {
      loadMany: async (list) => [await load(), ...list.slice(1).map(() => '')],
    })
    const [value] = await items.getMany([{ id: 1 }])
    return value
  },
}

const CASES = Object.keys(ENTRIES).flatMap((entry) => Object.keys(WAYS).map((way) => [entry, way] as const))

test.each(CASES)(
  '%s: a loader that throws %s fails all who joined alike, once, and the next call loads again',
  async (entry, way) => {
    await using redis = await startRedis()
    const options = { l2: redisStore(redis.url), maxLoads: 1, loadDeadline: '2s' as const }
    await using elsewhere = createCache(options)
    const ask = ENTRIES[entry]
    const fail = WAYS[way]
    if (ask === undefined || fail === undefined) throw new Error('no such case')
    await elsewhere.ready()

    const failure = new Error('the origin is down')
    let loads = 0
    let failing = true
    const load = (): Promise<string> => {
      loads++
      return failing ? fail(failure) : Promise.resolve('found')
    }
    // A keyspace is declared once in a cache: each caller's `ask` gets a cache that has it not.
    const declares = entry.startsWith('keyspace')
    const callers = declares ? 1 : CALLERS
    await using first = createCache(options)
    await first.ready()
    const ends = await Promise.allSettled(Array.from({ length: callers }, () => ask(first, load)))

    expect(ends.map((end) => (end.status === 'rejected' ? end.reason : end))).toEqual(ends.map(() => failure))
    for (const end of ends) expect(end.status === 'rejected' && end.reason === failure).toBe(true)
    expect(loads).toBe(1)

    failing = false
    const began = performance.now()
    expect(await ask(elsewhere, load)).toBe('found')
    const freed = performance.now() - began
    expect(await first.getOrSet('item:1', async () => 'loaded anew')).toBe('found')
    expect(loads).toBe(2)
    // The only slot is free again.
    expect(await first.getOrSet('item:2', async () => 'another')).toBe('another')
    record({ scenario: `11 ${entry} throws ${way}`, worstAddedWait: freed })
    // Elsewhere too: the claim was given back, nobody waited for its end.
    expect(freed).toBeLessThan(1_000)
  },
)

test("a refresh that fails in the background is nobody's error, and the stale value stays", async () => {
  await using redis = await startRedis()
  await using cache = createCache({ l2: redisStore(redis.url), ttl: 20, staleFor: '1h', retryAfter: 50 })
  await cache.ready()
  expect(await cache.getOrSet('item:1', async () => 'old')).toBe('old')
  await sleep(50)
  const fails = async (): Promise<string> => {
    throw new Error('the origin is down')
  }
  for (let round = 0; round < 5; round++) {
    expect(await cache.getOrSet('item:1', fails)).toBe('old')
    await sleep(30)
  }
  await cache.idle()
  expect(cache.metrics.totals().loads.refresh.error).toBeGreaterThan(1)
  await sleep(60)
  await cache.getOrSet('item:1', async () => 'new')
  await cache.idle()
  expect(await cache.get('item:1')).toBe('new')
})
