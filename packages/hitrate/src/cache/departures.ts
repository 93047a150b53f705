import type { MissReason } from '../metrics/recorder.ts'

/** Keys of one generation. */
const GENERATION = 10_000

/**
 * Why keys left lately, so that their next miss can say so. Bounded: of the latest 10 000 all are remembered, of the
 * 10 000 before them those that have not been forgotten together; misses of others count without a reason.
 */
export interface Departures {
  note(key: string, reason: MissReason): void
  /** The reason of a miss, told once. */
  take(key: string): MissReason | undefined
}

/** Two generations: to find the oldest of one map takes long, since a map keeps the places of what was deleted. */
export function createDepartures(): Departures {
  let recent = new Map<string, MissReason>()
  let older = recent
  return {
    note(key, reason) {
      if (recent.size >= GENERATION) {
        older = recent
        recent = new Map()
      }
      recent.set(key, reason)
    },
    take(key) {
      const reason = recent.get(key) ?? older.get(key)
      if (reason !== undefined) {
        recent.delete(key)
        older.delete(key)
      }
      return reason
    },
  }
}
