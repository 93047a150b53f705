import { type Clock, systemClock } from '../clock.ts'
import type { Codec, ValueKind } from '../codec/codec.ts'
import { MAX_TAG_BYTES, MAX_TAGS } from '../codec/envelope.ts'
import { jsonCodec } from '../codec/json.ts'
import { CacheError, describe } from '../errors.ts'
import type { Logger } from '../logger.ts'
import type { StoreFactory } from '../stores/store.ts'
import {
  type Bytes,
  DURATION_FORMS,
  type Duration,
  type Milliseconds,
  parseDuration,
  type Ratio,
} from '../units.ts'
import { COHERENCE_MODES, type CoherenceMode, ON_DISCONNECT, type OnDisconnect } from './coherence.ts'
import type { Keeping } from './keeping.ts'
import {
  CACHE_MODES,
  type CacheMode,
  type CacheOptions,
  INVALIDATE_MODES,
  type InvalidateMode,
  type LookupOptions,
} from './types.ts'

/** {@link CacheOptions}, checked, in milliseconds, with defaults. */
export interface Settings {
  readonly name: string
  readonly l1: { readonly maxBytes: Bytes; readonly maxEntries: number | undefined } | undefined
  readonly l2: StoreFactory | undefined
  readonly times: Times
  readonly jitter: Ratio
  readonly earlyRefresh: 'xfetch' | Ratio | undefined
  readonly loadDeadline: Milliseconds
  readonly retryAfter: Milliseconds
  readonly maxLoads: number
  readonly closeGrace: Milliseconds
  readonly coherence: CoherenceMode
  readonly onDisconnect: OnDisconnect
  readonly staleBound: Milliseconds
  readonly fleet: { readonly name: string } | undefined
  readonly clock: Clock
  readonly logger: Logger | undefined
  readonly codec: Codec
}

/** How long a value is kept and a caller waits, where the call doesn't say. */
export interface Times {
  readonly ttl: Milliseconds
  readonly staleFor: Milliseconds
  readonly softTimeout: Milliseconds | undefined
  readonly hardTimeout: Milliseconds | undefined
}

/** Below, the heartbeat that proves a link would be more work than the cache saves. */
const MIN_STALE_BOUND: Milliseconds = 100
const DEFAULT_L1_BYTES: Bytes = 64 * 1024 * 1024
/** Longest ttl and stale time: what Redis and the clocks bear with ease. */
const MAX_KEEP: Milliseconds = 10 * 366 * 86_400_000

const OPTION_NAMES = [
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
  'retryAfter',
  'maxLoads',
  'closeGrace',
  'coherence',
  'onDisconnect',
  'staleBound',
  'metrics',
  'fleet',
  'clock',
  'logger',
  'codec',
] as const satisfies readonly (keyof CacheOptions)[]
const L1_NAMES = ['maxBytes', 'maxEntries'] as const
const FLEET_NAMES = ['name'] as const
/** The options of each kind of call: any other name is refused. */
export const WRITE_NAMES: readonly string[] = ['ttl', 'staleFor', 'tags']
export const LOOKUP_NAMES: readonly string[] = ['softTimeout', 'hardTimeout', 'signal', 'cache']
export const GET_OR_SET_NAMES: readonly string[] = [...WRITE_NAMES, ...LOOKUP_NAMES]
export const WARM_NAMES: readonly string[] = ['signal', 'reads']
const CLOCK_METHODS = ['now', 'wall', 'random', 'timer', 'afterIo']
const LOGGER_METHODS = ['info', 'warn', 'error']
const CODEC_METHODS = ['encode', 'decode']

/** @throws CacheError `invalid_option` */
export function readOptions(options: CacheOptions<ValueKind>): Settings {
  checkNames('createCache', options, OPTION_NAMES)
  const { name = 'cache', jitter = 0.05, earlyRefresh = false, clock = systemClock } = options
  if (!isName(name)) throw invalid('name', name, NAMES)
  if (typeof jitter !== 'number' || !(jitter >= 0 && jitter < 1)) {
    throw invalid('jitter', jitter, 'a share from 0 to below 1')
  }
  const isShare = typeof earlyRefresh === 'number' && earlyRefresh > 0 && earlyRefresh < 1
  if (earlyRefresh !== false && earlyRefresh !== 'xfetch' && !isShare) {
    throw invalid('earlyRefresh', earlyRefresh, "'xfetch', a share of the ttl between 0 and 1, or false")
  }
  if (options.l2 !== undefined && typeof options.l2?.open !== 'function') {
    throw invalid('l2', options.l2, "redisStore(...) from 'hitrate/redis', or undefined for memory only")
  }
  const { codec, logger, metrics = {} } = options
  if (codec !== undefined && !has(CODEC_METHODS, codec)) {
    throw invalid('codec', codec, 'an object with name, accepts, encode and decode')
  }
  if (!has(CLOCK_METHODS, clock)) {
    throw invalid('clock', clock, 'a Clock: now, wall, random, timer and afterIo')
  }
  if (logger !== undefined && !has(LOGGER_METHODS, logger)) {
    throw invalid('logger', logger, 'an object with info, warn and error, such as pino')
  }
  if (typeof metrics !== 'object' || metrics === null) {
    throw invalid('metrics', metrics, 'an object of metrics options')
  }
  return Object.freeze({
    name,
    l1: readL1(options.l1),
    l2: options.l2,
    times: Object.freeze({
      ttl: keep('ttl', options.ttl, 300_000, 1),
      staleFor: keep('staleFor', options.staleFor, 0),
      softTimeout: wait('softTimeout', options.softTimeout),
      hardTimeout: wait('hardTimeout', options.hardTimeout),
    }),
    jitter,
    earlyRefresh: earlyRefresh === false ? undefined : earlyRefresh,
    loadDeadline: keep('loadDeadline', options.loadDeadline, 30_000, 1),
    retryAfter: keep('retryAfter', options.retryAfter, 5_000),
    maxLoads: count('maxLoads', options.maxLoads) ?? Number.POSITIVE_INFINITY,
    closeGrace: keep('closeGrace', options.closeGrace, 5_000),
    coherence: oneOf('coherence', options.coherence, COHERENCE_MODES) ?? 'tracking',
    onDisconnect: oneOf('onDisconnect', options.onDisconnect, ON_DISCONNECT) ?? 'serve',
    staleBound: keep('staleBound', options.staleBound, 2_000, MIN_STALE_BOUND),
    fleet: readFleet(options.fleet),
    clock,
    logger,
    codec: codec ?? jsonCodec,
  })
}

const NAMES = '1 to 64 letters, digits, and _ . -'

function isName(given: unknown): boolean {
  return typeof given === 'string' && /^[\w.-]{1,64}$/.test(given)
}

function has(methods: readonly string[], given: unknown): boolean {
  if (typeof given !== 'object' || given === null) return false
  return methods.every((name) => typeof Reflect.get(given, name) === 'function')
}

function readL1(l1: CacheOptions['l1']): Settings['l1'] {
  if (l1 === false) return undefined
  if (l1 !== undefined && (typeof l1 !== 'object' || l1 === null)) {
    throw invalid('l1', l1, '{ maxBytes?, maxEntries? }, or false for none')
  }
  checkNames('l1', l1 ?? {}, L1_NAMES)
  return Object.freeze({
    maxBytes: count('l1.maxBytes', l1?.maxBytes) ?? DEFAULT_L1_BYTES,
    maxEntries: count('l1.maxEntries', l1?.maxEntries),
  })
}

function readFleet(fleet: CacheOptions['fleet']): Settings['fleet'] {
  if (fleet === false) return undefined
  checkNames('fleet', fleet ?? {}, FLEET_NAMES)
  const name = fleet?.name ?? ''
  if (name === '' || isName(name)) return Object.freeze({ name })
  throw invalid('fleet.name', name, NAMES)
}

/** @throws CacheError `invalid_option` when a name is not one of those accepted: a typing error would do nothing. */
export function checkNames(where: string, given: object, accepted: readonly string[]): void {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw invalid(where, given, 'an object of options')
  }
  for (const name in given) {
    if (!accepted.includes(name)) {
      throw new CacheError(
        'invalid_option',
        `${where}: unknown option ${describe(name)}; accepted: ${accepted.join(', ')}`,
      )
    }
  }
}

/** How long to keep. `undefined` gives the fallback. */
export function keep(
  name: string,
  given: Duration | undefined,
  fallback: Milliseconds,
  least: Milliseconds = 0,
): Milliseconds {
  if (given === undefined) return fallback
  const value = parseDuration(given)
  if (value !== undefined && value >= least && value <= MAX_KEEP) return value
  const lower = least > 1 ? `at least ${least} ms, ` : least > 0 ? 'more than 0, ' : ''
  throw invalid(name, given, `${DURATION_FORMS}, ${lower}at most 3660d`)
}

/** How long to wait. */
export function wait(name: string, given: Duration | undefined): Milliseconds | undefined {
  if (given === undefined) return undefined
  const value = parseDuration(given)
  if (value !== undefined && value <= MAX_KEEP) return value
  throw invalid(name, given, DURATION_FORMS)
}

function count(name: string, given: number | undefined): number | undefined {
  if (given === undefined) return undefined
  if (Number.isSafeInteger(given) && given > 0) return given
  throw invalid(name, given, 'a whole number above 0')
}

function oneOf<const T extends string>(
  name: string,
  given: T | undefined,
  accepted: readonly T[],
): T | undefined {
  if (given === undefined || accepted.includes(given)) return given
  throw invalid(name, given, accepted.map((one) => `'${one}'`).join(', '))
}

export function checkMode(given: CacheMode | undefined): CacheMode {
  return oneOf('cache', given, CACHE_MODES) ?? 'use'
}

export function checkInvalidateMode(given: InvalidateMode | undefined): InvalidateMode {
  return oneOf('mode', given, INVALIDATE_MODES) ?? 'delete'
}

/** A tag is text, not empty, that fits the stored format. Answers the distinct ones. */
export function checkTags(given: readonly string[]): readonly string[] {
  if (!Array.isArray(given)) throw invalid('tags', given, 'an array of strings')
  for (const tag of given) {
    if (
      typeof tag !== 'string' ||
      tag === '' ||
      !tag.isWellFormed() ||
      Buffer.byteLength(tag) > MAX_TAG_BYTES
    ) {
      throw invalid('tags', tag, `strings of 1 to ${MAX_TAG_BYTES} bytes`)
    }
  }
  if (given.length > MAX_TAGS) throw invalid('tags', given, `at most ${MAX_TAGS}`)
  return given.length > 1 ? [...new Set(given)] : given
}

function invalid(name: string, given: unknown, accepted: string): CacheError {
  return new CacheError('invalid_option', `${name}: ${describe(given)} given; accepted: ${accepted}`)
}

/** How a value is to be kept: the call's own options over those of its cache or keyspace. */
export function readWrite(
  given: { readonly ttl?: Duration; readonly staleFor?: Duration; readonly tags?: readonly string[] },
  times: Times,
  fixedTags: readonly string[] = [],
): Keeping {
  const tags = given.tags === undefined ? fixedTags : checkTags([...fixedTags, ...checkTags(given.tags)])
  return {
    ttl: keep('ttl', given.ttl, times.ttl, 1),
    staleFor: keep('staleFor', given.staleFor, times.staleFor),
    tags,
  }
}

/** How one caller waits, and what it asks of the cache. */
export interface ReadLookup {
  readonly softTimeout: Milliseconds | undefined
  readonly hardTimeout: Milliseconds | undefined
  readonly signal: AbortSignal | undefined
  readonly mode: CacheMode
}

export function checkSignal(signal: AbortSignal | undefined): void {
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw invalid('signal', signal, 'an AbortSignal')
}

export function readLookup(given: LookupOptions, times: Times): ReadLookup {
  const { signal } = given
  checkSignal(signal)
  return {
    softTimeout: wait('softTimeout', given.softTimeout) ?? times.softTimeout,
    hardTimeout: wait('hardTimeout', given.hardTimeout) ?? times.hardTimeout,
    signal,
    mode: checkMode(given.cache),
  }
}
