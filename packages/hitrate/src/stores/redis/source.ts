import { type BasicPooledClientSideCache, createClient, type RedisClientOptions } from 'redis'
import type { Clock } from '../../clock.ts'
import { CacheError, describe } from '../../errors.ts'
import { clientOptions, type StandaloneClient } from './client.ts'

/** A ready node-redis client: it is duplicated, never used itself and never closed. */
export interface RedisClient {
  duplicate(overrides?: Partial<RedisClientOptions>): StandaloneClient
  readonly options?: { readonly socket?: object } | undefined
}

/** Where L2 is: a URL, a client of yours, or a function that makes one for us alone. */
export type RedisSource = string | RedisClient | (() => RedisClient)

/** Makes a client of our own, not yet connected; each call another one. */
export type ClientMaker = (clock: Clock, seam: BasicPooledClientSideCache | undefined) => StandaloneClient

const ACCEPTED_SOURCES =
  "a URL 'redis://[user:password@]host[:port][/database]' or 'rediss://...', a node-redis client, a function that makes one, or undefined for no L2"

/** @throws CacheError `invalid_option`, `unsupported` (Sentinel and Cluster URLs: not yet) */
export function clientMaker(source: RedisSource): ClientMaker {
  if (typeof source === 'string') {
    const url = checkUrl(source)
    return (clock, seam) => createClient({ ...clientOptions(clock, seam), url })
  }
  if (typeof source === 'function') {
    let made: RedisClient | undefined
    return (clock, seam) => {
      made ??= source()
      return duplicate(made, clock, seam)
    }
  }
  if (typeof source === 'object' && source !== null && typeof source.duplicate === 'function') {
    return (clock, seam) => duplicate(source, clock, seam)
  }
  throw new CacheError('invalid_option', `l2: ${describe(source)} given; accepted: ${ACCEPTED_SOURCES}`)
}

/** Our own connection with the user's address and credentials; without the user's own tracking. */
function duplicate(
  client: RedisClient,
  clock: Clock,
  seam: BasicPooledClientSideCache | undefined,
): StandaloneClient {
  const { socket, ...options } = clientOptions(clock, seam)
  const overrides: object = {
    clientSideCache: undefined,
    ...options,
    socket: { ...client.options?.socket, ...socket },
  }
  return client.duplicate(overrides)
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
