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
import { keySpace } from './keys.ts'
import { createRedisStore, prepareSpace } from './redis-store.ts'
import { type RedisStoreOptions, readSettings } from './settings.ts'
import { clientMaker, type RedisSource } from './source.ts'
import { standaloneConnection } from './standalone.ts'
import { createTracking, trackedClients } from './tracking.ts'

export type { L2Info, StoreFactory } from '../store.ts'
export type { StandaloneClient } from './client.ts'
export type { BreakerOptions, RedisStoreOptions } from './settings.ts'
export type { RedisClient, RedisSource } from './source.ts'

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
  const make = clientMaker(source)
  return Object.freeze({
    settings,
    open(context: StoreContext) {
      const space = keySpace(options.keyPrefix ?? context.name)
      const tracking = context.tracking
        ? createTracking(context.clock, (key) => {
            const change = space.changeOf(key)
            if (change !== undefined) context.onChange(change)
          })
        : undefined
      const connection = standaloneConnection({
        makeClient: trackedClients(make, tracking, context),
        tracking,
        staleBound: context.staleBound,
        clock: context.clock,
        logger: context.logger,
        async prepare(link, serverChanged) {
          await prepareSpace(space, link.send)
          await context.onLink({ store: createRedisStore(link, context, space), serverChanged })
        },
        onAvailability: context.onAvailability,
      })
      return createRedisStore(connection, context, space)
    },
  } satisfies StoreFactory)
}
