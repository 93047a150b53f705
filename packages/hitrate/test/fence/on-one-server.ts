import { type Cache, type CacheOptions, createCache } from 'hitrate'
import { type ManualClock, manualClock } from 'hitrate/testing'
import { createMemoryStore, type MemoryServer, memoryServer } from '../../src/stores/memory/memory-store.ts'
import { DEFAULT_BREAKER, type StoreFactory } from '../../src/stores/store.ts'
import { settled } from './world.ts'
import { type Around, wrapStore } from './wrap-store.ts'

/** Caches on one server whose memory a test can reach into. */
export interface OnOneServer {
  readonly clock: ManualClock
  readonly server: MemoryServer
  /** A cache without L1 unless `options` say so. */
  open(options?: CacheOptions, around?: Around): Cache
  /** A load that has begun and waits to be told its value. */
  loading(
    cache: Cache,
    key?: string,
    tags?: readonly string[],
  ): { readonly value: Promise<unknown>; answer(value: unknown): void }
  /** Until they have nothing left to do. */
  quiet(...caches: readonly Cache[]): Promise<void>
}

export function onOneServer(): OnOneServer {
  const clock = manualClock()
  const server = memoryServer()
  const l2: StoreFactory = {
    settings: { timeout: 250, maxValueBytes: 1_000_000, compressAbove: 4_096, breaker: DEFAULT_BREAKER },
    open(context) {
      context.onAvailability(true)
      return createMemoryStore(context, server)
    },
  }
  return {
    clock,
    server,
    open(options, around) {
      const line = around === undefined ? l2 : wrapStore(l2, around)
      return createCache({ clock, jitter: 0, l1: false, l2: line, ...options })
    },
    loading(cache, key = 'k', tags = []) {
      const { promise, resolve } = Promise.withResolvers<unknown>()
      return { value: cache.getOrSet(key, () => promise, { tags }), answer: resolve }
    },
    async quiet(...caches) {
      for (const cache of caches) await settled(clock, cache.idle())
    },
  }
}
