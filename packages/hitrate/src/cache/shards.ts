import type { Guard } from '../stores/guard.ts'
import { joinInfos } from '../stores/join-infos.ts'
import type { L2Info, Link, MarkerName, ServerTime, Store } from '../stores/store.ts'
import type { Milliseconds } from '../units.ts'

/** A server of L2 and the guard before it: what one of several fails to answer says nothing of the others. */
export interface Shard {
  readonly store: Store
  readonly guard: Guard
}

/** The servers of L2, each by itself: mostly one. */
export interface Shards {
  readonly all: readonly Shard[]
  /** The one of a store. */
  with(store: Store): Shard
  /** The one that holds the key now. */
  of(key: string): Shard
  ofMarker(name: MarkerName): Shard
  /** The one whose board has the note. */
  ofNote(name: string): Shard
  /** Whether the store is the one that holds the key. */
  holds(store: Store, key: string): boolean
  holdsMarker(store: Store, name: MarkerName): boolean
  linkOf(key: string): Link
  linkOfMarker(name: MarkerName): Link
  /**
   * Whether a load of the key that began then may have begun before the marker's stamp.
   * @param began by the clock of the key's server
   * @param stamp by the clock of the marker's
   */
  isBefore(key: string, began: ServerTime, name: MarkerName, stamp: ServerTime): boolean
  /** Whether it is the link of a server that L2 still has, and that was not found again yet. */
  awaits(link: Link): boolean
  /** See {@link ShardMap.placement}; one server's keys stay where they are. */
  placement(): Promise<string | undefined>
  /** What the server, or those of them that answer, say; `undefined` when none does. */
  info(): Promise<L2Info | undefined>
  /** The server is no part of L2 any more. */
  forget(store: Store): void
  close(): void
}

/** @param guardOf makes the guard of one server, with a breaker and a watchdog of its own */
export function createShards(store: Store, guardOf: (store: Store) => Guard): Shards {
  const known = new Map<Store, Shard>()
  const { shards: map } = store

  /** The latest that was asked for: mostly there is no other, and it is asked for with each key. */
  let latest: Shard | undefined
  const shardWith = (one: Store): Shard => {
    if (latest?.store === one) return latest
    latest = known.get(one)
    if (latest === undefined) {
      latest = { store: one, guard: guardOf(one) }
      known.set(one, latest)
    }
    return latest
  }
  const of = (key: string): Store => (map === undefined ? store : map.of(key))
  const ofMarker = (name: MarkerName): Store => (map === undefined ? store : map.ofMarker(name))
  const skew = (key: string, name: MarkerName): Milliseconds => (map === undefined ? 0 : map.skew(key, name))
  const stores = (): readonly Store[] => map?.all ?? [store]

  return {
    get all() {
      return stores().map(shardWith)
    },
    with: shardWith,
    of: (key) => shardWith(of(key)),
    ofMarker: (name) => shardWith(ofMarker(name)),
    ofNote: (name) => shardWith(map === undefined ? store : map.ofNote(name)),
    holds: (one, key) => of(key) === one,
    holdsMarker: (one, name) => ofMarker(name) === one,
    linkOf: (key) => of(key).linkOf(key),
    linkOfMarker: (name) => ofMarker(name).linkOfMarker(name),
    // 0 stands for never.
    isBefore: (key, began, name, stamp) => stamp > 0 && began <= stamp + skew(key, name),
    awaits: (link) => link.lost && stores().some((one) => !one.available && one.linkOf('') === link),
    placement: async () => (map === undefined ? '' : map.placement()),
    async info() {
      const answers = await Promise.all(
        stores().map((one) => shardWith(one).guard.call('read', () => one.info())),
      )
      const infos = answers.flatMap((answer) => (answer.ok ? [answer.value] : []))
      return joinInfos(infos, map?.nodes)
    },
    forget(one) {
      known.get(one)?.guard.close()
      known.delete(one)
      latest = undefined
    },
    close() {
      for (const { guard } of known.values()) guard.close()
    },
  }
}
