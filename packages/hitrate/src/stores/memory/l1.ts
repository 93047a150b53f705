import type { Bytes } from '../../units.ts'
import { Eviction, type Place, use, weightOf } from './eviction.ts'
import { createGhosts } from './ghosts.ts'

/** Why an entry left L1: to make room, because a newer one took its place, or because it was told to. */
export type Departure = 'evicted' | 'replaced' | 'removed'

export interface L1Size {
  readonly entries: number
  readonly sizeBytes: Bytes
}

/**
 * The in-process tier: bounded by bytes and entries; who leaves first is decided by `eviction.ts`. It knows nothing of
 * freshness.
 */
export interface L1<E extends Place<E>> {
  size(): L1Size
  /** The entry; counts as a use. */
  get(key: string): E | undefined
  /** The entry, without counting as a use. */
  peek(key: string): E | undefined
  /** Whether it was taken: what is larger than the whole tier is not. */
  set(entry: E): boolean
  delete(key: string): boolean
  clear(): void
  keys(): IterableIterator<string>
}

export function createL1<E extends Place<E>>(options: {
  readonly maxBytes: Bytes
  readonly maxEntries: number | undefined
  onDeparture(entry: E, why: Departure): void
}): L1<E> {
  const { maxBytes, maxEntries = Number.POSITIVE_INFINITY, onDeparture } = options
  const held = new Map<string, E>()
  const eviction = new Eviction<E>(createGhosts(), weightOf)
  let sizeBytes: Bytes = 0

  const forget = (entry: E): void => {
    held.delete(entry.key)
    sizeBytes -= weightOf(entry)
  }
  const makeRoom = (bytes: Bytes): void => {
    while (sizeBytes + bytes > maxBytes || held.size >= maxEntries) {
      const entry = eviction.evict(Math.min(maxBytes, sizeBytes + bytes))
      if (entry === undefined) return
      forget(entry)
      onDeparture(entry, 'evicted')
    }
  }
  const remove = (entry: E, why: Departure): void => {
    eviction.remove(entry)
    forget(entry)
    onDeparture(entry, why)
  }

  return {
    size: () => ({ entries: held.size, sizeBytes }),
    get(key) {
      const entry = held.get(key)
      if (entry !== undefined) use(entry)
      return entry
    },
    peek: (key) => held.get(key),
    set(entry) {
      const { key } = entry
      const before = held.get(key)
      if (before === entry) return true
      const weight = weightOf(entry)
      if (weight > maxBytes) {
        if (before !== undefined) remove(before, 'replaced')
        return false
      }
      if (before === undefined) {
        entry.standing = eviction.standingOf(key)
      } else {
        // Out before room is made, so that it can't be what makes room for its own successor.
        eviction.remove(before)
        forget(before)
        entry.standing = before.standing
        use(entry)
      }
      makeRoom(weight)
      held.set(key, entry)
      sizeBytes += weight
      eviction.add(entry)
      if (before !== undefined) onDeparture(before, 'replaced')
      return true
    },
    delete(key) {
      const entry = held.get(key)
      if (entry !== undefined) remove(entry, 'removed')
      return entry !== undefined
    },
    clear() {
      const all = [...held.values()]
      held.clear()
      eviction.clear()
      sizeBytes = 0
      for (const entry of all) onDeparture(entry, 'removed')
    },
    keys: () => held.keys(),
  }
}
