import type { Milliseconds } from 'hitrate'
import type { MonitorClock } from '../clock.ts'

/** Of these the oldest goes first: more than this many looks at which something opened no threshold asks for. */
const MAX_KEPT = 1_000

/** How often breakers opened lately, from a counter that only grows. */
export interface Openings {
  /** @param total the counter now */
  look(total: number): void
  within(window: Milliseconds): number
}

/** @param start the counter at the beginning: what was before is nobody's news */
export function createOpenings(clock: MonitorClock, start: number): Openings {
  const seen: { readonly at: Milliseconds; readonly count: number }[] = []
  let known = start
  return {
    look(total) {
      if (total > known) seen.push({ at: clock.now(), count: total - known })
      if (seen.length > MAX_KEPT) seen.shift()
      known = total
    },
    within(window) {
      const begin = clock.now() - window
      return seen.reduce((sum, { at, count }) => (at > begin ? sum + count : sum), 0)
    },
  }
}
