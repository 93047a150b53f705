import { describe, expect, test } from 'vitest'
import { memoryL2 } from '../../src/testing/memory-l2.ts'
import { cacheOnClock, outcomesOf, slowly } from './cache-on-clock.ts'
import { createOrigin } from './origin.ts'

describe.each([
  ['in memory', () => ({})],
  ['over an L2', () => ({ l2: memoryL2() })],
])('the soft timeout %s', (_, tiers) => {
  const stale = async () => {
    const { cache, clock } = cacheOnClock({ ...tiers(), ttl: 1_000, staleFor: '1h', softTimeout: 100 })
    await cache.getOrSet('a', () => 'old')
    await cache.idle()
    await clock.advance(1_001)
    return { cache, clock }
  }

  test('lets a caller wait for a fresh value that comes in time', async () => {
    const { cache, clock } = await stale()
    const asked = cache.getOrSet('a', () => slowly('new', 99, clock))
    await clock.advance(99)
    expect(await asked).toBe('new')
    expect(outcomesOf(cache)).toEqual({ miss: 2 })
  })

  test('gives the stale value when it passes, while the load goes on and is stored', async () => {
    const { cache, clock } = await stale()
    let answer: string | undefined
    const asked = cache.getOrSet('a', () => slowly('new', 300, clock)).then((value) => (answer = value))
    await clock.advance(99)
    expect(answer).toBeUndefined()
    await clock.advance(1)
    expect(await asked).toBe('old')
    await clock.advance(200)
    expect(await cache.get('a')).toBe('new')
    expect(outcomesOf(cache)).toEqual({ miss: 1, stale: 1, hit_l1: 1 })
  })

  test("is each caller's own, counted from when it asked", async () => {
    const { cache, clock } = await stale()
    const ends: string[] = []
    const { load, loads, answer } = createOrigin()
    const ask = (name: string, softTimeout: number) =>
      cache.getOrSet('a', load, { softTimeout }).then((value) => ends.push(`${name}:${value}`))
    const all = [ask('100', 100), ask('30', 30), ask('300', 300)]
    await clock.advance(50)
    all.push(ask('late', 100))
    expect(ends).toEqual(['30:old'])
    await clock.advance(50)
    expect(ends).toEqual(['30:old', '100:old'])
    await clock.advance(50)
    expect(ends).toEqual(['30:old', '100:old', 'late:old'])
    answer('new')
    await Promise.all(all)
    expect(ends.at(-1)).toBe('300:new')
    expect(loads).toHaveLength(1)
  })

  test('loads once, and waits for that, where the stale value is deleted meanwhile', async () => {
    const { cache, clock } = cacheOnClock({
      ...tiers(),
      ttl: 1_000,
      staleFor: '1h',
      softTimeout: 100,
      maxLoads: 1,
    })
    await cache.getOrSet('a', () => 'old')
    await cache.idle()
    await clock.advance(1_001)
    const { load, loads, answer } = createOrigin()
    const asked = cache.getOrSet('a', load)
    await clock.advance(50)
    await cache.delete('a')
    await clock.advance(50)
    answer('new')
    expect(await asked).toBe('new')
    expect(loads).toHaveLength(1)
    expect(await cache.getOrSet('b', () => 'free again')).toBe('free again')
    expect(outcomesOf(cache)).toEqual({ miss: 3 })
  })

  test('says nothing to a caller for whom there is no stale value', async () => {
    const { cache, clock } = cacheOnClock({ ...tiers(), softTimeout: 100 })
    const asked = cache.getOrSet('a', () => slowly('v', 5_000, clock))
    await clock.advance(5_000)
    expect(await asked).toBe('v')
  })
})
