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
import type { StoreContext, StoreFactory } from '../store.ts'
import { openCluster } from './cluster.ts'
import { clusterKeySpace, keySpace } from './keys.ts'
import { openSentinel } from './sentinel.ts'
import { type RedisStoreOptions, readSettings } from './settings.ts'
import { type RedisSource, readSource } from './source.ts'
import { openStandalone } from './standalone.ts'

export type { L2Info, StoreFactory } from '../store.ts'
export type { AddressMap } from './address-map.ts'
export type { StandaloneClient } from './client.ts'
export type { ClusterOptions, RedisClusterClient, RootNode } from './cluster-source.ts'
export type { TlsOptions } from './login.ts'
export type { NodeOptions } from './node-options.ts'
export type { SentinelOptions } from './sentinel-source.ts'
export type { BreakerOptions, RedisStoreOptions } from './settings.ts'
export type { Address, GivenSource, RedisClient, RedisSource } from './source.ts'

/**
 * The shared tier on Redis. `undefined` gives `undefined`, and a cache with `l2: undefined` lives in memory only: so an
 * unset environment variable is the embedded default. Nothing is opened before a cache takes it; the connection then
 * attaches whenever the server appears.
 * @throws CacheError `invalid_option`, `unsupported` (a Sentinel client); what it returns does so when a cache opens it, about
 * what your function gave
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
  const read = readSource(source, options)
  return Object.freeze({
    settings,
    open(context: StoreContext) {
      const prefix = options.keyPrefix ?? context.name
      const where = read()
      switch (where.kind) {
        case 'standalone':
          return openStandalone(where.make, keySpace(prefix), context)
        case 'sentinel':
          return openSentinel(where, keySpace(prefix), context)
        case 'cluster':
          return openCluster(where, clusterKeySpace(prefix), context)
      }
    },
  } satisfies StoreFactory)
}
