import { createMemoryStore, memoryServer } from '../stores/memory/memory-store.ts'
import { DEFAULT_BREAKER, type L2Settings, type StoreFactory } from '../stores/store.ts'

/**
 * An L2 inside the process: several caches given the same one share it, as processes share a Redis. For tests on a
 * manual clock.
 */
export function memoryL2(settings: Partial<L2Settings> = {}): StoreFactory {
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
  }
}
