import {
  BOARD_CHECKS,
  type Change,
  chaosL2,
  LINK_CHECKS,
  manualClock,
  memoryL2,
  STORE_CHECKS,
  type Store,
  type TrackedStoresUnderTest,
} from 'hitrate/testing'
import { describe, test } from 'vitest'
import { storeContext } from '../stores/store-context.ts'

function subject(tracking: 'all' | 'asked' = 'all'): TrackedStoresUnderTest {
  const clock = manualClock()
  const behind = memoryL2()
  const told = new Map<Store, readonly Change[]>()
  const open = (): Store => {
    const changes: Change[] = []
    const store = chaosL2(behind).open(
      storeContext(clock, { tracking, onChange: (change) => void changes.push(change) }),
    )
    told.set(store, changes)
    return store
  }
  return {
    store: open(),
    other: open(),
    now: clock.now,
    pass: (by) => clock.advance(by + 1),
    evict: async (key) => behind.evict(key),
    evictMarker: async (name) => behind.evictMarker(name),
    flush: async () => behind.flush(),
    changesOf: (store) => told.get(store) ?? [],
    settled: async () => undefined,
  }
}

describe('a chaos store that nothing happens to is a store as any other', () => {
  for (const { name, run } of [...STORE_CHECKS, ...LINK_CHECKS, ...BOARD_CHECKS])
    test(name, () => run(subject()))

  describe('also one that tells of what it is asked for', () => {
    for (const { name, run } of LINK_CHECKS) test(name, () => run(subject('asked')))
  })
})
