import type { MonitorClock } from '../clock.ts'

const KEPT_MS = 1_000
/** Answers kept at the most: a large one takes some 400 KB. */
const MAX_KEPT = 8

/**
 * Makes each answer at most once a second: twenty tabs that ask for the same chart cost as much as one. What it gives is up
 * to a second old, also after a reset.
 */
export function onceASecond<T extends object>(clock: MonitorClock): (key: string, make: () => T) => T {
  const kept = new Map<string, T>()
  let since = Number.NEGATIVE_INFINITY
  return (key, make) => {
    const now = clock.now()
    if (now - since >= KEPT_MS) {
      kept.clear()
      since = now
    }
    const answer = kept.get(key) ?? make()
    if (kept.size < MAX_KEPT) kept.set(key, answer)
    return answer
  }
}
