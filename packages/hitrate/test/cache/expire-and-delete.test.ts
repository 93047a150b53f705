import { describe, expect, test, vi } from 'vitest'
import { memoryL2 } from '../../src/testing/memory-l2.ts'
import { cacheOnClock, outcomesOf } from './cache-on-clock.ts'

describe.each([
  ['in memory', () => ({})],
  ['over an L2', () => ({ l2: memoryL2() })],
  ['in L2 alone', () => ({ l1: false as const, l2: memoryL2() })],
])('%s', (_, tiers) => {
  const stored = async (times: { readonly staleFor: number }) => {
    const { cache, clock } = cacheOnClock({ ...tiers(), ttl: '1m', ...times })
    await cache.getOrSet('a', () => 'old')
    await cache.idle()
    return { cache, clock }
  }

  test('an expired value is served as stale while it is loaded anew', async () => {
    const { cache } = await stored({ staleFor: 60_000 })
    expect(await cache.expire('a')).toEqual({ count: 1, delivered: true })
    expect(await cache.getOrSet('a', () => 'new')).toBe('old')
    await cache.idle()
    expect(await cache.get('a')).toBe('new')
  })

  test('an expired value is served when its loader fails', async () => {
    const { cache } = await stored({ staleFor: 60_000 })
    await cache.expire('a')
    const load = vi.fn(() => Promise.reject(new Error('down')))
    expect(await cache.getOrSet('a', load, { softTimeout: 100 })).toBe('old')
    expect(load).toHaveBeenCalledOnce()
  })

  test('an expired value without a stale time is gone', async () => {
    const { cache } = await stored({ staleFor: 0 })
    await cache.expire('a')
    expect(await cache.get('a')).toBeUndefined()
    expect(await cache.has('a')).toBe(false)
    expect(await cache.peek('a')).toBeUndefined()
    expect(await cache.getOrSet('a', () => 'new')).toBe('new')
  })

  test('a deleted value never comes back, however long it could have been stale', async () => {
    const { cache } = await stored({ staleFor: 60_000 })
    expect(await cache.delete('a')).toEqual({ count: 1, delivered: true })
    expect(await cache.get('a')).toBeUndefined()
    await expect(cache.getOrSet('a', () => Promise.reject(new Error('down')))).rejects.toThrow('down')
    expect(outcomesOf(cache)).toEqual({ miss: 2, error: 1 })
  })

  test('a stale value that is deleted while it is refreshed is not served when the refresh fails', async () => {
    const { cache, clock } = await stored({ staleFor: 600_000 })
    await clock.advance(60_001)
    const question = Promise.withResolvers<string>()
    const waiting = cache.getOrSet('a', () => question.promise, { softTimeout: 100 })
    await clock.advance(0)
    await cache.delete('a')
    question.reject(new Error('down'))
    await expect(waiting).rejects.toThrow('down')
  })

  test('a stale value that is deleted while it is refreshed is not served after the soft timeout', async () => {
    const { cache, clock } = await stored({ staleFor: 600_000 })
    await clock.advance(60_001)
    const waiting = cache.getOrSet('a', () => new Promise<string>(() => {}), {
      softTimeout: 100,
      hardTimeout: 200,
    })
    const ended = expect(waiting).rejects.toMatchObject({ code: 'load_timeout' })
    await clock.advance(50)
    await cache.delete('a')
    await clock.advance(150)
    await ended
  })

  test('many keys are deleted or expired in one call, and those that are not there are not counted', async () => {
    const { cache } = cacheOnClock({ ...tiers(), staleFor: '1h' })
    await cache.setMany(['a', 'b', 'c'].map((key) => ({ key, value: key })))
    expect(await cache.delete(['a', 'b', 'x'])).toEqual({ count: 2, delivered: true })
    expect(await cache.expire(['c', 'x'])).toEqual({ count: 1, delivered: true })
    expect(await cache.getMany(['a', 'b', 'c'])).toEqual([undefined, undefined, 'c'])
    expect(outcomesOf(cache)).toEqual({ miss: 2, stale: 1 })
  })

  test('no keys at all are nothing to delete', async () => {
    const { cache } = cacheOnClock(tiers())
    expect(await cache.delete([])).toEqual({ count: 0, delivered: true })
    expect(await cache.expire([])).toEqual({ count: 0, delivered: true })
  })
})
