import { describe, expect, test, vi } from 'vitest'
import type { Cache } from '../../src/cache/types.ts'
import type { Store } from '../../src/stores/store.ts'
import { STORE_METHODS } from '../../src/testing/chaos/calls.ts'
import { memoryL2 } from '../../src/testing/memory-l2.ts'
import { cacheOnClock, outcomesOf, reasonsOf } from './cache-on-clock.ts'
import { l2Between } from './l2-between.ts'
import { untyped } from './refusal.ts'

/** A store whose every method does the same. */
function everyMethod(does: () => Promise<never>): () => Partial<Store> {
  return () => Object.fromEntries(STORE_METHODS.map((method) => [method, does]))
}

const down = everyMethod(() => Promise.reject(new Error('connection lost')))
const throws = everyMethod(() => {
  throw new Error('not connected')
})
const frozen = everyMethod(() => new Promise(() => {}))

describe.each([
  ['rejects every call', down, 0],
  ['throws at every call', throws, 0],
  ['never answers', frozen, 250],
])('an L2 that %s', (_, change, patience) => {
  const sick = () => {
    const { l2, calls } = l2Between(change)
    return { ...cacheOnClock({ l2, ttl: '1m', staleFor: '1h' }), calls }
  }

  test('costs a caller of getOrSet its deadline at the most, and the loader runs', async () => {
    const { cache, clock } = sick()
    const asked = cache.getOrSet('a', () => 'v')
    await clock.advance(patience)
    expect(await asked).toBe('v')
    expect(outcomesOf(cache)).toEqual({ miss: 1 })
    expect(reasonsOf(cache)).toEqual({ l2_error: 1 })
  })

  test('costs the callers of one key one load', async () => {
    const { cache, clock } = sick()
    const load = vi.fn(async () => 'v')
    const asked = Array.from({ length: 10 }, () => cache.getOrSet('a', load))
    await clock.advance(patience)
    expect(await Promise.all(asked)).toEqual(new Array(10).fill('v'))
    expect(load).toHaveBeenCalledOnce()
  })

  test('leaves L1 working', async () => {
    const { cache, clock } = sick()
    const asked = cache.getOrSet('a', () => 'v')
    await clock.advance(patience)
    await asked
    expect(await cache.getOrSet('a', () => 'w')).toBe('v')
    expect(outcomesOf(cache)).toEqual({ miss: 1, hit_l1: 1 })
  })

  test('costs a batch its deadline once, whatever its size', async () => {
    const { cache, clock } = sick()
    const load = vi.fn((keys: readonly string[]) => [...keys])
    const asked = cache.getOrSetMany(['a', 'b', 'c'], load)
    await clock.advance(patience)
    expect(await asked).toEqual(['a', 'b', 'c'])
    expect(load).toHaveBeenCalledOnce()
  })

  test('does not hide what the loader throws', async () => {
    const { cache, clock } = sick()
    const asked = cache.getOrSet('a', () => Promise.reject(new Error('mine')))
    const ended = expect(asked).rejects.toThrow('mine')
    await clock.advance(patience)
    await ended
  })

  test.each<readonly [string, (cache: Cache) => Promise<unknown>, unknown]>([
    ['get', (cache) => cache.get('a'), undefined],
    ['getMany', (cache) => cache.getMany(['a', 'b']), [undefined, undefined]],
    ['has', (cache) => cache.has('a'), false],
    ['peek', (cache) => cache.peek('a'), undefined],
    ['set', (cache) => cache.set('a', 1), { count: 0, delivered: false }],
    ['setMany', (cache) => cache.setMany([{ key: 'a', value: 1 }]), { count: 0, delivered: false }],
    ['delete', (cache) => cache.delete('a'), { count: 0, delivered: false }],
    ['expire', (cache) => cache.expire('a'), { count: 0, delivered: false }],
    ['invalidate by tag', (cache) => cache.invalidate({ tags: ['t'] }), { count: 0, delivered: false }],
    ['invalidate by pattern', (cache) => cache.invalidate({ pattern: 'a*' }), { count: 0, delivered: false }],
    ['invalidate all', (cache) => cache.invalidate('all'), { count: 0, delivered: false }],
    ['refresh', (cache) => cache.getOrSet('a', () => 'v', { cache: 'refresh' }), 'v'],
  ])('never makes %s throw', async (_what, call, answer) => {
    const { cache, clock } = sick()
    const asked = call(cache)
    await clock.advance(1_000)
    expect(await asked).toEqual(answer)
  })

  test('says so where somebody asks', async () => {
    const { cache, clock } = sick()
    const asked = cache.info()
    await clock.advance(patience)
    expect((await asked).l2).toBe('unavailable')
  })

  test('is counted for each call, and leaves nothing behind', async () => {
    const { cache, clock } = sick()
    const asked = cache.getOrSet('a', () => 'v')
    await clock.advance(5_000)
    await asked
    await cache.idle()
    expect(clock.pending).toBe(0)
    const { l2_error, l2_timeout, background_error } = cache.metrics.totals().incidents
    expect(l2_error + l2_timeout).toBeGreaterThan(0)
    expect(background_error).toBe(0)
  })
})

test('an L2 that comes back is used again', async () => {
  let sick = true
  const { l2 } = l2Between((store) => ({
    read: (keys) => (sick ? Promise.reject(new Error('lost')) : store.read(keys)),
  }))
  const { cache } = cacheOnClock({ l1: false, l2 })
  await cache.getOrSet('a', () => 'v')
  expect(reasonsOf(cache)).toEqual({ l2_error: 1 })
  sick = false
  await cache.getOrSet('a', () => 'v')
  await cache.idle()
  expect(await cache.getOrSet('a', () => 'w')).toBe('v')
  expect(outcomesOf(cache)).toEqual({ miss: 2, hit_l2: 1 })
})

test('an answer that comes after the deadline is dropped', async () => {
  const answer = Promise.withResolvers<void>()
  const { l2 } = l2Between((store) => ({
    read: async (keys) => {
      await answer.promise
      return store.read(keys)
    },
  }))
  const { cache, clock } = cacheOnClock({ l2 })
  const asked = cache.get('a')
  await clock.advance(250)
  expect(await asked).toBeUndefined()
  answer.resolve()
  await clock.advance(0)
  expect(cache.metrics.totals().incidents.l2_timeout).toBe(1)
})

test('a stale value of L1 is served while its refresh finds L2 frozen', async () => {
  let sick = false
  const { l2 } = l2Between((store) =>
    Object.fromEntries(
      STORE_METHODS.map((method) => [
        method,
        (...args: never) => (sick ? new Promise(() => {}) : Reflect.apply(store[method], store, args)),
      ]),
    ),
  )
  const { cache, clock } = cacheOnClock({ l2, ttl: 500, staleFor: '1h' })
  await cache.getOrSet('a', () => 'old')
  await cache.idle()
  await clock.advance(500)
  sick = true
  expect(await cache.getOrSet('a', () => 'new')).toBe('old')
  await clock.advance(300)
  expect(await cache.get('a')).toBe('new')
})

describe('an L2 full of garbage', () => {
  const bodies: readonly (readonly [string, (body: Buffer) => Buffer])[] = [
    ['cut short', (body) => body.subarray(0, body.length - 1)],
    ['empty', () => Buffer.alloc(0)],
    ['of other bytes', (body) => Buffer.alloc(body.length, 0xff)],
    [
      'with one bit turned',
      (body) => {
        const turned = Buffer.from(body)
        turned[turned.length - 1] = (turned.at(-1) ?? 0) ^ 1
        return turned
      },
    ],
  ]

  test.each(bodies)('reads as a miss where a body is %s, and is replaced', async (_what, damage) => {
    let damaged = true
    const { l2 } = l2Between((store) => ({
      read: async (keys) =>
        (await store.read(keys)).map((one) =>
          damaged && one.kind === 'entry' ? { ...one, body: damage(one.body) } : one,
        ),
    }))
    const { cache } = cacheOnClock({ l1: false, l2, ttl: '1m' })
    await cache.set('a', 'old')
    expect(await cache.get('a')).toBeUndefined()
    expect(await cache.getOrSet('a', () => 'new')).toBe('new')
    await cache.idle()
    expect(reasonsOf(cache)).toEqual({ decode_error: 2 })
    expect(cache.metrics.totals().incidents.decode_error).toBe(2)
    damaged = false
    expect(await cache.get('a')).toBe('new')
  })

  test('reads as a miss where bytes are not ours', async () => {
    const { l2 } = l2Between(() => ({ read: async (keys) => keys.map(() => ({ kind: 'junk' as const })) }))
    const { cache } = cacheOnClock({ l2 })
    expect(await cache.getOrSet('a', () => 'v')).toBe('v')
    expect(reasonsOf(cache)).toEqual({ decode_error: 1 })
  })

  test('reads as a miss where answers are missing', async () => {
    const { l2 } = l2Between(() => ({ read: async () => [] }))
    const { cache } = cacheOnClock({ l2 })
    expect(await cache.getMany(['a', 'b'])).toEqual([undefined, undefined])
    expect(await cache.getOrSetMany(['a', 'b'], (keys) => [...keys])).toEqual(['a', 'b'])
  })

  test('reads as a miss what another codec wrote', async () => {
    const l2 = memoryL2()
    const { cache: here, clock } = cacheOnClock({ l2 })
    const { cache: there } = cacheOnClock({
      l2,
      clock,
      codec: untyped({
        name: 'other',
        accepts: 'json',
        encode: JSON.stringify,
        decode: (b: Buffer) => JSON.parse(`${b}`),
      }),
    })
    await here.set('a', 1)
    expect(await there.get('a')).toBeUndefined()
    expect(reasonsOf(there)).toEqual({ decode_error: 1 })
  })

  test("reads as a miss what its codec can't decode", async () => {
    const codec = {
      name: 'picky',
      accepts: 'json' as const,
      encode: (value: unknown) => JSON.stringify(value),
      decode: (bytes: Buffer): unknown => {
        if (refusing) throw new Error('no')
        return JSON.parse(bytes.toString())
      },
    }
    let refusing = false
    const { cache } = cacheOnClock({ l1: false, l2: memoryL2(), codec })
    await cache.set('a', 1)
    refusing = true
    expect(await cache.get('a')).toBeUndefined()
    expect(reasonsOf(cache)).toEqual({ decode_error: 1 })
  })
})
