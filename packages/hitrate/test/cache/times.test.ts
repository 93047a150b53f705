import { describe, expect, test } from 'vitest'
import type { Cache } from '../../src/cache/types.ts'
import { cacheOnClock, elapsed, slowly } from './cache-on-clock.ts'
import { l2Between } from './l2-between.ts'

/** The means of the three times, in whole milliseconds. */
function timesOf(cache: Cache): { response: number; load: number; wait: number } {
  const { avgResponseTimeMs, avgWaitTimeMs, load } = cache.metrics.overall()
  return {
    response: Math.round(avgResponseTimeMs),
    load: Math.round(load.avgMs),
    wait: Math.round(avgWaitTimeMs),
  }
}

const slowL2 = (took: number, clock: () => Parameters<typeof elapsed>[1]) =>
  l2Between((store) => ({ read: async (keys) => slowly(await store.read(keys), took, clock()) })).l2

describe("response is the cache's own time, load the loader's, wait the caller's", () => {
  test('of a miss in memory', async () => {
    const { cache, clock } = cacheOnClock()
    const asked = cache.getOrSet('a', () => slowly('v', 100, clock))
    await clock.advance(100)
    await asked
    expect(timesOf(cache)).toEqual({ response: 0, load: 100, wait: 100 })
  })

  test('of a miss over an L2', async () => {
    const l2 = slowL2(30, () => clock)
    const { cache, clock } = cacheOnClock({ l2 })
    const asked = cache.getOrSet('a', () => slowly('v', 100, clock))
    await clock.advance(130)
    await asked
    expect(timesOf(cache)).toEqual({ response: 30, load: 100, wait: 130 })
  })

  test('of a hit of L2', async () => {
    const l2 = slowL2(30, () => clock)
    const { cache, clock } = cacheOnClock({ l2, l1: false })
    await cache.set('a', 1)
    const asked = cache.get('a')
    await clock.advance(30)
    await asked
    expect(timesOf(cache)).toEqual({ response: 30, load: 0, wait: 30 })
  })

  test("of an L2 that gives no answer: its deadline is the cache's own time", async () => {
    const { l2 } = l2Between(() => ({ read: () => new Promise(() => {}) }))
    const { cache, clock } = cacheOnClock({ l2 })
    const asked = cache.getOrSet('a', () => slowly('v', 100, clock))
    await clock.advance(350)
    await asked
    expect(timesOf(cache)).toEqual({ response: 250, load: 100, wait: 350 })
  })

  test('of who joins a load later: no own time, and the rest of the wait', async () => {
    const { cache, clock } = cacheOnClock()
    const first = cache.getOrSet('a', () => slowly('v', 100, clock))
    await clock.advance(60)
    cache.metrics.reset()
    const second = cache.getOrSet('a', () => 'never asked')
    await clock.advance(40)
    await Promise.all([first, second])
    const { avgWaitTimeMs, avgResponseTimeMs, outcomes } = cache.metrics.overall()
    expect([outcomes.miss, outcomes.coalesced]).toEqual([1, 1])
    expect(avgWaitTimeMs).toBeCloseTo((100 + 40) / 2, 3)
    expect(avgResponseTimeMs).toBeCloseTo(0, 3)
  })

  test("of a stale answer after the soft timeout: waiting is not the cache's time", async () => {
    const { cache, clock } = cacheOnClock({ ttl: 1_000, staleFor: '1h', softTimeout: 50 })
    await cache.set('a', 'old')
    await clock.advance(1_000)
    const asked = cache.getOrSet('a', () => slowly('new', 200, clock))
    await clock.advance(200)
    await asked
    expect(timesOf(cache)).toEqual({ response: 0, load: 200, wait: 50 })
  })

  test("of a stale answer at once: the refresh is in none of the caller's times", async () => {
    const { cache, clock } = cacheOnClock({ ttl: 1_000, staleFor: '1h' })
    await cache.set('a', 'old')
    await clock.advance(1_000)
    await cache.getOrSet('a', () => slowly('new', 200, clock))
    await clock.advance(200)
    expect(timesOf(cache)).toEqual({ response: 0, load: 200, wait: 0 })
  })

  test('of a failure', async () => {
    const { cache, clock } = cacheOnClock()
    const asked = cache.getOrSet('a', async () => {
      await elapsed(70, clock)
      throw new Error('down')
    })
    const ended = expect(asked).rejects.toThrow('down')
    await clock.advance(70)
    await ended
    expect(timesOf(cache)).toEqual({ response: 0, load: 70, wait: 70 })
  })

  test("of a load that waits for its turn: neither its time nor the cache's", async () => {
    const { cache, clock } = cacheOnClock({ maxLoads: 1 })
    const first = cache.getOrSet('a', () => slowly('v', 100, clock))
    await clock.advance(0)
    const second = cache.getOrSet('b', () => slowly('w', 100, clock))
    await clock.advance(200)
    await Promise.all([first, second])
    expect(timesOf(cache)).toEqual({ response: 0, load: 100, wait: 150 })
  })

  test('of a bypass: no own time at all', async () => {
    const { cache, clock } = cacheOnClock()
    const asked = cache.getOrSet('a', () => slowly('v', 100, clock), { cache: 'bypass' })
    await clock.advance(100)
    await asked
    expect(timesOf(cache)).toEqual({ response: 0, load: 100, wait: 100 })
  })

  test('of the fill: in none, as callers are released first', async () => {
    const { l2 } = l2Between((store) => ({
      fill: async (requests) => slowly(await store.fill(requests), 200, clock),
    }))
    const { cache, clock } = cacheOnClock({ l2 })
    const asked = cache.getOrSet('a', () => slowly('v', 100, clock))
    await clock.advance(100)
    expect(await asked).toBe('v')
    expect(timesOf(cache)).toEqual({ response: 0, load: 100, wait: 100 })
    await clock.advance(200)
    await cache.idle()
  })
})
