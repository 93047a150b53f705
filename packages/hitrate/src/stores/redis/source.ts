import type { BasicPooledClientSideCache, RedisClientOptions } from 'redis'
import type { Clock } from '../../clock.ts'
import { CacheError } from '../../errors.ts'
import { clientOptions, type StandaloneClient } from './client.ts'
import { type ClusterOptions, clusterSource, type RedisClusterClient } from './cluster-source.ts'
import { readLogin, refuseLogin } from './login.ts'
import { describeSecret, refusal } from './refusal.ts'
import { type SentinelOptions, sentinelSource } from './sentinel-source.ts'
import type { RedisStoreOptions } from './settings.ts'
import type { Source } from './source-kinds.ts'
import { URL_FORMS } from './url.ts'
import { urlSource } from './url-source.ts'

export type {
  Address,
  ClientMaker,
  ClusterSource,
  SentinelSource,
  Source,
} from './source-kinds.ts'

/** A ready node-redis client: it is duplicated, never used itself and never closed. */
export interface RedisClient {
  duplicate(overrides?: Partial<RedisClientOptions>): StandaloneClient
  readonly options?: { readonly socket?: object } | undefined
}

/** What may be given instead of a URL: a client of yours, or the options of `createSentinel` or `createCluster`. */
export type GivenSource = RedisClient | RedisClusterClient | SentinelOptions | ClusterOptions

/** Where L2 is: a URL, a client of yours or the options of one, or a function that makes one of these for us alone. */
export type RedisSource = string | GivenSource | (() => GivenSource)

const GIVEN = 'a node-redis client or cluster client, the options of createSentinel or createCluster'
const ACCEPTED = `a URL ${URL_FORMS.standalone}, ${URL_FORMS.sentinel} or ${URL_FORMS.cluster} ('rediss...' for TLS), ${GIVEN}, a function that makes one of these, or undefined for no L2`

/**
 * @returns calls the user's function at its first call, and gives the same answer ever after
 * @throws CacheError `invalid_option`, `unsupported` (a Sentinel client). What it returns throws the same about what the
 * user's function gave, and passes on what that throws, which is then called again the next time
 */
export function readSource(source: RedisSource, options: RedisStoreOptions): () => Source {
  const login = readLogin(options)
  if (typeof source === 'string') {
    const read = urlSource(source, login, ACCEPTED)
    return () => read
  }
  if (typeof source !== 'function') {
    const read = readGiven(source, ACCEPTED)
    refuseLogin(login)
    return () => read
  }
  refuseLogin(login)
  let made: GivenSource | undefined
  let read: Source | undefined
  return () => {
    if (read !== undefined) return read
    made ??= source()
    read = readGiven(made, `a function that returns ${GIVEN}`)
    return read
  }
}

/** Clients are told apart by what they can do: they may come from another copy of the package. */
function readGiven(given: GivenSource, accepted: string): Source {
  if (typeof given !== 'object' || given === null) throw refusal('l2', describeSecret(given), accepted)
  if (can(given, 'getMasterNode')) {
    throw new CacheError(
      'unsupported',
      `l2: a node-redis Sentinel client given, whose options can't be read, and which lets commands wait while a failover lasts and carries them out late; accepted: ${URL_FORMS.sentinel}, or the options that createSentinel takes`,
    )
  }
  if (can(given, 'nodeClient')) {
    if ('_options' in given && typeof given._options === 'object' && given._options !== null)
      return clusterSource(given._options)
    throw new CacheError(
      'unsupported',
      `l2: a cluster client given whose options can't be read; accepted: one of node-redis 6.3, ${URL_FORMS.cluster}, or the options that createCluster takes`,
    )
  }
  if ('duplicate' in given && can(given, 'duplicate')) {
    return { kind: 'standalone', make: (clock, seam) => duplicate(given, clock, seam) }
  }
  if ('sentinelRootNodes' in given) return sentinelSource(given)
  if ('rootNodes' in given) return clusterSource(given)
  throw refusal('l2', can(given, 'then') ? 'a promise' : describeSecret(given), accepted)
}

function can(given: object, method: string): boolean {
  return method in given && typeof Reflect.get(given, method) === 'function'
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
