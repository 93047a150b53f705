/**
 * L2 on Redis or Valkey:
 *
 * ```ts
 * import { createCache } from 'hitrate'
 * import { redisStore } from 'hitrate/redis'
 *
 * const cache = createCache({ name: 'shop', l2: redisStore(process.env.REDIS_URL) })
 * ```
 *
 * @module
 */
import { createClient, type RedisClientOptions } from 'redis'
import { CacheError, describe } from '../../errors.ts'
import { type Bytes, DURATION_FORMS, type Duration, parseDuration } from '../../units.ts'
import { DEFAULT_BREAKER, type L2Settings, type StoreFactory } from '../store.ts'
import { createRedisStore, prepareSpace } from './redis-store.ts'
import {
  CONNECTION_OPTIONS,
  SOCKET_OPTIONS,
  type StandaloneClient,
  standaloneConnection,
} from './standalone.ts'

export type { L2Info, StoreFactory } from '../store.ts'
export type { StandaloneClient } from './standalone.ts'

/** A ready node-redis client: it is duplicated, never used itself and never closed. */
export interface RedisClient {
  duplicate(overrides?: Partial<RedisClientOptions>): StandaloneClient
  readonly options?: { readonly socket?: object } | undefined
}

/** Where L2 is: a URL, a client of yours, or a function that makes one for us alone. */
export type RedisSource = string | RedisClient | (() => RedisClient)

export interface RedisStoreOptions {
  /** Bound of each call. Default `250ms`. */
  readonly timeout?: Duration
  /** First part of every key in Redis: caches with the same prefix share entries. Default the cache's name. */
  readonly keyPrefix?: string
  /** Larger values are returned, not stored. Default 8 MiB. */
  readonly maxValueBytes?: Bytes
  /** Values from this size are compressed with zstd, kept so only when smaller. Default 4 KiB. */
  readonly compressAbove?: Bytes
}

const OPTION_NAMES: readonly (keyof RedisStoreOptions)[] = [
  'timeout',
  'keyPrefix',
  'maxValueBytes',
  'compressAbove',
]
const ACCEPTED_SOURCES =
  "a URL 'redis://[user:password@]host[:port][/database]' or 'rediss://...', a node-redis client, a function that makes one, or undefined for no L2"

/**
 * The shared tier on Redis. `undefined` gives `undefined`, and a cache with `l2: undefined` lives in memory only: so an
 * unset environment variable is the embedded default. Nothing is opened before a cache takes it; the connection then
 * attaches whenever the server appears.
 * @throws CacheError `invalid_option`, `unsupported` (Sentinel and Cluster URLs: not yet)
 */
export function redisStore(source: undefined, options?: RedisStoreOptions): undefined
export function redisStore(source: RedisSource, options?: RedisStoreOptions): StoreFactory
export function redisStore(
  source: RedisSource | undefined,
  options?: RedisStoreOptions,
): StoreFactory | undefined
export function redisStore(
  source: RedisSource | undefined,
  options: RedisStoreOptions = {},
): StoreFactory | undefined {
  const settings = readSettings(options)
  if (source === undefined) return undefined
  const connect = clientMaker(source)
  return Object.freeze({
    settings,
    open(context) {
      const keyPrefix = options.keyPrefix ?? context.name
      const connection = standaloneConnection({
        client: connect(),
        clock: context.clock,
        logger: context.logger,
        prepare: (send) => prepareSpace(keyPrefix, send),
        onAvailability: context.onAvailability,
      })
      return createRedisStore(connection, context, keyPrefix)
    },
  } satisfies StoreFactory)
}

function clientMaker(source: RedisSource): () => StandaloneClient {
  if (typeof source === 'string') {
    const url = checkUrl(source)
    return () => createClient({ ...CONNECTION_OPTIONS, url, socket: SOCKET_OPTIONS })
  }
  if (typeof source === 'function') return () => duplicate(source())
  if (typeof source === 'object' && source !== null && typeof source.duplicate === 'function') {
    return () => duplicate(source)
  }
  throw new CacheError('invalid_option', `l2: ${describe(source)} given; accepted: ${ACCEPTED_SOURCES}`)
}

/** Our own connection with the user's address and credentials. */
function duplicate(client: RedisClient): StandaloneClient {
  return client.duplicate({ ...CONNECTION_OPTIONS, socket: { ...client.options?.socket, ...SOCKET_OPTIONS } })
}

/** Never repeats the URL: it may hold a password. */
function checkUrl(url: string): string {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1]?.toLowerCase()
  if (scheme === 'redis-sentinel' || scheme === 'redis-cluster') {
    throw new CacheError(
      'unsupported',
      `l2: ${scheme}:// is not supported yet; accepted: ${ACCEPTED_SOURCES}`,
    )
  }
  if ((scheme === 'redis' || scheme === 'rediss') && !URL.canParse(url)) {
    const given = `a ${scheme}:// URL whose host, port or credentials can't be read`
    throw new CacheError('invalid_option', `l2: ${given} given; accepted: ${ACCEPTED_SOURCES}`)
  }
  if (scheme !== 'redis' && scheme !== 'rediss') {
    const given = scheme === undefined ? 'text that is not a URL' : `a URL of scheme ${describe(scheme)}`
    throw new CacheError('invalid_option', `l2: ${given} given; accepted: ${ACCEPTED_SOURCES}`)
  }
  const { pathname } = new URL(url)
  if (!/^\/?\d*$/.test(pathname)) {
    const given = `a URL with the database ${describe(pathname.slice(1))}`
    throw new CacheError(
      'invalid_option',
      `l2: ${given} given; accepted: a number, as in redis://host:6379/0`,
    )
  }
  if (!isDecodable(url)) {
    const given = 'a URL with a % that begins no escape'
    throw new CacheError('invalid_option', `l2: ${given} given; accepted: %25 for a % in a user or password`)
  }
  return url
}

/** A `%` in a password that is not escaped parses as a URL, and fails only when the client reads it. */
function isDecodable(url: string): boolean {
  try {
    decodeURIComponent(url)
    return true
  } catch {
    return false
  }
}

function readSettings(options: RedisStoreOptions): L2Settings {
  for (const name of Object.keys(options)) {
    if (!OPTION_NAMES.some((known) => known === name)) {
      throw new CacheError(
        'invalid_option',
        `l2: unknown option ${describe(name)}; accepted: ${OPTION_NAMES.join(', ')}`,
      )
    }
  }
  const timeout = parseDuration(options.timeout ?? 250)
  if (timeout === undefined || timeout <= 0) {
    throw new CacheError(
      'invalid_option',
      `l2.timeout: ${describe(options.timeout)} given; accepted: more than 0, ${DURATION_FORMS}`,
    )
  }
  if (options.keyPrefix !== undefined && !/^[\w.:{}-]{1,200}$/.test(options.keyPrefix)) {
    throw new CacheError(
      'invalid_option',
      `l2.keyPrefix: ${describe(options.keyPrefix)} given; accepted: 1 to 200 letters, digits, and _ . : { } -`,
    )
  }
  return Object.freeze({
    timeout,
    maxValueBytes: size('maxValueBytes', options.maxValueBytes, 8 * 1024 * 1024),
    compressAbove: size('compressAbove', options.compressAbove, 4 * 1024, true),
    breaker: DEFAULT_BREAKER,
  })
}

function size(name: string, given: unknown, fallback: Bytes, orInfinite = false): Bytes {
  if (given === undefined) return fallback
  if (
    typeof given === 'number' &&
    given >= 0 &&
    (Number.isSafeInteger(given) || (orInfinite && given === Infinity))
  )
    return given
  throw new CacheError(
    'invalid_option',
    `l2.${name}: ${describe(given)} given; accepted: a whole number of bytes${orInfinite ? ', or Infinity for never' : ''}`,
  )
}
