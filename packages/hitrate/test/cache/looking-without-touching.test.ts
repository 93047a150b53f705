import { describe, expect, test } from 'vitest'
import { memoryL2 } from '../../src/testing/memory-l2.ts'
import { cacheOnClock, outcomesOf } from './cache-on-clock.ts'

describe.each([
  ['in memory', () => ({})],
  ['over an L2', () => ({ l2: memoryL2() })],
  ['in L2 alone', () => ({ l1: false as const, l2: memoryL2() })],
])('has and peek %s', (_, tiers) => {
  test('tell what is there: fresh, stale, dead or absent', async () => {
    const { cache, clock } = cacheOnClock({ ...tiers(), ttl: 1_000, staleFor: 1_000 })
    expect([await cache.has('a'), await cache.peek('a')]).toEqual([false, undefined])
    await cache.set('a', { id: 1 })
    expect([await cache.has('a'), await cache.peek('a')]).toEqual([true, { id: 1 }])
    await clock.advance(1_500)
    expect([await cache.has('a'), await cache.peek('a')]).toEqual([true, { id: 1 }])
    await clock.advance(501)
    expect([await cache.has('a'), await cache.peek('a')]).toEqual([false, undefined])
  })

  test('tell null from nothing', async () => {
    const { cache } = cacheOnClock(tiers())
    await cache.set('a', null)
    expect([await cache.has('a'), await cache.peek('a')]).toEqual([true, null])
  })

  test('count no lookup, no load and no pattern', async () => {
    const { cache, clock } = cacheOnClock({ ...tiers(), ttl: 1_000, staleFor: 1_000 })
    const products = cache.keyspace('product:{id:int}', { load: () => 1 })
    await cache.set('a', 1)
    await clock.advance(1_500)
    await cache.has('a')
    await cache.peek('a')
    await cache.has('b')
    await products.has({ id: 1 })
    await products.peek({ id: 1 })
    await cache.idle()
    expect(outcomesOf(cache)).toEqual({})
    const { lookup, refresh } = cache.metrics.totals().loads
    expect([lookup.ok, refresh.ok]).toEqual([0, 0])
  })

  test('see no claim of a load in flight', async () => {
    const { cache, clock } = cacheOnClock(tiers())
    const question = Promise.withResolvers<string>()
    const asked = cache.getOrSet('a', () => question.promise)
    await clock.advance(0)
    expect([await cache.has('a'), await cache.peek('a')]).toEqual([false, undefined])
    question.resolve('v')
    await asked
  })
})

test('has and peek are no use of an entry: what they looked at is evicted first', async () => {
  const { cache } = cacheOnClock({ l1: { maxEntries: 2 } })
  await cache.set('a', 1)
  await cache.set('b', 2)
  await cache.has('a')
  await cache.peek('a')
  await cache.set('c', 3)
  expect(await cache.getMany(['a', 'b', 'c'])).toEqual([undefined, 2, 3])
})

test('peek copies nothing from L2 to L1', async () => {
  const l2 = memoryL2()
  const { cache: here, clock } = cacheOnClock({ l2 })
  const { cache: there } = cacheOnClock({ l2, clock })
  await here.set('a', 1)
  expect(await there.peek('a')).toBe(1)
  expect((await there.info()).l1?.entries).toBe(0)
})

test('peek tells the reason of a later miss to nobody', async () => {
  const { cache, clock } = cacheOnClock({ ttl: 1_000 })
  await cache.set('a', 1)
  await clock.advance(1_000)
  await cache.peek('a')
  await cache.get('a')
  expect(cache.metrics.overall().missReasons.expired).toBe(1)
})
