import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createShards, type Shards } from '../../src/cache/shards.ts'
import { noRecorder } from '../../src/metrics/no-recorder.ts'
import { createGuard, type Guard } from '../../src/stores/guard.ts'
import { type L2Info, type Link, NO_LINK, type ShardMap, type Store } from '../../src/stores/store.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'
import { memoryL2 } from '../../src/testing/memory-l2.ts'
import { storeContext } from '../stores/store-context.ts'
import { byNumber } from './sharded-l2.ts'

/** A link in the test's hands. */
interface TestLink extends Link {
  lost: boolean
}

interface TestStore extends Store {
  available: boolean
  link: TestLink
}

/** Three servers, and what the cache knows of them; what a key or a tag ends in says where it lies. */
function setUp(map: Partial<ShardMap> = {}) {
  const clock = manualClock()
  const newLink = (): TestLink => ({ tracked: true, provenAt: 0, lost: false })
  const make = (): TestStore => {
    const behind = memoryL2().open(storeContext(clock))
    const store: TestStore = {
      ...behind,
      available: true,
      link: newLink(),
      linkOf: () => store.link,
      linkOfMarker: () => store.link,
    }
    return store
  }
  const stores = [make(), make(), make()] as const
  const at = (number: number): Store => stores[number % 3] ?? stores[0]
  const sharded: Store = {
    ...make(),
    shards: {
      all: stores,
      nodes: [],
      of: (key) => at(byNumber.shardOf(key)),
      ofMarker: (name) => at(byNumber.shardOfMarker(name)),
      ofNote: (name) => at(byNumber.shardOfMarker(name)),
      placement: async () => 'here',
      skew: () => 0,
      ...map,
    },
  }
  const made: Store[] = []
  const closed: Store[] = []
  const guardOf = (store: Store): Guard => {
    made.push(store)
    const guard = createGuard({ clock, recorder: noRecorder, timeout: 250 })
    return {
      ...guard,
      close() {
        closed.push(store)
        guard.close()
      },
    }
  }
  return {
    clock,
    stores,
    newLink,
    made,
    closed,
    shards: createShards(sharded, guardOf),
    alone: (store: Store): Shards => createShards(store, guardOf),
  }
}

describe('servers of L2', () => {
  test('have one guard each, however they are asked for', () => {
    const { shards, stores, made } = setUp()
    const [, second] = stores
    const shard = shards.with(second)
    expect(shards.of('k1')).toBe(shard)
    expect(shards.ofMarker('tag4')).toBe(shard)
    expect(shards.all[1]).toBe(shard)
    expect(shards.all.map(({ store }) => store)).toEqual(stores)
    expect(new Set(shards.all.map(({ guard }) => guard)).size).toBe(3)
    expect(made).toHaveLength(3)
  })

  test('are asked for anew each time: a key that has moved is where it is now', () => {
    let moved = 0
    const { shards, stores } = setUp({ of: () => stores[moved] ?? stores[0] })
    expect(shards.of('k').store).toBe(stores[0])
    moved = 2
    expect(shards.of('k').store).toBe(stores[2])
    expect([shards.holds(stores[0], 'k'), shards.holds(stores[2], 'k')]).toEqual([false, true])
    expect(shards.linkOf('k')).toBe(stores[2].link)
  })

  test('hold what the map says, keys and markers each', () => {
    const { shards, stores } = setUp()
    expect(stores.map((store) => shards.holds(store, 'k1'))).toEqual([false, true, false])
    expect(stores.map((store) => shards.holdsMarker(store, 'tag2'))).toEqual([false, false, true])
    expect(shards.linkOfMarker('tag2')).toBe(stores[2].link)
  })

  test('that are one hold everything', async () => {
    const { alone, stores } = setUp()
    const [store] = stores
    const shards = alone(store)
    expect(shards.all.map((shard) => shard.store)).toEqual([store])
    expect(shards.of('any').store).toBe(store)
    expect(shards.ofMarker('any').store).toBe(store)
    expect([shards.holds(store, 'any'), shards.holdsMarker(store, '')]).toEqual([true, true])
    expect(shards.holds(stores[1], 'any')).toBe(false)
    expect(await shards.placement()).toBe('')
  })

  test('stay where they are as long as the map says so', async () => {
    const placements = ['before', undefined, 'after']
    const { shards } = setUp({ placement: async () => placements.shift() })
    expect([await shards.placement(), await shards.placement(), await shards.placement()]).toEqual([
      'before',
      undefined,
      'after',
    ])
  })
})

describe('whether a load began before a stamp', () => {
  test.each([
    [10, 9, false, 'is later'],
    [10, 10, true, 'is in the same instant'],
    [10, 11, true, 'is earlier'],
    [0, 0, false, 'is as early as can be, and the stamp says never'],
    [-5, 0, false, 'is earlier than that, and the stamp says never'],
  ])('began %d, stamp %d: %s, as it %s', (began, stamp, before) => {
    const { shards, alone, stores } = setUp()
    expect(shards.isBefore('k0', began, 'tag1', stamp)).toBe(before)
    expect(alone(stores[0]).isBefore('k0', began, 'tag1', stamp)).toBe(before)
  })

  test.each([
    [10, 9, 1, true],
    [10, 9, 0.5, false],
    [10, 11, -1, true],
    [10, 11, -1.5, false],
    [10, 1, Number.POSITIVE_INFINITY, true],
  ])('began %d, stamp %d, clocks that differ by %d: %s', (began, stamp, skew, before) => {
    const { shards } = setUp({ skew: () => skew })
    expect(shards.isBefore('k0', began, 'tag1', stamp)).toBe(before)
  })

  test('is never the case where there was no stamp, however little is known of the clocks', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), fc.constantFrom(0, 1e9, Infinity), (began, skew) => {
        expect(setUp({ skew: () => skew }).shards.isBefore('k', began, 'tag', 0)).toBe(false)
      }),
      { numRuns: 20 },
    )
  })

  test('is asked of the clocks of the two that hold the key and the marker', () => {
    const asked: string[] = []
    const { shards } = setUp({
      skew(key, name) {
        asked.push(`${key} ${name}`)
        return 0
      },
    })
    shards.isBefore('k1', 1, 'tag2', 1)
    expect(asked).toEqual(['k1 tag2'])
  })

  test('a load that began by a true clock after a stamp of another is never taken for earlier by more than they differ', () => {
    const moment = fc.integer({ min: 1_000, max: 2_000 })
    const error = fc.integer({ min: -100, max: 100 })
    fc.assert(
      fc.property(moment, moment, error, error, (began, stamped, keyAhead, markerAhead) => {
        const { shards } = setUp({ skew: () => keyAhead - markerAhead })
        const before = shards.isBefore('k', began + keyAhead, 'tag', stamped + markerAhead)
        expect(before).toBe(began <= stamped)
      }),
      { numRuns: 50 },
    )
  })
})

describe('a link', () => {
  test('that is lost is awaited while its server is', () => {
    const { shards, stores } = setUp()
    const [, store] = stores
    expect(shards.awaits(store.link)).toBe(false)
    store.link.lost = true
    store.available = false
    expect(shards.awaits(store.link)).toBe(true)
  })

  test('is awaited no longer when its server is found, over whatever link', () => {
    const { shards, stores, newLink } = setUp()
    const [, store] = stores
    const { link } = store
    link.lost = true
    store.available = true
    expect(shards.awaits(link)).toBe(false)
    store.link = newLink()
    store.link.lost = true
    store.available = false
    expect(shards.awaits(link)).toBe(false)
    expect(shards.awaits(store.link)).toBe(true)
  })

  test('of a server that L2 has no more is not awaited', () => {
    const { shards, newLink } = setUp()
    const gone = newLink()
    gone.lost = true
    expect(shards.awaits(gone)).toBe(false)
  })

  test('that never was is not awaited', () => {
    const { shards, stores } = setUp()
    for (const store of stores) store.available = false
    expect(shards.awaits(NO_LINK)).toBe(false)
  })

  test('that holds is not awaited, whatever its server says', () => {
    const { shards, stores } = setUp()
    stores[0].available = false
    expect(shards.awaits(stores[0].link)).toBe(false)
  })
})

describe('a server that is no part of L2 any more', () => {
  test('has its guard closed, and a new one if it comes back', () => {
    const { shards, stores, made, closed } = setUp()
    const before = shards.with(stores[1])
    shards.forget(stores[1])
    expect(closed).toEqual([stores[1]])
    expect(shards.with(stores[1])).not.toBe(before)
    expect(made).toHaveLength(2)
  })

  test('may be one that was never asked', () => {
    const { shards, stores, closed } = setUp()
    shards.forget(stores[1])
    expect(closed).toEqual([])
  })
})

test('closing closes the guards of all that were asked', () => {
  const { shards, stores, closed } = setUp()
  shards.with(stores[0])
  shards.with(stores[2])
  shards.close()
  expect(closed).toEqual([stores[0], stores[2]])
})

describe('what the servers say of themselves', () => {
  const says = (store: TestStore, more: Partial<L2Info>) => {
    const { info } = store
    store.info = async () => ({ ...(await info()), ...more })
  }

  test('is added up of those that answer, within their deadline', async () => {
    const { shards, stores, clock } = setUp()
    says(stores[0], { totalKeys: 1 })
    stores[1].info = () => new Promise(() => undefined)
    says(stores[2], { totalKeys: 4 })
    const asked = shards.info()
    await clock.advance(250)
    expect(await asked).toMatchObject({ totalKeys: 5 })
  })

  test('names all servers, also those that do not answer', async () => {
    const nodes = [
      { address: 'a:7000', available: true, slots: 10 },
      { address: 'b:7000', available: false, slots: 6 },
    ]
    const { shards, stores } = setUp({ nodes })
    stores[1].info = () => Promise.reject(new Error('gone'))
    for (const store of [stores[0], stores[2]]) says(store, { mode: 'cluster' })
    expect(await shards.info()).toMatchObject({ nodes, slotsCovered: 10 })
  })

  test('is nothing when none answers', async () => {
    const { shards, stores } = setUp()
    for (const store of stores) store.info = () => Promise.reject(new Error('gone'))
    expect(await shards.info()).toBeUndefined()
  })
})
