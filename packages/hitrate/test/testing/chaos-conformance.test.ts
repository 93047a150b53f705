import { chaosL2, manualClock, memoryL2, STORE_CHECKS, type StoreUnderTest } from 'hitrate/testing'
import { describe, test } from 'vitest'
import { storeContext } from '../stores/store-context.ts'

function subject(): StoreUnderTest {
  const clock = manualClock()
  const behind = memoryL2()
  const open = () => chaosL2(behind).open(storeContext(clock))
  return {
    store: open(),
    other: open(),
    now: clock.now,
    pass: (by) => clock.advance(by + 1),
    evict: async (key) => behind.evict(key),
    evictMarker: async (name) => behind.evictMarker(name),
    flush: async () => behind.flush(),
  }
}

describe('a chaos store that nothing happens to is a store as any other', () => {
  for (const { name, run } of STORE_CHECKS) test(name, () => run(subject()))
})
