import { createMemoryStore, memoryServer } from '../stores/memory/memory-store.ts'
import { DEFAULT_BREAKER, type L2Settings, type MarkerName, type StoreFactory } from '../stores/store.ts'

/** An L2 in memory, and what may befall its content; caches that have read it are told, as Redis tells them. */
export interface MemoryL2 extends StoreFactory {
  /** Takes everything away, as `FLUSHALL` does. */
  flush(): void
  /** Takes away what is under a key, as eviction does. */
  evict(key: string): void
  /** Takes away a tag's marker, or with `''` that of the whole cache. */
  evictMarker(name: MarkerName): void
}

/**
 * An L2 inside the process: several caches given the same one share it, as processes share a Redis. For tests on a
 * manual clock.
 */
export function memoryL2(settings: Partial<L2Settings> = {}): MemoryL2 {
  const server = memoryServer()
  return {
    settings: {
      timeout: 250,
      maxValueBytes: 8 * 1024 * 1024,
      compressAbove: 4 * 1024,
      breaker: DEFAULT_BREAKER,
      ...settings,
    },
    open(context) {
      context.onAvailability(true)
      return createMemoryStore(context, server)
    },
    flush: () => server.flush(),
    evict: (key) => server.evict(key),
    evictMarker: (name) => server.evictMarker(name),
  }
}
