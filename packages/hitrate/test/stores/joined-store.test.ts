import {
  BOARD_CHECKS,
  LINK_CHECKS,
  memoryL2,
  STORE_CHECKS,
  type TrackedStoresUnderTest,
} from 'hitrate/testing'
import { describe, expect, test } from 'vitest'
import type { Clock } from '../../src/clock.ts'
import { createJoinedStore } from '../../src/stores/joined-store.ts'
import { createMemoryStore, type MemoryServer, memoryServer } from '../../src/stores/memory/memory-store.ts'
import {
  ALL,
  type Change,
  NO_LINK,
  type ShardMap,
  type Store,
  type StoreFactory,
  type TrackingMode,
} from '../../src/stores/store.ts'
import { claimOne, fillOne } from '../../src/testing/conformance/subject.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'
import { byNumber, type Layout, shardedL2 } from '../shards/sharded-l2.ts'
import { storeContext } from './store-context.ts'

const LONG = 60_000

/** A number that looks random, and is the same for the same text. */
function scattered(text: string): number {
  let hash = 7
  for (const char of text) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) % 1_000_003
  return hash
}

const LAYOUTS: Readonly<Record<string, Layout>> = {
  'where keys and markers are scattered': { shardOf: scattered, shardOfMarker: scattered },
  'where all lies on the last': { shardOf: () => 2, shardOfMarker: () => 2 },
  'where markers lie apart from keys': { shardOf: () => 0, shardOfMarker: () => 1 },
  'where keys take turns and markers lie together': {
    shardOf: (key) => key.length,
    shardOfMarker: () => 0,
  },
}

function subject(layout: Layout, tracking: TrackingMode = 'all'): TrackedStoresUnderTest {
  const clock = manualClock()
  let looks = 0
  // What is asked later is later, also of another server, while the test's clock stands still.
  const ticking: Clock = { ...clock, wall: () => clock.wall() + 0.002 * looks++ }
  const servers = [memoryServer(), memoryServer(), memoryServer()] as const
  // Each counts its nonces by itself.
  servers.forEach((server, index) => {
    for (let count = 0; count < 100 * index; count++) server.nonce()
  })
  const shard = (server: MemoryServer): StoreFactory => ({
    settings: memoryL2().settings,
    open: (context) => createMemoryStore(context, server),
  })
  const told = new Map<Store, readonly Change[]>()
  const open = (): Store => {
    const changes: Change[] = []
    const context = storeContext(ticking, { tracking, onChange: (change) => void changes.push(change) })
    const store = shardedL2([shard(servers[0]), shard(servers[1]), shard(servers[2])], layout).open(context)
    told.set(store, changes)
    return store
  }
  return {
    store: open(),
    other: open(),
    now: clock.now,
    pass: (by) => clock.advance(by + 1),
    evict: async (key) => servers[layout.shardOf(key) % 3]?.evict(key),
    evictMarker: async (name) => servers[layout.shardOfMarker(name) % 3]?.evictMarker(name),
    async flush() {
      for (const server of servers) server.flush()
    },
    changesOf: (store) => told.get(store) ?? [],
    settled: async () => undefined,
  }
}

describe.each(Object.entries(LAYOUTS))('three stores joined to one, %s', (_, layout) => {
  for (const { name, run } of [...STORE_CHECKS, ...LINK_CHECKS, ...BOARD_CHECKS])
    test(name, () => run(subject(layout)))

  describe('that tell of what they are asked for', () => {
    for (const { name, run } of LINK_CHECKS) test(name, () => run(subject(layout, 'asked')))
  })
})

/** Servers joined to one store, each with what it was asked; what a key or a tag ends in says where it lies. */
function joined(
  options: { readonly servers?: number; readonly firstAttempt?: () => Promise<void> | undefined } = {},
) {
  const { servers = 3, firstAttempt = () => undefined } = options
  const clock = manualClock()
  const asked: string[] = []
  const make = (number: number): Store => {
    const store = createMemoryStore(storeContext(clock), memoryServer())
    const noting =
      <A extends readonly unknown[], R>(method: string, work: (...args: A) => R) =>
      (...args: A): R => {
        asked.push(`${number} ${method}`)
        return work(...args)
      }
    return {
      ...store,
      get available() {
        return store.available
      },
      label: `server ${number}`,
      read: noting('read', store.read),
      delete: noting('delete', store.delete),
      expire: noting('expire', store.expire),
      write: noting('write', store.write),
      readMarkers: noting('readMarkers', store.readMarkers),
      ensureMarkers: noting('ensureMarkers', store.ensureMarkers),
      stampMarkers: noting('stampMarkers', store.stampMarkers),
      reopen: noting('reopen', store.reopen),
      isReply: (error) => error === `refused by ${number}`,
    }
  }
  /** May be changed: found, or gone. */
  const stores = Array.from({ length: servers }, (_, number) => make(number))
  const map: Pick<ShardMap, 'nodes' | 'placement' | 'skew'> = {
    nodes: [{ address: 'a:7000', available: true, slots: 1 }],
    placement: async () => 'here',
    skew: () => 7,
  }
  const store = createJoinedStore({
    label: () => 'joined',
    stores: () => stores,
    owner: (key) => stores[byNumber.shardOf(key)],
    ownerOfMarker: (name) => stores[byNumber.shardOfMarker(name)],
    ownerOfNote: (name) => stores[byNumber.shardOfMarker(name)],
    available: () => stores.length > 0 && stores.every(({ available }) => available),
    connected: async () => undefined,
    firstAttempt,
    map,
    close: async () => undefined,
  })
  return { clock, stores, store, asked, make, map }
}

const write = (store: Store, keys: readonly string[]) =>
  store.write(
    keys.map((key) => ({ key, version: 'a version 12', body: Buffer.from(key), life: LONG })),
    { notAfter: LONG, onlyAbsent: false },
  )

const bodies = async (store: Store, keys: readonly string[]) =>
  (await store.read(keys)).map((stored) => (stored.kind === 'entry' ? String(stored.body) : stored.kind))

describe('a question about several keys', () => {
  test('goes once to each server concerned, and is answered in its order', async () => {
    const { store, asked } = joined()
    const keys = ['k2', 'k0', 'another k2', 'k1', 'k0']
    expect(await write(store, keys)).toEqual([true, true, true, true, true])
    expect(await bodies(store, [...keys, 'absent 1'])).toEqual([...keys, 'absent'])
    expect(asked.toSorted()).toEqual(['0 read', '0 write', '1 read', '1 write', '2 read', '2 write'])
    asked.length = 0
    expect(await store.delete(['k2', 'absent 2', 'k1'])).toBe(2)
    expect(await store.expire(['k0', 'another k2'])).toBe(2)
    expect(asked.toSorted()).toEqual(['0 expire', '1 delete', '2 delete', '2 expire'])
  })

  test('of which there are none goes nowhere', async () => {
    const { store, asked } = joined()
    expect(await store.read([])).toEqual([])
    expect(await write(store, [])).toEqual([])
    expect(await store.delete([])).toBe(0)
    expect(await store.readMarkers([])).toEqual([])
    expect(asked).toEqual([])
  })

  test('fails where one of the servers does', async () => {
    const { store, stores } = joined()
    await write(store, ['k0', 'k1'])
    await stores[1]?.close()
    await expect(store.read(['k0', 'k1'])).rejects.toThrow('the store is closed')
    await expect(store.delete(['k1', 'k0'])).rejects.toThrow('the store is closed')
    expect(await bodies(store, ['k2', 'k2'])).toEqual(['absent', 'absent'])
  })
})

test('markers lie where their names say', async () => {
  const { store, stores } = joined()
  const made = await store.ensureMarkers(['tag2', ALL, 'tag1'], LONG)
  expect(await store.readMarkers([ALL, 'tag1', 'tag2'])).toEqual([made[1], made[2], made[0]])
  expect(await stores[2]?.readMarkers(['tag2', 'tag1'])).toEqual([made[0], undefined])
  const [stamped] = await store.stampMarkers(['tag1'], 'delete', LONG)
  expect(await stores[1]?.readMarkers(['tag1'])).toEqual([stamped])
})

test('links are those of the server that holds the key or the marker', () => {
  const { store, stores } = joined()
  expect(store.linkOf('k1')).toBe(stores[1]?.linkOf(''))
  expect(store.linkOfMarker('tag2')).toBe(stores[2]?.linkOf(''))
  expect(store.linkOf('k7')).toBe(NO_LINK)
  expect(store.linkOfMarker('tag7')).toBe(NO_LINK)
})

/** All that is asked about keys and markers, about one of which no server is known. */
const ABOUT: Readonly<Record<string, (store: Store, key: string) => Promise<unknown>>> = {
  read: (store, key) => store.read(['k0', key]),
  claim: (store, key) => claimOne(store, { key, version: 'a version 12', lease: 1, over: undefined }),
  renew: (store, key) => store.renew(key, 'a version 12', 1),
  release: (store, key) => store.release(key, 'a version 12', { pause: 0, remove: false }),
  fill: (store, key) =>
    fillOne(store, { key, version: 'a version 12', began: 1, body: Buffer.of(1), life: LONG }),
  write: (store, key) => write(store, ['k0', key]),
  delete: (store, key) => store.delete(['k0', key]),
  expire: (store, key) => store.expire(['k0', key]),
  readMarkers: (store, name) => store.readMarkers(['tag0', name]),
  ensureMarkers: (store, name) => store.ensureMarkers(['tag0', name], LONG),
  stampMarkers: (store, name) => store.stampMarkers(['tag0', name], 'delete', LONG),
}

describe.each(Object.entries(ABOUT))('%s', (_, ask) => {
  test('rejects where no server is known for one of them, and asks none', async () => {
    const { store, asked } = joined()
    await expect(ask(store, 'k7')).rejects.toThrow('no server of L2 is known to hold the key')
    expect(asked).toEqual([])
  })

  test('waits until the servers were looked for once', async () => {
    const attempt = Promise.withResolvers<void>()
    const { clock, store, stores, make, asked } = joined({ servers: 0, firstAttempt: () => attempt.promise })
    const asking = ask(store, 'k0')
    await clock.advance(60_000)
    expect(asked).toEqual([])
    stores.push(make(0))
    attempt.resolve()
    await expect(asking).resolves.toBeDefined()
  })
})

describe('a scan', () => {
  /** Gives its keys one at a time, with cursors of its own kind. */
  const paging = (store: Store, keys: readonly string[], cursorOf: (at: number) => string): Store => ({
    ...store,
    async scan(_glob, cursor) {
      const at = keys.findIndex((_, index) => index > 0 && cursorOf(index) === cursor)
      const from = cursor === undefined ? 0 : at
      if (from < 0) throw new Error(`a strange cursor: ${cursor}`)
      return {
        keys: keys.slice(from, from + 1),
        next: from + 1 < keys.length ? cursorOf(from + 1) : undefined,
      }
    },
  })

  /** All keys, a step each. */
  async function scanAll(store: Store): Promise<string[]> {
    const found: string[] = []
    let cursor: string | undefined
    do {
      const step = await store.scan('*', cursor)
      found.push(...step.keys)
      cursor = step.next
    } while (cursor !== undefined)
    return found
  }

  test('visits all servers, also those that have nothing', async () => {
    const { store } = joined()
    await write(store, ['a0', 'a2', 'b2'])
    expect((await scanAll(store)).toSorted()).toEqual(['a0', 'a2', 'b2'])
  })

  test.each<readonly [string, (at: number) => string]>([
    ['numbers', (at) => String(at * 97)],
    ['words with spaces', (at) => `${at} of ${at} `.trim()],
    ['numbers that are negative', (at) => String(-at)],
  ])('goes through the steps of each server, whose cursors are %s', async (_, cursorOf) => {
    const { store, stores } = joined()
    const pages = [['a0', 'b0', 'c0'], [], ['a2', 'b2']]
    pages.forEach((keys, number) => {
      const one = stores[number]
      if (one !== undefined) stores[number] = paging(one, keys, cursorOf)
    })
    expect(await scanAll(store)).toEqual(['a0', 'b0', 'c0', 'a2', 'b2'])
  })

  // A doubt: the servers are counted, and who counts behind one that goes is one ahead.
  test.fails('visits all that stay when one goes meanwhile', async () => {
    const { store, stores } = joined()
    await write(store, ['a0', 'a1', 'a2'])
    const { next } = await store.scan('*', undefined)
    stores.shift()
    const found: string[] = []
    for (let cursor = next; cursor !== undefined; ) {
      const step = await store.scan('*', cursor)
      found.push(...step.keys)
      cursor = step.next
    }
    expect(found.toSorted()).toEqual(['a1', 'a2'])
  })

  test('waits until the servers were looked for once, and rejects where none was found', async () => {
    const attempt = Promise.withResolvers<void>()
    const { store } = joined({ servers: 0, firstAttempt: () => attempt.promise })
    const scanning = expect(store.scan('*', undefined)).rejects.toThrow('no server of L2 is known')
    attempt.resolve()
    await scanning
  })
})

describe('of all servers together', () => {
  test('the time is that of the first that is there', async () => {
    const { store, stores, clock } = joined()
    const later = stores[1]
    if (later !== undefined) stores[1] = { ...later, available: true, serverNow: () => 42 }
    expect(store.serverNow()).toBe(clock.wall())
    await stores[0]?.close()
    expect(store.serverNow()).toBe(42)
    expect(joined({ servers: 0 }).store.serverNow()).toBeUndefined()
  })

  test('each makes its links anew', () => {
    const { store, asked } = joined()
    store.reopen()
    expect(asked).toEqual(['0 reopen', '1 reopen', '2 reopen'])
  })

  test('what one of them knows for a refusal is one', () => {
    const { store } = joined()
    expect([0, 2, 7].map((number) => store.isReply?.(`refused by ${number}`))).toEqual([true, true, false])
    expect(joined({ servers: 0 }).store.isReply?.('refused by 0')).toBe(false)
  })

  test('figures are added up, and all must answer for that', async () => {
    const { store, stores, map } = joined()
    await write(store, ['a0', 'a1', 'b1'])
    expect(await store.info()).toMatchObject({ totalKeys: 3, connectedClients: 3, nodes: map.nodes })
    await stores[2]?.close()
    await expect(store.info()).rejects.toThrow('the store is closed')
    await expect(joined({ servers: 0 }).store.info()).rejects.toThrow('no server of L2 is known')
  })

  test('the map names them, and the joined store for what nobody is known to hold', () => {
    const { store, stores, map } = joined()
    expect(store.shards?.all).toEqual(stores)
    expect(store.shards?.of('k1')).toBe(stores[1])
    expect(store.shards?.ofMarker('tag2')).toBe(stores[2])
    expect(store.shards?.of('k7')).toBe(store)
    expect(store.shards?.ofMarker('tag7')).toBe(store)
    expect(store.shards?.nodes).toBe(map.nodes)
    expect(store.shards?.skew('k0', 'tag1')).toBe(7)
    const { store: alone } = joined({ servers: 0 })
    expect(alone.shards?.all).toEqual([alone])
  })
})
