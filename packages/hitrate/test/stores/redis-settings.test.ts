import { CacheError } from 'hitrate'
import { redisStore } from 'hitrate/redis'
import { describe, expect, it } from 'vitest'

const URL = 'redis://localhost'

describe('the options of L2', () => {
  it('have defaults', () => {
    expect(redisStore(URL).settings).toEqual({
      timeout: 250,
      maxValueBytes: 8 * 1024 * 1024,
      compressAbove: 4 * 1024,
      breaker: { failures: 5, pause: 1_000, maxPause: 30_000 },
    })
  })

  it('take durations as text', () => {
    const { settings } = redisStore(URL, {
      timeout: '1s',
      compressAbove: Infinity,
      breaker: { failures: 1, pause: '250ms', maxPause: '1m' },
    })
    expect(settings).toMatchObject({
      timeout: 1_000,
      compressAbove: Infinity,
      breaker: { failures: 1, pause: 250, maxPause: 60_000 },
    })
  })

  it('keep the defaults of the breaker that are not given', () => {
    expect(redisStore(URL, { breaker: { failures: 2 } }).settings.breaker).toEqual({
      failures: 2,
      pause: 1_000,
      maxPause: 30_000,
    })
  })

  it('let a first pause beyond the default of the longest one be the longest one', () => {
    expect(redisStore(URL, { breaker: { pause: '1m' } }).settings.breaker.maxPause).toBe(60_000)
  })

  it.each([
    [{ timeout: 0 }, 'l2.timeout: 0 given; accepted: more than 0'],
    [{ timeout: 'soon' }, 'l2.timeout: "soon" given; accepted: more than 0'],
    [{ keyPrefix: 'a b' }, 'l2.keyPrefix: "a b" given; accepted: 1 to 200 letters'],
    [{ maxValueBytes: 1.5 }, 'l2.maxValueBytes: 1.5 given; accepted: a whole number of bytes'],
    [{ maxValueBytes: Infinity }, 'l2.maxValueBytes: Infinity given; accepted: a whole number of bytes'],
    [{ breaker: { failures: 0 } }, 'l2.breaker.failures: 0 given; accepted: a whole number, 1 or more'],
    [{ breaker: { failures: 1.5 } }, 'l2.breaker.failures: 1.5 given; accepted: a whole number, 1 or more'],
    [{ breaker: { pause: 0 } }, 'l2.breaker.pause: 0 given; accepted: more than 0'],
    [{ breaker: { maxPause: 'long' } }, 'l2.breaker.maxPause: "long" given; accepted: more than 0'],
    [
      { breaker: { pause: '2s', maxPause: '1s' } },
      'l2.breaker.maxPause: "1s" given; accepted: at least l2.breaker.pause (2000 ms)',
    ],
  ])('refuse %j in one line that says what is accepted', (options, message) => {
    expect(() => redisStore(URL, options)).toThrow(CacheError)
    expect(() => redisStore(URL, options)).toThrow(message)
  })

  it('refuse names they do not know, also within the breaker', () => {
    const unknown: object = { timeOut: 1 }
    expect(() => redisStore(URL, unknown)).toThrow(
      'l2: unknown option "timeOut"; accepted: timeout, keyPrefix, maxValueBytes, compressAbove, breaker, username, password, database, tls, sentinelUsername, sentinelPassword',
    )
    const breaker: object = { delay: 1 }
    expect(() => redisStore(URL, { breaker })).toThrow(
      'l2.breaker: unknown option "delay"; accepted: failures, pause, maxPause',
    )
  })

  it.each([[[1]], ['fast'], [null]])('refuse a breaker that is %j', (breaker) => {
    const options: object = { breaker }
    expect(() => redisStore(URL, options)).toThrow('accepted: an object { failures, pause, maxPause }')
  })

  it.each([
    [{ username: '' }, 'l2.username: empty text given; accepted: text that is not empty, or undefined'],
    [{ password: '' }, 'l2.password: empty text given; accepted: text that is not empty, or undefined'],
    [{ password: 4_711 }, 'l2.password: a value of type number given; accepted: text that is not empty'],
    [{ password: { toString: () => '4711' } }, 'l2.password: a value of type object given'],
    [{ sentinelUsername: '' }, 'l2.sentinelUsername: empty text given'],
    [{ sentinelPassword: '' }, 'l2.sentinelPassword: empty text given'],
    [{ sentinelPassword: 4_711 }, 'l2.sentinelPassword: a value of type number given'],
    [{ database: -1 }, 'l2.database: -1 given; accepted: a whole number, 0 or more'],
    [{ database: 1.5 }, 'l2.database: 1.5 given'],
    [{ database: '2' }, 'l2.database: text given'],
    [
      { tls: false },
      'l2.tls: false given; accepted: true, or options of tls.connect such as { ca, cert, key }',
    ],
    [{ tls: 'yes' }, 'l2.tls: text given'],
    [{ tls: [] }, 'l2.tls: an array of 0 given'],
    [{ tls: { host: 'cache' } }, 'l2.tls.host: one given; accepted: true, or options of tls.connect'],
    [{ tls: { ca: 'a', socket: {} } }, 'l2.tls.socket: one given; accepted: '],
  ])('refuse %j, with or without a source', (options: object, message) => {
    for (const source of [URL, undefined]) {
      expect(() => redisStore(source, options)).toThrow(CacheError)
      expect(() => redisStore(source, options)).toThrow(message)
      expect(() => redisStore(source, options)).not.toThrow('4711')
    }
  })
})
