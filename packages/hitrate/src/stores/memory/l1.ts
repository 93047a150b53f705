import { LRUCache } from 'lru-cache'
import type { Bytes } from '../../units.ts'

/** Something L1 can hold. */
export interface Sized {
  /** Encoded length of the value. */
  readonly size: Bytes
}

/** Why an entry left L1: to make room, because a newer one took its place, or because it was told to. */
export type Departure = 'evicted' | 'replaced' | 'removed'

/**
 * The in-process tier: bounded by bytes and entries, least recently used out first. It knows nothing of freshness.
 * The policy is `lru-cache`'s; whoever replaces it replaces this file.
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
 * Bytes of heap an entry costs beside its value and key: entry object, list node, map slot. A figure measured with
 * small values on Node 26, rounded up.
 */
export const ENTRY_OVERHEAD: Bytes = 400

export function createL1<E extends Sized>(options: {
  readonly maxBytes: Bytes
  readonly maxEntries: number | undefined
  onDeparture(key: string, entry: E, why: Departure): void
}): L1<E> {
  const lru = new LRUCache<string, E>({
    maxSize: options.maxBytes,
    ...(options.maxEntries === undefined ? {} : { max: options.maxEntries }),
    sizeCalculation: (entry, key) => entry.size + key.length + ENTRY_OVERHEAD,
    dispose: (entry, key, reason) => {
      options.onDeparture(
        key,
        entry,
        reason === 'evict' ? 'evicted' : reason === 'set' ? 'replaced' : 'removed',
      )
    },
  })
  return {
    get entries() {
      return lru.size
    },
    get sizeBytes() {
      return lru.calculatedSize
    },
    get: (key) => lru.get(key),
    peek: (key) => lru.peek(key),
    set(key, entry) {
      lru.set(key, entry)
      return lru.peek(key) === entry
    },
    delete: (key) => lru.delete(key),
    clear: () => lru.clear(),
    keys: () => lru.keys(),
  }
}
