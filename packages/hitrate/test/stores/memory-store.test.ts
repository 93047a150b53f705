import { STORE_CHECKS, type StoreUnderTest } from 'hitrate/testing'
import { describe, test } from 'vitest'
import { createMemoryStore, memoryServer } from '../../src/stores/memory/memory-store.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'
import { storeContext } from './store-context.ts'

function subject(): StoreUnderTest {
  const clock = manualClock()
  const server = memoryServer()
  return {
    store: createMemoryStore(storeContext(clock), server),
    other: createMemoryStore(storeContext(clock), server),
    now: clock.now,
    // The server hands out a microsecond with each call, so its clock runs ahead of ours by that.
    pass: (by) => clock.advance(by + 1),
    evict: async (key) => server.evict(key),
    evictMarker: async (name) => server.evictMarker(name),
    flush: async () => server.flush(),
  }
}

describe('the memory store', () => {
  for (const { name, run } of STORE_CHECKS) test(name, () => run(subject()))
})
