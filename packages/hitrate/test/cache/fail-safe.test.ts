import { describe, expect, test, vi } from 'vitest'
import { memoryL2 } from '../../src/testing/memory-l2.ts'
import { cacheOnClock, outcomesOf } from './cache-on-clock.ts'

describe.each([
  ['in memory', () => ({})],
  ['over an L2', () => ({ l2: memoryL2() })],
  ['in L2 alone', () => ({ l1: false as const, l2: memoryL2() })],
])('a loader that fails %s', (_, tiers) => {
  const down = () => Promise.reject(new Error('down'))
  const stale = async () => {
    const { cache, clock } = cacheOnClock({ ...tiers(), ttl: 1_000, staleFor: '1h', retryAfter: 5_000 })
    await cache.getOrSet('a', () => 'old')
    await cache.idle()
    await clock.advance(1_001)
    return { cache, clock }
  }

  test('reaches nobody while a stale value can be served', async () => {
    const { cache } = await stale()
    expect(await cache.getOrSet('a', down)).toBe('old')
    await cache.idle()
    expect(await cache.getOrSet('a', down)).toBe('old')
    expect(await cache.getOrSet('a', down, { softTimeout: 100 })).toBe('old')
    expect(outcomesOf(cache)).toEqual({ miss: 1, stale: 3 })
  })

  test('is not asked again before the retry pause is over, and then once', async () => {
    const { cache, clock } = await stale()
    const load = vi.fn(down)
    await cache.getOrSet('a', load)
    await cache.idle()
    await clock.advance(4_998)
    expect(await cache.getOrSet('a', load)).toBe('old')
    expect(await cache.getOrSet('a', load, { softTimeout: 100 })).toBe('old')
    await cache.idle()
    expect(load).toHaveBeenCalledTimes(1)
    await clock.advance(4)
    expect(await Promise.all([cache.getOrSet('a', load), cache.getOrSet('a', load)])).toEqual(['old', 'old'])
    await cache.idle()
    expect(load).toHaveBeenCalledTimes(2)
  })

  test('does not make the stale value any younger', async () => {
    const { cache, clock } = await stale()
    await cache.getOrSet('a', down)
    await cache.idle()
    await clock.advance(3_600_000 - 2)
    expect(await cache.get('a')).toBe('old')
    await clock.advance(2)
    expect(await cache.get('a')).toBeUndefined()
  })

  test('reaches the caller unchanged where nothing stale is', async () => {
    const { cache } = cacheOnClock(tiers())
    const error = new TypeError('mine')
    await expect(cache.getOrSet('a', () => Promise.reject(error))).rejects.toBe(error)
    await expect(
      cache.getOrSet('a', () => {
        throw error
      }),
    ).rejects.toBe(error)
    await expect(cache.getOrSet('a', () => Promise.reject('text'))).rejects.toBe('text')
    expect(outcomesOf(cache)).toEqual({ error: 3 })
  })

  test('reaches the caller once the stale value is dead', async () => {
    const { cache, clock } = await stale()
    await cache.getOrSet('a', down)
    await clock.advance(3_600_000)
    await expect(cache.getOrSet('a', down)).rejects.toThrow('down')
  })

  test('is asked again by the next lookup where nothing stale is', async () => {
    const { cache } = cacheOnClock(tiers())
    await expect(cache.getOrSet('a', down)).rejects.toThrow('down')
    expect(await cache.getOrSet('a', () => 'v')).toBe('v')
  })
})

test('a refresh that was given up by its callers did not fail: the next one is not held back', async () => {
  const { cache, clock } = cacheOnClock({ ttl: 1_000, staleFor: '1h' })
  await cache.set('a', 'old')
  await clock.advance(1_000)
  const controller = new AbortController()
  const asked = cache.getOrSet('a', () => new Promise<string>(() => {}), {
    softTimeout: 100,
    signal: controller.signal,
  })
  await clock.advance(10)
  controller.abort(new Error('gone'))
  await expect(asked).rejects.toThrow('gone')
  expect(await cache.getOrSet('a', () => 'new', { softTimeout: 100 })).toBe('new')
})
