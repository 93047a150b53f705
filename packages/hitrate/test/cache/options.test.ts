import { describe, expect, test } from 'vitest'
import { createCache } from '../../src/cache/cache.ts'
import { DEFAULT_BREAKER } from '../../src/stores/store.ts'
import { refusalOf, untyped } from './refusal.ts'

const DURATIONS = "a number of milliseconds (0 or more, finite) or text like '250ms', '30s', '5m', '1h', '1d'"

/** Options that are refused, and the whole message. */
const REFUSED: readonly (readonly [object, string])[] = [
  [{ name: '' }, 'name: "" given; accepted: 1 to 64 letters, digits, and _ . -'],
  [{ name: 'a b' }, 'name: "a b" given; accepted: 1 to 64 letters, digits, and _ . -'],
  [{ name: 7 }, 'name: 7 given; accepted: 1 to 64 letters, digits, and _ . -'],
  [{ ttl: '5 minutes' }, `ttl: "5 minutes" given; accepted: ${DURATIONS}, more than 0, at most 3660d`],
  [{ ttl: 0 }, `ttl: 0 given; accepted: ${DURATIONS}, more than 0, at most 3660d`],
  [{ ttl: -1 }, `ttl: -1 given; accepted: ${DURATIONS}, more than 0, at most 3660d`],
  [{ ttl: Number.NaN }, `ttl: NaN given; accepted: ${DURATIONS}, more than 0, at most 3660d`],
  [{ ttl: '4000d' }, `ttl: "4000d" given; accepted: ${DURATIONS}, more than 0, at most 3660d`],
  [{ ttl: null }, `ttl: null given; accepted: ${DURATIONS}, more than 0, at most 3660d`],
  [{ staleFor: -1 }, `staleFor: -1 given; accepted: ${DURATIONS}, at most 3660d`],
  [{ softTimeout: 'soon' }, `softTimeout: "soon" given; accepted: ${DURATIONS}`],
  [{ hardTimeout: {} }, `hardTimeout: an object given; accepted: ${DURATIONS}`],
  [{ loadDeadline: 0 }, `loadDeadline: 0 given; accepted: ${DURATIONS}, more than 0, at most 3660d`],
  [{ retryAfter: [] }, `retryAfter: an array of 0 given; accepted: ${DURATIONS}, at most 3660d`],
  [{ closeGrace: 'x' }, `closeGrace: "x" given; accepted: ${DURATIONS}, at most 3660d`],
  [{ jitter: 1 }, 'jitter: 1 given; accepted: a share from 0 to below 1'],
  [{ jitter: '5%' }, 'jitter: "5%" given; accepted: a share from 0 to below 1'],
  [
    { earlyRefresh: true },
    "earlyRefresh: true given; accepted: 'xfetch', a share of the ttl between 0 and 1, or false",
  ],
  [
    { earlyRefresh: 1 },
    "earlyRefresh: 1 given; accepted: 'xfetch', a share of the ttl between 0 and 1, or false",
  ],
  [
    { earlyRefresh: '0.5' },
    'earlyRefresh: "0.5" given; accepted: \'xfetch\', a share of the ttl between 0 and 1, or false',
  ],
  [{ maxLoads: 0 }, 'maxLoads: 0 given; accepted: a whole number above 0'],
  [{ maxLoads: 1.5 }, 'maxLoads: 1.5 given; accepted: a whole number above 0'],
  [{ l1: true }, 'l1: true given; accepted: { maxBytes?, maxEntries? }, or false for none'],
  [{ l1: { maxBytes: '64MB' } }, 'l1.maxBytes: "64MB" given; accepted: a whole number above 0'],
  [{ l1: { maxEntries: -1 } }, 'l1.maxEntries: -1 given; accepted: a whole number above 0'],
  [{ l1: { size: 1 } }, 'l1: unknown option "size"; accepted: maxBytes, maxEntries'],
  [
    { l2: 'redis://localhost' },
    'l2: "redis://localhost" given; accepted: redisStore(...) from \'hitrate/redis\', or undefined for memory only',
  ],
  [{ codec: {} }, 'codec: an object given; accepted: an object with name, accepts, encode and decode'],
  [
    { codec: { name: 'x', accepts: 'any', encode: () => '' } },
    'codec: an object given; accepted: an object with name, accepts, encode and decode',
  ],
  [{ clock: {} }, 'clock: an object given; accepted: a Clock: now, wall, random, timer and afterIo'],
  [{ clock: null }, 'clock: null given; accepted: a Clock: now, wall, random, timer and afterIo'],
  [{ logger: {} }, 'logger: an object given; accepted: an object with info, warn and error, such as pino'],
  [{ metrics: false }, 'metrics: false given; accepted: an object of metrics options'],
  [{ fleet: { name: 'a b' } }, 'fleet.name: "a b" given; accepted: 1 to 64 letters, digits, and _ . -'],
  [{ fleet: true }, 'fleet: true given; accepted: an object of options'],
  [{ fleet: { id: 'x' } }, 'fleet: unknown option "id"; accepted: name'],
  [
    { tll: '5m' },
    'createCache: unknown option "tll"; accepted: name, l1, l2, ttl, staleFor, jitter, earlyRefresh, softTimeout, hardTimeout, loadDeadline, retryAfter, maxLoads, closeGrace, coherence, onDisconnect, staleBound, metrics, fleet, clock, logger, codec',
  ],
]

describe('createCache refuses', () => {
  test.each(REFUSED.map(([options, message]) => [message, options] as const))(
    '%s',
    async (message, options) => {
      expect(await refusalOf(() => createCache(untyped(options)))).toEqual({
        code: 'invalid_option',
        message,
      })
    },
  )

  test.each([[null], [7], ['shop'], [[]]])('options that are none: %j', async (options) => {
    const { code, message } = await refusalOf(() => createCache(untyped(options)))
    expect(code).toBe('invalid_option')
    expect(message).toMatch(/^createCache: .+ given; accepted: an object of options$/)
  })

  test('wrong options of its metrics', async () => {
    const { code, message } = await refusalOf(() => createCache({ metrics: { retention: '1y' } }))
    expect(code).toBe('invalid_option')
    expect(message).toContain('retention')
  })

  test('an option before it opens anything', async () => {
    let opened = 0
    const l2 = {
      settings: { timeout: 250, maxValueBytes: 1, compressAbove: 1, breaker: DEFAULT_BREAKER },
      open: () => {
        opened++
        throw new Error('opened')
      },
    }
    expect((await refusalOf(() => createCache({ l2, metrics: untyped({ nope: 1 }) }))).code).toBe(
      'invalid_option',
    )
    expect((await refusalOf(() => createCache({ l2, ttl: 'x' }))).code).toBe('invalid_option')
    expect(opened).toBe(0)
  })
})

test('every option may be undefined, which is its default', async () => {
  const cache = createCache(
    untyped(
      Object.fromEntries(
        [
          'name',
          'l1',
          'l2',
          'ttl',
          'staleFor',
          'jitter',
          'earlyRefresh',
          'softTimeout',
          'hardTimeout',
          'loadDeadline',
        ]
          .concat(['retryAfter', 'maxLoads', 'closeGrace', 'metrics', 'fleet', 'clock', 'logger', 'codec'])
          .map((name) => [name, undefined]),
      ),
    ),
  )
  expect(cache.name).toBe('cache')
  expect(await cache.info()).toEqual({
    l1: { entries: 0, sizeBytes: 0, maxBytes: 64 * 1024 * 1024, maxEntries: null },
    l2: null,
  })
  await cache.close()
})

test('options are copied: changing them later changes nothing', async () => {
  const l1 = { maxEntries: 1 }
  const options = { l1, name: 'shop' }
  const cache = createCache(options)
  l1.maxEntries = 100
  options.name = 'other'
  await cache.set('a', 1)
  await cache.set('b', 2)
  expect(cache.name).toBe('shop')
  expect((await cache.info()).l1).toMatchObject({ entries: 1, maxEntries: 1 })
  expect(Object.isFrozen(cache)).toBe(true)
})
