import { describe, expect, test, vi } from 'vitest'
import type { Cache } from '../../src/cache/types.ts'
import type { CacheErrorCode } from '../../src/errors.ts'
import { cacheOnClock, outcomesOf } from './cache-on-clock.ts'
import { refusalOf, untyped } from './refusal.ts'

const DURATIONS = "a number of milliseconds (0 or more, finite) or text like '250ms', '30s', '5m', '1h', '1d'"
const KEEP = `${DURATIONS}, more than 0, at most 3660d`
const WRITE = 'ttl, staleFor, tags'
const LOOKUP = 'softTimeout, hardTimeout, signal, cache'

/** Declarations that are refused: code and whole message. */
const REFUSED: readonly (readonly [CacheErrorCode, string, (cache: Cache) => unknown])[] = [
  [
    'invalid_option',
    'keyspace "x": an array of 0 given; accepted: an object of options',
    (cache) => cache.keyspace('x', untyped<object>([])),
  ],
  [
    'invalid_option',
    'keyspace "x": undefined given; accepted: an object of options',
    (cache) => cache.keyspace('x', untyped<object>(undefined)),
  ],
  [
    'invalid_option',
    'keyspace "x": unknown option "loader"; accepted: ttl, staleFor, softTimeout, hardTimeout, load, loadMany, tags',
    (cache) => cache.keyspace('x', untyped<object>({ loader: () => 'v' })),
  ],
  [
    'invalid_option',
    'keyspace "x": load: "v" given; accepted: a function',
    (cache) => cache.keyspace('x', untyped<object>({ load: 'v' })),
  ],
  [
    'invalid_option',
    'keyspace "x": loadMany: 7 given; accepted: a function',
    (cache) => cache.keyspace('x', untyped<object>({ loadMany: 7 })),
  ],
  [
    'invalid_option',
    `keyspace "x": ttl: 0 given; accepted: ${KEEP}`,
    (cache) => cache.keyspace('x', { ttl: 0 }),
  ],
  [
    'invalid_option',
    `keyspace "x": hardTimeout: "x" given; accepted: ${DURATIONS}`,
    (cache) => cache.keyspace('x', { hardTimeout: 'x' }),
  ],
  [
    'invalid_option',
    'tags: "feed" given; accepted: an array of strings',
    (cache) => cache.keyspace('x', { tags: untyped<string[]>('feed') }),
  ],
  [
    'keyspace_conflict',
    'keyspace "kept:{other}" can produce the same key as "kept:{id:int}"; accepted: templates whose fixed text differs',
    (cache) => cache.keyspace('kept:{other}', {}),
  ],
]

describe('declaring a keyspace is refused', () => {
  test.each(REFUSED)('with %s: %s', async (code, message, declare) => {
    const { cache } = cacheOnClock()
    cache.keyspace('kept:{id:int}', {})
    expect(await refusalOf(() => declare(cache))).toEqual({ code, message })
  })
})

describe('a keyspace refuses', () => {
  const spaceOf = (cache: Cache) =>
    cache.keyspace('product:{id:int}', { load: ({ id }) => id, loadMany: (list) => list.map(({ id }) => id) })
  type Space = ReturnType<typeof spaceOf>
  const parameter = (given: string) =>
    `Parameter 'id' of the keyspace template "product:{id:int}" ${given}; accepted: a safe integer.`
  const wrong = untyped<{ id: number }>({ id: '1' })

  test.each<readonly [CacheErrorCode, string, (space: Space) => unknown]>([
    ['invalid_parameter', parameter('was given "1"'), (space) => space.get(wrong)],
    ['invalid_parameter', parameter('is missing'), (space) => space.get(untyped({}))],
    ['invalid_parameter', parameter('was given 1.5'), (space) => space.getMany([{ id: 1 }, { id: 1.5 }])],
    ['invalid_parameter', parameter('was given "1"'), (space) => space.set(wrong, 1)],
    ['invalid_parameter', parameter('was given "1"'), (space) => space.delete([{ id: 1 }, wrong])],
    ['invalid_parameter', parameter('was given "1"'), (space) => space.expire(wrong)],
    ['invalid_parameter', parameter('was given "1"'), (space) => space.has(wrong)],
    ['invalid_parameter', parameter('was given "1"'), (space) => space.peek(wrong)],
    ['invalid_parameter', parameter('was given "1"'), (space) => space.warm([{ id: 1 }, wrong])],
    [
      'invalid_argument',
      'list: an object given; accepted: an array of parameters',
      (space) => space.getMany(untyped({ id: 1 })),
    ],
    [
      'invalid_argument',
      'list: undefined given; accepted: an array of parameters',
      (space) => space.warm(untyped(undefined)),
    ],
    [
      'invalid_argument',
      'value: undefined given; accepted: anything else (null is a value, undefined means absent)',
      (space) => space.set({ id: 1 }, untyped(undefined)),
    ],
    [
      'invalid_option',
      `get: unknown option "ttl"; accepted: ${LOOKUP}`,
      (space) => space.get({ id: 1 }, untyped({ ttl: 1 })),
    ],
    [
      'invalid_option',
      `getMany: unknown option "ttl"; accepted: ${LOOKUP}`,
      (space) => space.getMany([{ id: 1 }], untyped({ ttl: 1 })),
    ],
    [
      'invalid_option',
      `set: unknown option "cache"; accepted: ${WRITE}`,
      (space) => space.set({ id: 1 }, 1, untyped({ cache: 1 })),
    ],
    [
      'invalid_option',
      'tags: "feed" given; accepted: an array of strings',
      (space) => space.set({ id: 1 }, 1, { tags: untyped('feed') }),
    ],
    [
      'invalid_option',
      "cache: \"no\" given; accepted: 'use', 'refresh', 'bypass'",
      (space) => space.get({ id: 1 }, { cache: untyped('no') }),
    ],
    [
      'invalid_option',
      'warm: unknown option "read"; accepted: signal, reads',
      (space) => space.warm([], untyped({ read: 1 })),
    ],
  ])('with %s: %s', async (code, message, call) => {
    const { cache } = cacheOnClock()
    const space = spaceOf(cache)
    await space.set({ id: 7 }, 7)
    expect(await refusalOf(() => call(space))).toEqual({ code, message })
    expect(await space.peek({ id: 7 })).toBe(7)
    expect(outcomesOf(cache)).toEqual({})
  })

  test('a template whose options were refused may be declared again', async () => {
    const { cache } = cacheOnClock()
    await refusalOf(() => cache.keyspace('product:{id}', { ttl: 'x' }))
    expect(cache.keyspace('product:{id}', { ttl: '1m' }).ttl).toBe(60_000)
  })
})

describe('what a loader decides is refused in the loader', () => {
  test.each<readonly [CacheErrorCode, string, unknown]>([
    [
      'invalid_option',
      `store({ ttl }): "soon" given; accepted: ${DURATIONS}, at most 3660d`,
      { ttl: 'soon' },
    ],
    [
      'invalid_option',
      `store({ staleFor }): -1 given; accepted: ${DURATIONS}, at most 3660d`,
      { staleFor: -1 },
    ],
    ['invalid_option', 'tags: "feed" given; accepted: an array of strings', { tags: 'feed' }],
    ['invalid_option', `store: unknown option "tll"; accepted: ${WRITE}`, { tll: 1 }],
    ['invalid_option', 'store: null given; accepted: an object of options', null],
    ['invalid_option', 'store: true given; accepted: an object of options', true],
  ])('%s: %s', async (code, message, decision) => {
    const { cache } = cacheOnClock()
    const caught = vi.fn()
    const asked = cache.getOrSet('a', ({ store }) => {
      try {
        store(untyped(decision))
      } catch (error) {
        caught(error)
        throw error
      }
      return 'v'
    })
    expect(await refusalOf(() => asked)).toEqual({ code, message })
    expect(caught).toHaveBeenCalledOnce()
    expect(await cache.has('a')).toBe(false)
  })
})
