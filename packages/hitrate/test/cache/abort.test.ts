import { describe, expect, test } from 'vitest'
import { memoryL2 } from '../../src/testing/memory-l2.ts'
import { cacheOnClock, outcomesOf, slowly } from './cache-on-clock.ts'
import { l2Between } from './l2-between.ts'
import { createOrigin } from './origin.ts'

const GONE = new Error('gone')

describe.each([
  ['in memory', () => ({})],
  ['over an L2', () => ({ l2: memoryL2() })],
])('a caller that aborts %s', (_, tiers) => {
  test('stops waiting with its own reason, and the others get the value', async () => {
    const { cache, clock } = cacheOnClock(tiers())
    const { load, loads, answer } = createOrigin()
    const controller = new AbortController()
    const leaving = cache.getOrSet('a', load, { signal: controller.signal })
    await clock.advance(0)
    const staying = cache.getOrSet('a', load)
    await clock.advance(0)
    controller.abort(GONE)
    await expect(leaving).rejects.toBe(GONE)
    expect(loads[0]?.signal.aborted).toBe(false)
    answer('v')
    expect(await staying).toBe('v')
    expect(loads).toHaveLength(1)
    expect(outcomesOf(cache)).toEqual({ bypass: 1, coalesced: 1 })
  })

  test('and was the last fires the signal of the loader', async () => {
    const { cache, clock } = cacheOnClock(tiers())
    const { load, loads } = createOrigin()
    const controllers = [new AbortController(), new AbortController()]
    const asked = controllers.map(({ signal }) => cache.getOrSet('a', load, { signal }))
    const ended = Promise.allSettled(asked)
    await clock.advance(0)
    controllers[0]?.abort(new Error('first'))
    expect(loads[0]?.signal.aborted).toBe(false)
    controllers[1]?.abort(GONE)
    await ended
    expect(loads[0]?.signal.aborted).toBe(true)
    expect(loads[0]?.signal.reason).toBe(GONE)
  })

  test('and was the last leaves nothing for the next one to join: that loads anew', async () => {
    const { cache, clock } = cacheOnClock(tiers())
    const { load, answer } = createOrigin()
    const controller = new AbortController()
    const leaving = cache.getOrSet('a', load, { signal: controller.signal })
    await clock.advance(0)
    controller.abort(GONE)
    await expect(leaving).rejects.toBe(GONE)
    const next = cache.getOrSet('a', () => 'new')
    await clock.advance(100)
    expect(await next).toBe('new')
    answer('late')
    await clock.advance(0)
    expect(await cache.get('a')).toBe('new')
    expect(outcomesOf(cache)).toEqual({ bypass: 1, miss: 1, hit_l1: 1 })
  })

  test('before it asks asks nothing', async () => {
    const { cache } = cacheOnClock(tiers())
    const { load, loads } = createOrigin()
    const signal = AbortSignal.abort(GONE)
    await expect(cache.getOrSet('a', load, { signal })).rejects.toBe(GONE)
    await expect(cache.get('a', { signal })).rejects.toBe(GONE)
    await expect(cache.getMany(['a', 'b'], { signal })).rejects.toBe(GONE)
    expect(loads).toHaveLength(0)
    expect(outcomesOf(cache)).toEqual({ bypass: 4 })
  })

  test('while waiting for its turn to load gives its place to the next', async () => {
    const { cache, clock } = cacheOnClock({ ...tiers(), maxLoads: 1 })
    const first = createOrigin()
    const never = createOrigin()
    const controller = new AbortController()
    const one = cache.getOrSet('a', first.load)
    await clock.advance(0)
    const leaving = cache.getOrSet('b', never.load, { signal: controller.signal })
    await clock.advance(0)
    const next = cache.getOrSet('c', () => 'c')
    await clock.advance(0)
    controller.abort(GONE)
    await expect(leaving).rejects.toBe(GONE)
    first.answer('a')
    expect(await Promise.all([one, next])).toEqual(['a', 'c'])
    expect(never.loads).toHaveLength(0)
  })

  test('is forgotten by its signal once it has its answer', async () => {
    const { cache } = cacheOnClock(tiers())
    const controller = new AbortController()
    const value = await cache.getOrSet('a', () => 'v', { signal: controller.signal })
    controller.abort(GONE)
    expect(value).toBe('v')
    expect(await cache.get('a')).toBe('v')
  })
})

test('an abort ends a wait for L2 at once', async () => {
  const { l2 } = l2Between(() => ({ read: () => new Promise(() => {}) }))
  const { cache, clock } = cacheOnClock({ l2 })
  const controller = new AbortController()
  const asked = cache.getOrSet('a', () => 'v', { signal: controller.signal })
  await clock.advance(10)
  controller.abort(GONE)
  await expect(asked).rejects.toBe(GONE)
  expect(outcomesOf(cache)).toEqual({ bypass: 1 })
})

test('a bypassing caller that aborts fires the signal of its loader', async () => {
  const { cache, clock } = cacheOnClock()
  const { load, loads } = createOrigin()
  const controller = new AbortController()
  const asked = cache.getOrSet('a', load, { cache: 'bypass', signal: controller.signal })
  const ended = expect(asked).rejects.toBe(GONE)
  await clock.advance(0)
  expect(loads[0]?.signal.aborted).toBe(false)
  controller.abort(GONE)
  await ended
  expect(loads[0]?.signal.aborted).toBe(true)
})

test('a bypassing caller that has aborted already asks nothing', async () => {
  const { cache } = cacheOnClock()
  const { load, loads } = createOrigin()
  const lookup = { cache: 'bypass', signal: AbortSignal.abort(GONE) } as const
  await expect(cache.getOrSet('a', load, lookup)).rejects.toBe(GONE)
  expect(loads).toHaveLength(0)
})

test('a loader that looks at its signal late sees that it has fired', async () => {
  const { cache, clock } = cacheOnClock()
  const controller = new AbortController()
  let looked: AbortSignal | undefined
  const asked = cache.getOrSet(
    'a',
    async (context) => {
      await slowly(undefined, 100, clock)
      looked = context.signal
    },
    { signal: controller.signal },
  )
  const ended = expect(asked).rejects.toBe(GONE)
  await clock.advance(50)
  controller.abort(GONE)
  await ended
  await clock.advance(50)
  expect(looked?.aborted).toBe(true)
  expect(looked?.reason).toBe(GONE)
})

describe('a batch that is aborted', () => {
  test('fires the signal of its loader when nobody else waits for any of its keys', async () => {
    const { cache, clock } = cacheOnClock()
    const controller = new AbortController()
    let signal: AbortSignal | undefined
    const asked = cache.getOrSetMany(
      ['a', 'b'],
      (_, context) => {
        signal = context.signal
        return new Promise<string[]>(() => {})
      },
      { signal: controller.signal },
    )
    const ended = expect(asked).rejects.toBe(GONE)
    await clock.advance(0)
    expect(signal?.aborted).toBe(false)
    controller.abort(GONE)
    await ended
    expect(signal?.aborted).toBe(true)
    expect(outcomesOf(cache)).toEqual({ bypass: 2 })
  })

  test('goes on for the keys that others wait for', async () => {
    const { cache, clock } = cacheOnClock()
    const controller = new AbortController()
    const question = Promise.withResolvers<string[]>()
    let signal: AbortSignal | undefined
    const asked = cache.getOrSetMany(
      ['a', 'b'],
      (_, context) => {
        signal = context.signal
        return question.promise
      },
      { signal: controller.signal },
    )
    const ended = expect(asked).rejects.toBe(GONE)
    await clock.advance(0)
    const other = cache.getOrSet('b', () => 'never asked')
    await clock.advance(0)
    controller.abort(GONE)
    await ended
    expect(signal?.aborted).toBe(false)
    question.resolve(['A', 'B'])
    expect(await other).toBe('B')
    expect(await cache.get('a')).toBeUndefined()
    expect(await cache.get('b')).toBe('B')
  })

  test('counts the duplicates of its keys as bypassed too', async () => {
    const { cache, clock } = cacheOnClock()
    const controller = new AbortController()
    const asked = cache.getOrSetMany(['a', 'a'], () => new Promise<string[]>(() => {}), {
      signal: controller.signal,
    })
    const ended = expect(asked).rejects.toBe(GONE)
    await clock.advance(0)
    controller.abort(GONE)
    await ended
    expect(outcomesOf(cache)).toEqual({ bypass: 2 })
  })
})
