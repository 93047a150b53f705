import type { MissReason } from '../metrics/recorder.ts'

/** Keys whose departure is remembered. */
const MAX_KEYS = 10_000

/**
 * Why keys left lately, so that their next miss can say so. Bounded: the oldest are forgotten, and their misses count
 * without a reason.
 */
export interface Departures {
  note(key: string, reason: MissReason): void
  /** The reason of a miss, told once. */
  take(key: string): MissReason | undefined
}

export function createDepartures(): Departures {
  const reasons = new Map<string, MissReason>()
  return {
    note(key, reason) {
      reasons.delete(key)
      reasons.set(key, reason)
      if (reasons.size <= MAX_KEYS) return
      const [oldest] = reasons.keys()
      if (oldest !== undefined) reasons.delete(oldest)
    },
    take(key) {
      const reason = reasons.get(key)
      if (reason !== undefined) reasons.delete(key)
      return reason
    },
  }
}
