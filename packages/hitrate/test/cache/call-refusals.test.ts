import { describe, expect, test } from 'vitest'
import type { Cache } from '../../src/cache/types.ts'
import type { CacheErrorCode } from '../../src/errors.ts'
import { memoryL2 } from '../../src/testing/memory-l2.ts'
import { cacheOnClock, outcomesOf } from './cache-on-clock.ts'
import { l2Between } from './l2-between.ts'
import { refusalOf, untyped } from './refusal.ts'

const DURATIONS = "a number of milliseconds (0 or more, finite) or text like '250ms', '30s', '5m', '1h', '1d'"
const KEEP = `${DURATIONS}, more than 0, at most 3660d`
const load = () => 'v'
const WRITE = 'ttl, staleFor, tags'
const LOOKUP = 'softTimeout, hardTimeout, signal, cache'
type Call = (cache: Cache) => unknown

/** One call after the other that is refused: its code and the whole message. */
const REFUSED: readonly (readonly [CacheErrorCode, string, Call])[] = [
  ...[
    [undefined, 'undefined'],
    ['', '""'],
    [7, '7'],
    [null, 'null'],
    [{}, 'an object'],
  ].flatMap(([key, shown]): (readonly [CacheErrorCode, string, Call])[] => {
    const message = `key: ${shown} given; accepted: text that is not empty`
    const wrong = untyped<string>(key)
    return [
      ['invalid_key', message, (cache) => cache.get(wrong)],
      ['invalid_key', message, (cache) => cache.getMany(['a', wrong])],
      ['invalid_key', message, (cache) => cache.getOrSet(wrong, load)],
      ['invalid_key', message, (cache) => cache.getOrSetMany(['a', wrong], () => ['a', 'b'])],
      ['invalid_key', message, (cache) => cache.set(wrong, 1)],
      [
        'invalid_key',
        message,
        (cache) =>
          cache.setMany([
            { key: 'a', value: 1 },
            { key: wrong, value: 1 },
          ]),
      ],
      [
        'invalid_key',
        message,
        (cache) =>
          cache.warm([
            { key: 'a', value: 1 },
            { key: wrong, value: 1 },
          ]),
      ],
      ['invalid_key', message, (cache) => cache.has(wrong)],
      ['invalid_key', message, (cache) => cache.peek(wrong)],
      ['invalid_key', message, (cache) => cache.delete(['kept', wrong])],
      ['invalid_key', message, (cache) => cache.expire(['kept', wrong])],
    ]
  }),
  [
    'invalid_key',
    'key: undefined given; accepted: text that is not empty',
    (cache) => cache.delete(untyped(undefined)),
  ],
  ['invalid_key', 'key: 7 given; accepted: text that is not empty', (cache) => cache.expire(untyped(7))],

  [
    'invalid_argument',
    'keys: "ab" given; accepted: an array of keys',
    (cache) => cache.getMany(untyped('ab')),
  ],
  [
    'invalid_argument',
    'keys: undefined given; accepted: an array of keys',
    (cache) => cache.getMany(untyped(undefined)),
  ],
  [
    'invalid_argument',
    'keys: "ab" given; accepted: an array of keys',
    (cache) => cache.getOrSetMany(untyped('ab'), () => []),
  ],
  [
    'invalid_argument',
    'entries: an object given; accepted: an array of { key, value }',
    (cache) => cache.setMany(untyped({})),
  ],
  [
    'invalid_argument',
    'entries: undefined given; accepted: an array of { key, value }',
    (cache) => cache.warm(untyped(undefined)),
  ],
  [
    'invalid_argument',
    'entry: "a" given; accepted: { key, value }',
    (cache) => cache.setMany(untyped(['a'])),
  ],
  ['invalid_argument', 'entry: null given; accepted: { key, value }', (cache) => cache.warm(untyped([null]))],

  [
    'invalid_argument',
    'load: undefined given; accepted: a function',
    (cache) => cache.getOrSet('a', untyped<() => string>(undefined)),
  ],
  [
    'invalid_argument',
    'load: "v" given; accepted: a function',
    (cache) => cache.getOrSet('a', untyped<() => string>('v')),
  ],
  [
    'invalid_argument',
    'load: an object given; accepted: a function',
    (cache) => cache.getOrSetMany(['a'], untyped<() => string[]>({})),
  ],

  [
    'invalid_option',
    `ttl: "soon" given; accepted: ${KEEP}`,
    (cache) => cache.getOrSet('a', load, { ttl: 'soon' }),
  ],
  ['invalid_option', `ttl: 0 given; accepted: ${KEEP}`, (cache) => cache.getOrSet('a', load, { ttl: 0 })],
  ['invalid_option', `ttl: -5 given; accepted: ${KEEP}`, (cache) => cache.set('a', 1, { ttl: -5 })],
  [
    'invalid_option',
    `staleFor: NaN given; accepted: ${DURATIONS}, at most 3660d`,
    (cache) => cache.set('a', 1, { staleFor: Number.NaN }),
  ],
  [
    'invalid_option',
    `softTimeout: "1 s" given; accepted: ${DURATIONS}`,
    (cache) => cache.getOrSet('a', load, { softTimeout: '1 s' }),
  ],
  [
    'invalid_option',
    `hardTimeout: -1 given; accepted: ${DURATIONS}`,
    (cache) => cache.getOrSetMany(['a'], () => ['a'], { hardTimeout: -1 }),
  ],
  [
    'invalid_option',
    "cache: \"skip\" given; accepted: 'use', 'refresh', 'bypass'",
    (cache) => cache.getOrSet('a', load, { cache: untyped('skip') }),
  ],
  [
    'invalid_option',
    'signal: an object given; accepted: an AbortSignal',
    (cache) => cache.get('a', { signal: untyped({}) }),
  ],
  [
    'invalid_option',
    'signal: an object given; accepted: an AbortSignal',
    (cache) => cache.getMany(['a'], { signal: untyped({}) }),
  ],
  [
    'invalid_option',
    'signal: "x" given; accepted: an AbortSignal',
    (cache) => cache.warm([], { signal: untyped('x') }),
  ],
  ['invalid_option', `timeout: "x" given; accepted: ${DURATIONS}`, (cache) => cache.ready({ timeout: 'x' })],

  [
    'invalid_option',
    'get: unknown option "ttl"; accepted: signal',
    (cache) => cache.get('a', untyped({ ttl: 1 })),
  ],
  [
    'invalid_option',
    'getMany: unknown option "ttl"; accepted: signal',
    (cache) => cache.getMany(['a'], untyped({ ttl: 1 })),
  ],
  [
    'invalid_option',
    `getOrSet: unknown option "tll"; accepted: ${WRITE}, ${LOOKUP}`,
    (cache) => cache.getOrSet('a', load, untyped({ tll: 1 })),
  ],
  [
    'invalid_option',
    `getOrSetMany: unknown option "tll"; accepted: ${WRITE}, ${LOOKUP}`,
    (cache) => cache.getOrSetMany(['a'], () => ['a'], untyped({ tll: 1 })),
  ],
  [
    'invalid_option',
    `set: unknown option "signal"; accepted: ${WRITE}`,
    (cache) => cache.set('a', 1, untyped({ signal: 1 })),
  ],
  [
    'invalid_option',
    `set: unknown option "val"; accepted: ${WRITE}`,
    (cache) => cache.setMany([untyped({ key: 'a', value: 1, val: 1 })]),
  ],
  [
    'invalid_option',
    'warm: unknown option "read"; accepted: signal, reads',
    (cache) => cache.warm([], untyped({ read: 1 })),
  ],
  [
    'invalid_option',
    'invalidate: unknown option "modes"; accepted: mode',
    (cache) => cache.invalidate('all', untyped({ modes: 1 })),
  ],
  [
    'invalid_option',
    'getOrSet: null given; accepted: an object of options',
    (cache) => cache.getOrSet('a', load, untyped(null)),
  ],
  [
    'invalid_option',
    'set: "5m" given; accepted: an object of options',
    (cache) => cache.set('a', 1, untyped('5m')),
  ],

  [
    'invalid_option',
    'tags: "feed" given; accepted: an array of strings',
    (cache) => cache.set('a', 1, { tags: untyped('feed') }),
  ],
  [
    'invalid_option',
    'tags: "feed" given; accepted: an array of strings',
    (cache) => cache.getOrSet('a', load, { tags: untyped('feed') }),
  ],
  [
    'invalid_option',
    'tags: "" given; accepted: strings of 1 to 1024 bytes',
    (cache) => cache.set('a', 1, { tags: ['t', ''] }),
  ],
  [
    'invalid_option',
    'tags: 7 given; accepted: strings of 1 to 1024 bytes',
    (cache) => cache.set('a', 1, { tags: untyped([7]) }),
  ],
  [
    'invalid_option',
    `tags: "${'x'.repeat(80)}…" given; accepted: strings of 1 to 1024 bytes`,
    (cache) => cache.set('a', 1, { tags: ['x'.repeat(1_025)] }),
  ],
  [
    'invalid_option',
    'tags: "\\ud800" given; accepted: strings of 1 to 1024 bytes',
    (cache) => cache.set('a', 1, { tags: ['\ud800'] }),
  ],
  [
    'invalid_option',
    'tags: "feed" given; accepted: an array of strings',
    (cache) => cache.invalidate({ tags: untyped('feed') }),
  ],

  [
    'invalid_argument',
    'value: undefined given; accepted: anything else (null is a value, undefined means absent)',
    (cache) => cache.set('a', untyped(undefined)),
  ],
  [
    'invalid_argument',
    'value: undefined given; accepted: anything else (null is a value, undefined means absent)',
    (cache) => cache.setMany([untyped({ key: 'a' })]),
  ],

  ...[
    [undefined, 'undefined'],
    ['feed:*', '"feed:*"'],
    [{}, 'an object'],
    [{ pattern: '' }, 'an object'],
    [{ pattern: 7 }, 'an object'],
    [{ tags: ['feed'], pattern: 'feed:*' }, 'an object'],
    [null, 'null'],
  ].map(([target, shown]): readonly [CacheErrorCode, string, Call] => [
    'invalid_argument',
    `invalidate: ${shown} given; accepted: { tags: [...] }, { pattern: 'feed:*' }, 'all'`,
    (cache) => cache.invalidate(untyped(target)),
  ]),
  [
    'invalid_option',
    "mode: \"remove\" given; accepted: 'delete', 'expire'",
    (cache) => cache.invalidate('all', { mode: untyped('remove') }),
  ],
]

describe.each([
  ['in memory', () => undefined],
  ['over an L2', () => memoryL2()],
])('%s', (_, behind) => {
  test.each(REFUSED)('refused is with %s: %s', async (code, message, call) => {
    const { l2, calls } = l2Between(undefined, behind())
    const { cache } = cacheOnClock(behind() === undefined ? {} : { l2 })
    cache.keyspace('kept:{id:int}', {})
    await cache.set('kept', 1)
    const before = [...calls.values()].flat().length

    expect(await refusalOf(() => call(cache))).toEqual({ code, message })

    await cache.idle()
    expect([...calls.values()].flat()).toHaveLength(before)
    expect(outcomesOf(cache)).toEqual({})
    expect(cache.metrics.totals().writes).toBe(1)
    expect(await cache.getMany(['kept', 'a', 'b'])).toEqual([1, undefined, undefined])
  })
})

test('a refusal comes as a rejection, never as an exception of the call', () => {
  const { cache } = cacheOnClock()
  const promises = [
    cache.get(''),
    cache.getMany(['']),
    cache.getOrSet('', load),
    cache.set('', 1),
    cache.delete(''),
    cache.expire(''),
    cache.has(''),
    cache.peek(''),
    cache.invalidate(untyped(undefined)),
    cache.ready({ timeout: -1 }),
  ]
  return Promise.all(promises.map((promise) => expect(promise).rejects.toMatchObject({ name: 'CacheError' })))
})
