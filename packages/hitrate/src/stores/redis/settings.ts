import { CacheError, describe } from '../../errors.ts'
import { type Bytes, DURATION_FORMS, type Duration, type Milliseconds, parseDuration } from '../../units.ts'
import { type BreakerSettings, DEFAULT_BREAKER, type L2Settings } from '../store.ts'
import { LOGIN_NAMES, type LoginOptions, readLogin } from './login.ts'
import { refusal } from './refusal.ts'

/** When a sick Redis is left alone. */
export interface BreakerOptions {
  /** Calls that fail or time out in a row until nothing is sent any more. Default 5. */
  readonly failures?: number
  /** Until it is asked again whether it is well: the first pause, doubled each time. Default `1s`. */
  readonly pause?: Duration
  /** The longest pause. Default `30s`. */
  readonly maxPause?: Duration
}

export interface RedisStoreOptions extends LoginOptions {
  /** Bound of each call. Default `250ms`. */
  readonly timeout?: Duration
  /** First part of every key in Redis: caches with the same prefix share entries. Default the cache's name. */
  readonly keyPrefix?: string
  /** Larger values are returned, not stored. Default 8 MiB. */
  readonly maxValueBytes?: Bytes
  /** Values from this size are compressed with zstd, kept so only when smaller. Default 4 KiB. */
  readonly compressAbove?: Bytes
  readonly breaker?: BreakerOptions
}

const OPTION_NAMES: readonly (keyof RedisStoreOptions)[] = [
  'timeout',
  'keyPrefix',
  'maxValueBytes',
  'compressAbove',
  'breaker',
  ...LOGIN_NAMES,
]
const BREAKER_NAMES: readonly (keyof BreakerOptions)[] = ['failures', 'pause', 'maxPause']

/** @throws CacheError `invalid_option` */
export function readSettings(options: RedisStoreOptions): L2Settings {
  checkNames('l2', options, OPTION_NAMES)
  if (options.keyPrefix !== undefined && !/^[\w.:{}-]{1,200}$/.test(options.keyPrefix)) {
    throw refused('keyPrefix', options.keyPrefix, '1 to 200 letters, digits, and _ . : { } -')
  }
  // Also without a source: what is wrong shows before there is an address.
  readLogin(options)
  return Object.freeze({
    timeout: duration('timeout', options.timeout, 250),
    maxValueBytes: size('maxValueBytes', options.maxValueBytes, 8 * 1024 * 1024),
    compressAbove: size('compressAbove', options.compressAbove, 4 * 1024, true),
    breaker: readBreaker(options.breaker),
  })
}

function readBreaker(given: BreakerOptions | undefined): BreakerSettings {
  if (given === undefined) return DEFAULT_BREAKER
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw refused('breaker', given, 'an object { failures, pause, maxPause }')
  }
  checkNames('l2.breaker', given, BREAKER_NAMES)
  const { failures = DEFAULT_BREAKER.failures } = given
  if (!Number.isSafeInteger(failures) || failures < 1) {
    throw refused('breaker.failures', failures, 'a whole number, 1 or more')
  }
  const pause = duration('breaker.pause', given.pause, DEFAULT_BREAKER.pause)
  const maxPause = duration('breaker.maxPause', given.maxPause, Math.max(DEFAULT_BREAKER.maxPause, pause))
  if (maxPause < pause) {
    throw refused('breaker.maxPause', given.maxPause, `at least l2.breaker.pause (${pause} ms)`)
  }
  return Object.freeze({ failures, pause, maxPause })
}

function checkNames(what: string, given: object, accepted: readonly string[]): void {
  for (const name of Object.keys(given)) {
    if (accepted.includes(name)) continue
    throw new CacheError(
      'invalid_option',
      `${what}: unknown option ${describe(name)}; accepted: ${accepted.join(', ')}`,
    )
  }
}

function duration(name: string, given: Duration | undefined, fallback: Milliseconds): Milliseconds {
  const parsed = parseDuration(given ?? fallback)
  if (parsed !== undefined && parsed > 0) return parsed
  throw refused(name, given, `more than 0, ${DURATION_FORMS}`)
}

function size(name: string, given: Bytes | undefined, fallback: Bytes, orInfinite = false): Bytes {
  if (given === undefined) return fallback
  if (
    typeof given === 'number' &&
    given >= 0 &&
    (Number.isSafeInteger(given) || (orInfinite && given === Infinity))
  )
    return given
  throw refused(name, given, `a whole number of bytes${orInfinite ? ', or Infinity for never' : ''}`)
}

function refused(name: string, given: unknown, accepted: string): CacheError {
  return refusal(`l2.${name}`, describe(given), accepted)
}
