/// <reference types="node" preserve="true" />
/**
 * A cache that stays correct, measures itself and keeps itself warm:
 *
 * ```ts
 * import { createCache } from 'hitrate'
 * import { redisStore } from 'hitrate/redis'
 *
 * const cache = createCache({ name: 'shop', l2: redisStore(process.env.REDIS_URL), ttl: '5m', staleFor: '1h' })
 * const products = cache.keyspace('product:{id:int}', { ttl: '15m', load: ({ id }) => db.product(id) })
 *
 * await products.get({ id: 42 })
 * await products.delete({ id: 42 })
 * cache.metrics.overall().hitRate
 * ```
 *
 * @module
 */
export { createCache } from './cache/cache.ts'
export type { CoherenceMode, OnDisconnect } from './cache/coherence.ts'
export { COHERENCE_MODES, ON_DISCONNECT } from './cache/coherence.ts'
export type { LookupMessage } from './cache/observers.ts'
export type { KeyParams } from './cache/template.ts'
export type {
  Cache,
  CacheInfo,
  CacheMode,
  CacheOptions,
  Delivery,
  GetOrSetOptions,
  InvalidateMode,
  InvalidateTarget,
  Keyspace,
  KeyspaceOptions,
  L1Options,
  LoadContext,
  Loader,
  LoadManyContext,
  LookupOptions,
  ManyLoader,
  ReadCounter,
  Readiness,
  SetEntry,
  StoreDecision,
  WarmOptions,
  WarmResult,
  WriteOptions,
} from './cache/types.ts'
export { CACHE_MODES, INVALIDATE_MODES } from './cache/types.ts'
export type { Guard } from './cache/values.ts'
export type { Clock, Timer } from './clock.ts'
export type { Codec, ValueKind } from './codec/codec.ts'
export type { CacheErrorCode } from './errors.ts'
export { CACHE_ERROR_CODES, CacheError } from './errors.ts'
export type {
  Exclusive,
  Fleet,
  FleetAbsence,
  FleetInstance,
  FleetMembers,
  FleetOptions,
  FleetView,
  InstanceState,
} from './fleet/types.ts'
export { FLEET_ABSENCES, INSTANCE_STATES } from './fleet/types.ts'
export type { Logger } from './logger.ts'
export type { L2Info, StoreFactory } from './stores/store.ts'
export type { Bytes, Duration, Milliseconds, Ratio } from './units.ts'
export { DURATION_FORMS, parseDuration } from './units.ts'
export { VERSION } from './version.ts'
