import type { Entry } from './entry.ts'
import type { ReadCounter } from './types.ts'

/** Warmed keys that are watched for their first read. */
const MAX_KEYS = 10_000

/**
 * Which warm run stored a key, until it is read for the first time: so a run can say what share of its keys anybody
 * wanted. Bounded; beyond, keys count as not read.
 */
export interface ReadLedger {
  /** @param entry what L1 holds of it already */
  watch(key: string, reads: ReadCounter, entry: Entry | undefined): void
  /** Lets an entry of L1 count its own first read. */
  attach(key: string, entry: Entry): void
  /** A hit: counted when it is the first of a watched key. */
  hit(key: string, entry: Entry): void
}

export function createReadLedger(): ReadLedger {
  const watched = new Map<string, ReadCounter>()
  return {
    watch(key, reads, entry) {
      watched.set(key, reads)
      if (entry !== undefined) entry.reads = reads
      if (watched.size <= MAX_KEYS) return
      const [oldest] = watched.keys()
      if (oldest !== undefined) watched.delete(oldest)
    },
    attach(key, entry) {
      if (watched.size > 0) entry.reads = watched.get(key)
    },
    hit(key, entry) {
      if (entry.reads === undefined || !watched.delete(key)) return
      entry.reads.read++
      entry.reads = undefined
    },
  }
}
