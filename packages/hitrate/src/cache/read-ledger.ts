import type { Entry } from './entry.ts'
import type { ReadCounter } from './types.ts'

/** Warmed keys of one generation that are watched for their first read. */
const GENERATION = 10_000

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

/** Two generations, as in `departures.ts`. */
export function createReadLedger(): ReadLedger {
  let recent = new Map<string, ReadCounter>()
  let older = recent
  return {
    watch(key, reads, entry) {
      if (recent.size >= GENERATION) {
        older = recent
        recent = new Map()
      }
      recent.set(key, reads)
      entry?.except({ reads })
    },
    attach(key, entry) {
      if (recent.size + older.size === 0) return
      const reads = recent.get(key) ?? older.get(key)
      if (reads !== entry.reads) entry.except({ reads })
    },
    hit(key, entry) {
      const { reads } = entry
      if (reads === undefined) return
      entry.except({ reads: undefined })
      const watched = recent.delete(key)
      if (older.delete(key) || watched) reads.read++
    },
  }
}
