import { compileGlob } from '../../glob.ts'
import type { Milliseconds } from '../../units.ts'
import {
  ABSENT,
  ALL,
  type ClaimReply,
  type ClaimRequest,
  type FillRequest,
  type FillResult,
  type Link,
  type MarkerName,
  type MarkerState,
  type ServerTime,
  type Store,
  type StoreContext,
  type StoredClaim,
  type StoredEntry,
  type Version,
} from '../store.ts'
import { createMemoryBoard } from './memory-board.ts'
import { MemoryServer } from './memory-server.ts'

export type { MemoryServer } from './memory-server.ts'

export function memoryServer(): MemoryServer {
  return new MemoryServer()
}

/**
 * The contract of L2 inside the process: the reference the Redis store is compared with, and the L2 of tests on a manual
 * clock. Each call is carried out at once and answered in a later microtask; others hear of it in between.
 */
export function createMemoryStore(context: StoreContext, server: MemoryServer = memoryServer()): Store {
  let closed = false
  const link: Link = {
    tracked: context.tracking !== 'none',
    // What the server tells is heard at once.
    provenAt: Number.POSITIVE_INFINITY,
    get lost() {
      return closed
    },
  }
  if (link.tracked) server.join(context)

  const put = (key: string, value: StoredEntry | StoredClaim, until: ServerTime): void =>
    server.put(context, key, value, until)
  const untilOf = (key: string): ServerTime => server.slots.get(key)?.until ?? 0
  const owned = (key: string, version: Version, now: ServerTime): StoredEntry | StoredClaim | undefined => {
    const value = server.at(key, now)
    return value?.version === version ? value : undefined
  }
  const removeOne = (key: string, now: ServerTime): boolean => {
    const there = server.at(key, now) !== undefined
    server.remove(context, key)
    return there
  }
  const expireOne = (key: string, now: ServerTime): boolean => {
    const value = server.at(key, now)
    if (value?.kind !== 'entry') return removeOne(key, now)
    const version = `exp ${server.nonce()}`
    put(key, { ...value, version, expired: true, refreshingUntil: 0 }, untilOf(key))
    return true
  }
  const newMarker = (deletedAt: ServerTime): MarkerState => ({
    nonce: server.nonce(),
    deletedAt,
    expiredAt: 0,
  })
  const keepMarker = (
    name: MarkerName,
    state: MarkerState,
    life: Milliseconds,
    now: ServerTime,
  ): MarkerState => {
    const until = Math.max(now + life, server.markers.get(name)?.until ?? 0)
    server.putMarker(context, name, state, name === ALL ? Number.POSITIVE_INFINITY : until)
    return state
  }
  // Before the first load, as on Redis: one that began before they were made would be void.
  server.instant ??= newMarker(server.stamp(context.clock.wall()))
  if (!server.markers.has(ALL)) {
    server.putMarker(context, ALL, newMarker(server.instant.deletedAt), Number.POSITIVE_INFINITY)
  }

  const ask = async <T>(work: (now: ServerTime) => T): Promise<T> => {
    if (closed) throw new Error('the store is closed')
    return work(server.stamp(context.clock.wall()))
  }
  /** Reads the key in the end, as all scripts of the Redis store do: what others change of it from then on is told. */
  const askKey = <T>(key: string, work: (now: ServerTime) => T, told = true): Promise<T> =>
    ask((now) => {
      const answer = work(now)
      if (told || context.tracking === 'all') server.saw(context, { kind: 'entry', key })
      return answer
    })
  const askMarkers = <T>(
    names: readonly MarkerName[],
    work: (name: MarkerName, now: ServerTime) => T,
  ): Promise<T[]> =>
    ask((now) =>
      names.map((name) => {
        const answer = work(name, now)
        server.saw(context, { kind: 'marker', name })
        return answer
      }),
    )

  const claim = ({ key, version, lease, over }: ClaimRequest): Promise<ClaimReply> =>
    askKey(key, (now) => {
      const value = server.at(key, now)
      const until = now + lease
      if (value?.kind === 'claim' && over !== 'steal') return { kind: 'held' }
      if (value?.kind === 'entry') {
        const seen = over !== undefined && (over === 'steal' || over.version === value.version)
        if (!seen) return { kind: 'changed', stored: value }
        if (over === 'steal' || over.as === 'stale') {
          if (over !== 'steal' && value.refreshingUntil > now) return { kind: 'held' }
          put(key, { ...value, version, refreshingUntil: until }, Math.max(untilOf(key), until))
          return { kind: 'claimed', at: now, kept: true }
        }
      }
      put(key, { kind: 'claim', version }, until)
      return { kind: 'claimed', at: now, kept: false }
    })

  const fill = ({ key, version, began, life, body }: FillRequest): Promise<FillResult> =>
    askKey(key, (now) => {
      if (owned(key, version, now) === undefined) return 'refused'
      if (began + life <= now) {
        server.remove(context, key)
        return 'refused'
      }
      put(key, { kind: 'entry', version, expired: false, refreshingUntil: 0, began, body }, began + life)
      return 'stored'
    })

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

    read: (keys, told = false) =>
      Promise.all(keys.map((key) => askKey(key, (now) => server.at(key, now) ?? ABSENT, told))),

    claim: (requests) => Promise.all(requests.map(claim)),

    renew: (key, version, lease) =>
      askKey(key, (now) => {
        const value = owned(key, version, now)
        if (value === undefined) return false
        const until = now + lease
        const renewed = value.kind === 'claim' ? value : { ...value, refreshingUntil: until }
        put(key, renewed, Math.max(untilOf(key), until))
        return true
      }),

    release: (key, version, { pause, remove }) =>
      askKey(key, (now) => {
        const value = owned(key, version, now)
        if (value === undefined) return false
        if (remove || value.kind === 'claim') server.remove(context, key)
        else put(key, { ...value, refreshingUntil: pause > 0 ? now + pause : 0 }, untilOf(key))
        return true
      }),

    fill: (requests) => Promise.all(requests.map(fill)),

    write: (requests, { notAfter, onlyAbsent, told }) =>
      Promise.all(
        requests.map(({ key, version, body, life }) =>
          askKey(
            key,
            (now) => {
              if (context.clock.now() > notAfter) return false
              if (onlyAbsent && server.at(key, now) !== undefined) return false
              const entry = {
                kind: 'entry',
                version,
                expired: false,
                refreshingUntil: 0,
                began: now,
                body,
              } as const
              put(key, entry, now + life)
              return true
            },
            told,
          ),
        ),
      ),

    // As with Redis, a removal does not read: what others make of the key afterwards is told to who reads it again.
    delete: (keys) => ask((now) => keys.filter((key) => removeOne(key, now)).length),
    expire: async (keys) => {
      const there = await Promise.all(keys.map((key) => askKey(key, (now) => expireOne(key, now))))
      return there.filter(Boolean).length
    },
    scan: (glob) =>
      ask(() => ({ keys: [...server.slots.keys()].filter(compileGlob(glob)), next: undefined })),

    readMarkers: (names) => askMarkers(names, (name, now) => server.marker(name, now)),

    ensureMarkers: (names, life) =>
      askMarkers(names, (name, now) => {
        server.instant ??= newMarker(now)
        const state = server.marker(name, now) ?? newMarker(server.instant.deletedAt)
        return keepMarker(name, state, life, now)
      }),

    stampMarkers(names, mode, life) {
      return askMarkers(names, (name, now) => {
        server.instant = newMarker(now)
        const old = server.marker(name, now)
        const moved = Math.max(now, (old?.deletedAt ?? 0) + 0.001, (old?.expiredAt ?? 0) + 0.001)
        const next: MarkerState = {
          nonce: old?.nonce ?? server.nonce(),
          deletedAt: mode === 'delete' || old === undefined ? moved : old.deletedAt,
          expiredAt: mode === 'expire' && old !== undefined ? moved : (old?.expiredAt ?? 0),
        }
        return keepMarker(name, next, life, now)
      })
    },

    info: () =>
      ask(() => ({
        server: 'memory',
        version: '1',
        mode: 'standalone' as const,
        nodes: [],
        slotsCovered: null,
        usedMemoryHuman: '0B',
        usedMemoryBytes: 0,
        connectedClients: 1,
        totalKeys: server.slots.size,
        uptimeSeconds: 0,
        hitRate: 0,
        lookups: 0,
        evictedKeys: 0,
        maxmemoryPolicy: 'noeviction',
      })),
    board: createMemoryBoard(server, ask),
    close: async () => {
      closed = true
      server.leave(context)
    },
  }
}
