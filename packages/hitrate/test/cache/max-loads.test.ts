import { describe, expect, test, vi } from 'vitest'
import { memoryL2 } from '../../src/testing/memory-l2.ts'
import { cacheOnClock, elapsed, outcomesOf } from './cache-on-clock.ts'
import { createOrigin } from './origin.ts'
import { refusalOf } from './refusal.ts'

describe.each([
  ['in memory', () => ({})],
  ['over an L2', () => ({ l2: memoryL2() })],
])('a cap on concurrent loads %s', (_, tiers) => {
  test('is never exceeded, and everybody gets a turn in the order they came', async () => {
    const { cache, clock } = cacheOnClock({ ...tiers(), maxLoads: 3 })
    let running = 0
    let peak = 0
    const began: string[] = []
    const asked = Array.from({ length: 10 }, (_unused, index) =>
      cache.getOrSet(`k:${index}`, async ({ key }) => {
        began.push(key)
        peak = Math.max(peak, ++running)
        await elapsed(10, clock)
        running--
        return key
      }),
    )
    await clock.advance(40)
    const answers = await Promise.all(asked)
    expect(peak).toBe(3)
    expect(began).toEqual(answers)
    expect(outcomesOf(cache)).toEqual({ miss: 10 })
  })

  test('counts a batch as one load', async () => {
    const { cache } = cacheOnClock({ ...tiers(), maxLoads: 1 })
    expect(await cache.getOrSetMany(['a', 'b', 'c'], (keys) => [...keys])).toEqual(['a', 'b', 'c'])
  })

  test('gives a slot back when the loader fails, and when a batch does', async () => {
    const { cache } = cacheOnClock({ ...tiers(), maxLoads: 1 })
    const down = () => Promise.reject(new Error('down'))
    await expect(cache.getOrSet('a', down)).rejects.toThrow('down')
    await expect(cache.getOrSetMany(['a', 'b'], down)).rejects.toThrow('down')
    await expect(cache.getOrSet('a', down, { cache: 'bypass' })).rejects.toThrow('down')
    expect(await cache.getOrSet('a', () => 'v')).toBe('v')
  })

  test('counts loads that an invalidation detached', async () => {
    const { cache, clock } = cacheOnClock({ ...tiers(), maxLoads: 1 })
    const first = createOrigin()
    const second = createOrigin()
    const old = cache.getOrSet('a', first.load)
    await clock.advance(0)
    await cache.delete('a')
    const anew = cache.getOrSet('a', second.load)
    await clock.advance(200)
    expect(second.loads).toHaveLength(0)
    first.answer('old')
    await clock.advance(200)
    second.answer('new')
    expect(await Promise.all([old, anew])).toEqual(['old', 'new'])
  })

  test('refuses with overloaded what found no room within the load deadline', async () => {
    const { cache, clock } = cacheOnClock({ ...tiers(), maxLoads: 1, loadDeadline: 1_000 })
    const slow = () => elapsed(990, clock)
    const holders = [cache.getOrSet('a', slow)]
    await clock.advance(1)
    holders.push(cache.getOrSet('b', slow))
    await clock.advance(1)
    const never = vi.fn((): string[] => [])
    const one = refusalOf(() => cache.getOrSet('c', never))
    const many = refusalOf(() => cache.getOrSetMany(['d', 'e'], never))
    await clock.advance(2_000)
    expect(await one).toEqual({
      code: 'overloaded',
      message: 'no room for another load within 1000 ms: maxLoads is 1',
    })
    expect((await many).code).toBe('overloaded')
    expect(never).not.toHaveBeenCalled()
    await Promise.all(holders)
    expect(outcomesOf(cache)).toEqual({ miss: 2, error: 3 })
  })
})
