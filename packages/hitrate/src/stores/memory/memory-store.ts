import { createHash } from 'node:crypto'
import { compileGlob } from '../../glob.ts'
import type { Milliseconds } from '../../units.ts'
import {
  ABSENT,
  ALL,
  type Change,
  type ClaimReply,
  type Link,
  type MarkerName,
  type MarkerState,
  type ServerTime,
  type Store,
  type StoreContext,
  type Stored,
  type StoredClaim,
  type StoredEntry,
  type Version,
} from '../store.ts'

/** What several stores share, as processes share one server. */
export interface MemoryServer {
  readonly slots: Map<string, Slot>
  readonly markers: Map<MarkerName, Lasting<MarkerState>>
  instant: MarkerState | undefined
  /** Stamps handed out only grow, also within one instant of a clock that stands still. */
  lastStamp: ServerTime
  nonces: number
  /** The stores that are open, and what each of them has read since it was last told of it. */
  readonly readers: Map<StoreContext, Set<string>>
}

interface Lasting<T> {
  readonly value: T
  readonly until: ServerTime
}

type Slot = Lasting<StoredEntry | (StoredClaim & { readonly busyUntil: ServerTime })>

export function memoryServer(): MemoryServer {
  return {
    slots: new Map(),
    markers: new Map(),
    instant: undefined,
    lastStamp: 0,
    nonces: 0,
    readers: new Map(),
  }
}

/**
 * The contract of L2 inside the process: the reference the Redis store is compared with, and the L2 of tests on a manual
 * clock. Each call is carried out at once and answered in a later microtask.
 */
export function createMemoryStore(context: StoreContext, server: MemoryServer = memoryServer()): Store {
  let closed = false
  const link: Link = { tracked: context.tracking, provenAt: Number.POSITIVE_INFINITY, lost: false }
  const tracked = new Set<string>()
  if (context.tracking) server.readers.set(context, tracked)

  /** Each reader is told once, and has to read again to be told again, as with Redis. */
  const changed = (id: string, change: Change): void => {
    for (const [reader, keys] of server.readers) {
      // Our own connection is not told of our own writes, and goes on being tracked: all writing scripts end by reading.
      if (reader !== context && keys.delete(id)) reader.onChange(change)
    }
    tracked.add(id)
  }
  const entryChanged = (key: string): void => changed(`e:${key}`, { kind: 'entry', key })

  const stamp = (): ServerTime => {
    server.lastStamp = Math.max(context.clock.wall(), server.lastStamp + 0.001)
    return server.lastStamp
  }
  const at = (key: string, now: ServerTime): Slot['value'] | undefined => {
    const slot = server.slots.get(key)
    if (slot === undefined) return undefined
    if (slot.until > now) return slot.value
    server.slots.delete(key)
    return undefined
  }
  const put = (key: string, value: Slot['value'], until: ServerTime): void => {
    server.slots.set(key, { value, until })
    entryChanged(key)
  }
  const drop = (key: string): void => {
    server.slots.delete(key)
    entryChanged(key)
  }
  const untilOf = (key: string): ServerTime => server.slots.get(key)?.until ?? 0
  const newNonce = (): string =>
    createHash('sha1')
      .update(`nonce ${server.nonces++}`)
      .digest()
      .toString('latin1', 0, 8)

  const marker = (name: MarkerName, now: ServerTime): MarkerState | undefined => {
    const kept = server.markers.get(name)
    return kept !== undefined && kept.until > now ? kept.value : undefined
  }
  const keepMarker = (
    name: MarkerName,
    state: MarkerState,
    life: Milliseconds,
    now: ServerTime,
  ): MarkerState => {
    const until =
      name === ALL ? Number.POSITIVE_INFINITY : Math.max(now + life, server.markers.get(name)?.until ?? 0)
    const kept = server.markers.get(name)
    server.markers.set(name, { value: state, until })
    if (kept?.value !== state || kept.until !== until) changed(`m:${name}`, { kind: 'marker', name })
    return state
  }
  const removeOne = (key: string, now: ServerTime): boolean => {
    const there = at(key, now) !== undefined
    drop(key)
    return there
  }
  const expireOne = (key: string, now: ServerTime): boolean => {
    const value = at(key, now)
    if (value === undefined) return false
    if (value.kind === 'claim') drop(key)
    else
      put(
        key,
        { ...value, version: `expired ${server.nonces++}`, expired: true, refreshingUntil: 0 },
        untilOf(key),
      )
    return true
  }
  server.instant ??= { nonce: newNonce(), deletedAt: stamp(), expiredAt: 0 }
  const ask = async <T>(work: (now: ServerTime) => T): Promise<T> => {
    if (closed) throw new Error('the store is closed')
    return work(stamp())
  }
  const owned = (key: string, version: Version, now: ServerTime): Slot['value'] | undefined => {
    const value = at(key, now)
    return value?.version === version ? value : undefined
  }

  return {
    label: 'memory',
    get available() {
      return !closed
    },
    connected: async () => undefined,
    serverNow: () => context.clock.wall(),
    linkOf: () => link,
    linkOfMarker: () => link,
    reopen: () => undefined,

    read: (keys) =>
      ask((now) =>
        keys.map((key): Stored => {
          const value = at(key, now)
          tracked.add(`e:${key}`)
          if (value === undefined) return ABSENT
          return value.kind === 'claim' ? { kind: 'claim', version: value.version } : value
        }),
      ),

    claim: ({ key, version, lease, over }) =>
      ask((now): ClaimReply => {
        const value = at(key, now)
        if (value?.kind === 'claim' && over !== 'steal') return { kind: 'held' }
        if (value?.kind === 'entry') {
          const seen = over !== undefined && (over === 'steal' || over.version === value.version)
          if (!seen) return { kind: 'changed', stored: value }
          if (over === 'steal' || over.as === 'stale') {
            if (over !== 'steal' && value.refreshingUntil > now) return { kind: 'held' }
            put(key, { ...value, version, refreshingUntil: now + lease }, Math.max(untilOf(key), now + lease))
            return { kind: 'claimed', at: now }
          }
        }
        put(key, { kind: 'claim', version, busyUntil: now + lease }, now + lease)
        return { kind: 'claimed', at: now }
      }),

    renew: (key, version, lease) =>
      ask((now) => {
        const value = owned(key, version, now)
        if (value === undefined) return false
        const until = now + lease
        if (value.kind === 'claim') put(key, { ...value, busyUntil: until }, Math.max(untilOf(key), until))
        else put(key, { ...value, refreshingUntil: until }, Math.max(untilOf(key), until))
        return true
      }),

    release: (key, version, { pause, remove }) =>
      ask((now) => {
        const value = owned(key, version, now)
        if (value === undefined) return false
        if (remove || value.kind === 'claim') drop(key)
        else put(key, { ...value, refreshingUntil: pause > 0 ? now + pause : 0 }, untilOf(key))
        return true
      }),

    fill: ({ key, version, began, life, body }) =>
      ask((now) => {
        if (owned(key, version, now) === undefined) return 'refused'
        if (began + life <= now) {
          drop(key)
          return 'refused'
        }
        put(key, { kind: 'entry', version, expired: false, refreshingUntil: 0, began, body }, began + life)
        return 'stored'
      }),

    write: (requests, { notAfter, onlyAbsent }) =>
      ask((now) =>
        requests.map(({ key, version, body, life }) => {
          if (context.clock.now() > notAfter || (onlyAbsent && at(key, now) !== undefined)) return false
          put(
            key,
            { kind: 'entry', version, expired: false, refreshingUntil: 0, began: now, body },
            now + life,
          )
          return true
        }),
      ),

    delete: (keys) => ask((now) => keys.filter((key) => removeOne(key, now)).length),
    expire: (keys) => ask((now) => keys.filter((key) => expireOne(key, now)).length),
    scan: (glob) =>
      ask(() => ({ keys: [...server.slots.keys()].filter(compileGlob(glob)), next: undefined })),

    readMarkers: (names) =>
      ask((now) =>
        names.map((name) => {
          tracked.add(`m:${name}`)
          return marker(name, now)
        }),
      ),

    ensureMarkers: (names, life) =>
      ask((now) => {
        server.instant ??= { nonce: newNonce(), deletedAt: now, expiredAt: 0 }
        const deletedAt = server.instant.deletedAt
        return names.map((name) => {
          tracked.add(`m:${name}`)
          return keepMarker(
            name,
            marker(name, now) ?? { nonce: newNonce(), deletedAt, expiredAt: 0 },
            life,
            now,
          )
        })
      }),

    stampMarkers: (names, mode, life) =>
      ask((now) => {
        server.instant = { nonce: newNonce(), deletedAt: now, expiredAt: 0 }
        return names.map((name) => {
          const old = marker(name, now)
          const moved = Math.max(now, (old?.deletedAt ?? 0) + 0.001, (old?.expiredAt ?? 0) + 0.001)
          const next: MarkerState = {
            nonce: old?.nonce ?? newNonce(),
            deletedAt: mode === 'delete' || old === undefined ? moved : old.deletedAt,
            expiredAt: mode === 'expire' && old !== undefined ? moved : (old?.expiredAt ?? 0),
          }
          return keepMarker(name, next, life, now)
        })
      }),

    info: () =>
      ask(() => ({
        server: 'memory',
        version: '1',
        mode: 'standalone' as const,
        usedMemoryHuman: '0B',
        usedMemoryBytes: 0,
        connectedClients: 1,
        totalKeys: server.slots.size,
        uptimeSeconds: 0,
        hitRate: 0,
        evictedKeys: 0,
        maxmemoryPolicy: 'noeviction',
      })),
    close: async () => {
      closed = true
      server.readers.delete(context)
    },
  }
}
