import { BOARD_CHECKS, LINK_CHECKS, STORE_CHECKS, type TrackedStoresUnderTest } from 'hitrate/testing'
import { describe, expect, test } from 'vitest'
import { createMemoryStore, memoryServer } from '../../src/stores/memory/memory-store.ts'
import type { Change, Store, TrackingMode } from '../../src/stores/store.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'
import { storeContext } from './store-context.ts'

function subject(tracking: TrackingMode = 'all'): TrackedStoresUnderTest {
  const clock = manualClock()
  const server = memoryServer()
  const told = new Map<Store, readonly Change[]>()
  const open = (): Store => {
    const changes: Change[] = []
    const onChange = (change: Change) => void changes.push(change)
    const store = createMemoryStore(storeContext(clock, { tracking, onChange }), server)
    told.set(store, changes)
    return store
  }
  return {
    store: open(),
    other: open(),
    now: clock.now,
    // Each call takes the server a microsecond of its own time.
    pass: (by) => clock.advance(by + 1),
    evict: async (key) => server.evict(key),
    evictMarker: async (name) => server.evictMarker(name),
    flush: async () => server.flush(),
    changesOf: (store) => told.get(store) ?? [],
    settled: async () => undefined,
  }
}

describe('the memory store', () => {
  for (const { name, run } of [...STORE_CHECKS, ...LINK_CHECKS, ...BOARD_CHECKS])
    test(name, () => run(subject()))

  test('tells of an entry that has had its time when somebody looks at it, and not before', async () => {
    const { store, other, changesOf, now, pass } = subject()
    const request = { key: 'k', version: 'a version 12', body: Buffer.of(1), life: 10 }
    await other.write([request], { notAfter: now() + 1, onlyAbsent: false })
    await store.read(['k'])
    await pass(10)
    expect(changesOf(store)).toEqual([])
    await other.read(['k'])
    expect(changesOf(store)).toEqual([{ kind: 'entry', key: 'k' }])
  })

  describe('that tells of what it is asked for', () => {
    for (const { name, run } of LINK_CHECKS) test(name, () => run(subject('asked')))

    test('tells of nothing else', async () => {
      const { store, other, changesOf, now } = subject('asked')
      const request = { key: 'k', version: 'a version 12', body: Buffer.of(1), life: 10 }
      const terms = { notAfter: now() + 1, onlyAbsent: false }
      await store.read(['k'])
      await other.write([request], terms)
      await store.write([request], { ...terms, told: false })
      await other.delete(['k'])
      expect(changesOf(store)).toEqual([])
    })
  })

  test('tells nothing where no tracking was asked for, and says so', async () => {
    const clock = manualClock()
    const server = memoryServer()
    const changes: Change[] = []
    const store = createMemoryStore(
      storeContext(clock, { tracking: 'none', onChange: (change) => void changes.push(change) }),
      server,
    )
    await store.read(['k'])
    server.flush()
    expect([store.linkOf('k').tracked, changes]).toEqual([false, []])
  })
})
