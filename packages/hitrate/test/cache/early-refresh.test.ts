import { describe, expect, test, vi } from 'vitest'
import { manualClock } from '../../src/testing/manual-clock.ts'
import { memoryL2 } from '../../src/testing/memory-l2.ts'
import { cacheOnClock, outcomesOf, slowly } from './cache-on-clock.ts'
import { createOrigin } from './origin.ts'

describe('early refresh at a share of the ttl', () => {
  test('starts at its instant, once, in the background, and its lookup is a hit', async () => {
    const { cache, clock } = cacheOnClock({ ttl: 1_000, earlyRefresh: 0.8 })
    await cache.getOrSet('a', () => 'old')
    const { load, loads, answer } = createOrigin()
    await clock.advance(799)
    expect(await cache.getOrSet('a', load)).toBe('old')
    expect(loads).toHaveLength(0)
    await clock.advance(1)
    expect(await Promise.all([cache.getOrSet('a', load), cache.getOrSet('a', load)])).toEqual(['old', 'old'])
    await clock.advance(0)
    expect(loads).toHaveLength(1)
    expect(outcomesOf(cache)).toEqual({ miss: 1, hit_l1: 3 })

    answer('new')
    await cache.idle()
    expect(await cache.getOrSet('a', load)).toBe('new')
    await clock.advance(799)
    expect(await cache.getOrSet('a', load)).toBe('new')
    expect(loads).toHaveLength(1)
    expect(cache.metrics.totals().loads.refresh.ok).toBe(1)
  })

  test('that fails leaves the fresh value and is not tried again while it is fresh', async () => {
    const { cache, clock } = cacheOnClock({ ttl: 1_000, earlyRefresh: 0.5 })
    const load = vi.fn(() => Promise.reject(new Error('down')))
    await cache.set('a', 'old')
    await clock.advance(500)
    expect(await cache.getOrSet('a', load)).toBe('old')
    await cache.idle()
    await clock.advance(499)
    expect(await cache.getOrSet('a', load)).toBe('old')
    expect(load).toHaveBeenCalledOnce()
  })

  test('is started by lookups that can load, not by a plain get', async () => {
    const { cache, clock } = cacheOnClock({ ttl: 1_000, earlyRefresh: 0.5 })
    await cache.set('a', 'old')
    await clock.advance(600)
    expect(await cache.get('a')).toBe('old')
    expect(await cache.getOrSet('a', () => 'new')).toBe('old')
    await cache.idle()
    expect(await cache.get('a')).toBe('new')
  })

  test('runs in one of the processes that share an L2', async () => {
    const l2 = memoryL2()
    const options = { l1: false as const, l2, ttl: 1_000, earlyRefresh: 0.5 }
    const { cache: here, clock } = cacheOnClock(options)
    const { cache: there } = cacheOnClock({ ...options, clock })
    const { load, loads, answer } = createOrigin()
    await here.set('a', 'old')
    await clock.advance(501)
    expect(await here.getOrSet('a', load)).toBe('old')
    await clock.advance(0)
    expect(await there.getOrSet('a', load)).toBe('old')
    await clock.advance(0)
    expect(loads).toHaveLength(1)
    answer('new')
    await Promise.all([here.idle(), there.idle()])
    expect(await there.get('a')).toBe('new')
  })
})

describe('XFetch', () => {
  test('starts where the dice say: as early as the load is long', async () => {
    const clock = manualClock()
    // The entry's instant is ttl + load time * ln(1 - dice): 1 - e^-2 makes that 2 load times before the end.
    vi.spyOn(clock, 'random').mockReturnValue(1 - Math.exp(-2))
    const { cache } = cacheOnClock({ clock, ttl: 1_000, earlyRefresh: 'xfetch' })
    const first = cache.getOrSet('a', () => slowly('old', 100, clock))
    await clock.advance(100)
    await first
    await clock.advance(699)
    await cache.getOrSet('a', () => 'new')
    await cache.idle()
    expect(cache.metrics.totals().loads.refresh.ok).toBe(0)
    await clock.advance(1)
    await cache.getOrSet('a', () => 'new')
    await cache.idle()
    expect(await cache.get('a')).toBe('new')
    expect(cache.metrics.totals().loads.refresh.ok).toBe(1)
  })

  test('never starts before the end for what loads in no time', async () => {
    const { cache, clock } = cacheOnClock({ ttl: 1_000, earlyRefresh: 'xfetch' })
    await cache.getOrSet('a', () => 'old')
    await clock.advance(999)
    await cache.getOrSet('a', () => 'new')
    await cache.idle()
    expect(await cache.get('a')).toBe('old')
  })
})

test('without early refresh nothing is loaded while it is fresh', async () => {
  const { cache, clock } = cacheOnClock({ ttl: 1_000 })
  await cache.set('a', 'old')
  await clock.advance(999)
  expect(await cache.getOrSet('a', () => 'new')).toBe('old')
  await cache.idle()
  expect(cache.metrics.totals().loads.refresh.ok).toBe(0)
})
