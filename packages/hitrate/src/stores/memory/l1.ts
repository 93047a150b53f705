import type { Bytes } from '../../units.ts'
import { Eviction, type Place, use } from './eviction.ts'
import { createGhosts } from './ghosts.ts'

/** Something L1 can hold. */
export interface Sized {
  /** Encoded length of the value. */
  readonly size: Bytes
}

/** Why an entry left L1: to make room, because a newer one took its place, or because it was told to. */
export type Departure = 'evicted' | 'replaced' | 'removed'

/**
 * The in-process tier: bounded by bytes and entries; who leaves first is decided by `eviction.ts`. It knows nothing of
 * freshness.
 */
export interface L1<E extends Sized> {
  readonly entries: number
  readonly sizeBytes: Bytes
  /** The entry; counts as a use. */
  get(key: string): E | undefined
  /** The entry, without counting as a use. */
  peek(key: string): E | undefined
  /** Whether it was taken: what is larger than the whole tier is not. */
  set(key: string, entry: E): boolean
  delete(key: string): boolean
  clear(): void
  keys(): IterableIterator<string>
}

/**
 * Bytes of heap an entry costs beside its value and key: entry object, place in a queue, map slot. A figure measured with
 * small values on Node 26, rounded up.
 */
export const ENTRY_OVERHEAD: Bytes = 400

export function createL1<E extends Sized>(options: {
  readonly maxBytes: Bytes
  readonly maxEntries: number | undefined
  onDeparture(key: string, entry: E, why: Departure): void
}): L1<E> {
  const { maxBytes, maxEntries = Number.POSITIVE_INFINITY, onDeparture } = options
  const held = new Map<string, Held<E>>()
  const eviction = new Eviction<Held<E>>(createGhosts())
  let sizeBytes: Bytes = 0

  const forget = (place: Held<E>): void => {
    held.delete(place.key)
    sizeBytes -= place.weight
  }
  const makeRoom = (bytes: Bytes): void => {
    while (sizeBytes + bytes > maxBytes || held.size >= maxEntries) {
      const place = eviction.evict(Math.min(maxBytes, sizeBytes + bytes))
      if (place === undefined) return
      forget(place)
      onDeparture(place.key, place.entry, 'evicted')
    }
  }
  const remove = (place: Held<E>, why: Departure): void => {
    eviction.remove(place)
    forget(place)
    onDeparture(place.key, place.entry, why)
  }

  return {
    get entries() {
      return held.size
    },
    get sizeBytes() {
      return sizeBytes
    },
    get(key) {
      const place = held.get(key)
      if (place === undefined) return undefined
      use(place)
      return place.entry
    },
    peek: (key) => held.get(key)?.entry,
    set(key, entry) {
      const before = held.get(key)
      if (before?.entry === entry) return true
      const place = new Held(key, entry)
      if (place.weight > maxBytes) {
        if (before !== undefined) remove(before, 'replaced')
        return false
      }
      if (before === undefined) place.proven = eviction.isProven(key)
      else {
        // Out before room is made, so that it can't be what makes room for its own successor.
        eviction.remove(before)
        forget(before)
        place.proven = before.proven
        place.uses = before.uses
        use(place)
      }
      makeRoom(place.weight)
      held.set(key, place)
      sizeBytes += place.weight
      eviction.add(place)
      if (before !== undefined) onDeparture(key, before.entry, 'replaced')
      return true
    },
    delete(key) {
      const place = held.get(key)
      if (place !== undefined) remove(place, 'removed')
      return place !== undefined
    },
    clear() {
      const all = [...held.values()]
      held.clear()
      eviction.clear()
      sizeBytes = 0
      for (const { key, entry } of all) onDeparture(key, entry, 'removed')
    },
    keys: () => held.keys(),
  }
}

/** An entry's place in L1. */
class Held<E extends Sized> implements Place<Held<E>> {
  readonly key: string
  readonly entry: E
  readonly weight: Bytes
  uses = 0
  proven = false
  before: Held<E> | undefined = undefined
  after: Held<E> | undefined = undefined

  constructor(key: string, entry: E) {
    this.key = key
    this.entry = entry
    this.weight = entry.size + key.length + ENTRY_OVERHEAD
  }
}
