import type { Clock, Timer } from '../clock.ts'
import type { Milliseconds } from '../units.ts'
import { seeded } from './seeded.ts'

interface Due {
  readonly at: Milliseconds
  readonly order: number
  readonly callback: () => void
}

/** A clock that stands still until told to move. Chance comes from a seed, so a run can be repeated. */
export interface ManualClock extends Clock {
  /**
   * Moves time forward, firing timers in order at their own instants. Between them pending promises get their turn.
   * @param by how far; `0` fires what is due now
   */
  advance(by: Milliseconds): Promise<void>
  /** Moves time forward without giving promises a turn; timers passed over fire in order. */
  advanceSync(by: Milliseconds): void
  /** Timers that have not fired. */
  readonly pending: number
}

/** Turns enough for chains of awaits, immediates included, to settle between two timers. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await new Promise<void>((resolve) => setImmediate(resolve))
}

/**
 * @param options.start wall time at the beginning, Unix milliseconds; default 2026-01-01T00:00:00Z
 * @param options.seed for `random`; default 1
 */
export function manualClock(
  options: { readonly start?: Milliseconds; readonly seed?: number } = {},
): ManualClock {
  const start = options.start ?? Date.UTC(2026, 0, 1)
  const random = seeded(options.seed ?? 1)
  const timers = new Set<Due>()
  let elapsed = 0
  let order = 0

  const next = (until: Milliseconds): Due | undefined => {
    let first: Due | undefined
    for (const due of timers) {
      if (due.at > until) continue
      if (first === undefined || due.at < first.at || (due.at === first.at && due.order < first.order))
        first = due
    }
    return first
  }
  const fire = (due: Due): void => {
    timers.delete(due)
    elapsed = Math.max(elapsed, due.at)
    due.callback()
  }

  return {
    now: () => elapsed,
    wall: () => start + elapsed,
    random,
    timer(delay, callback): Timer {
      const due: Due = { at: elapsed + Math.max(0, delay), order: order++, callback }
      timers.add(due)
      return { cancel: () => void timers.delete(due) }
    },
    afterIo: (callback) => void setImmediate(callback),
    async advance(by) {
      const until = elapsed + by
      await settle()
      for (let due = next(until); due !== undefined; due = next(until)) {
        fire(due)
        await settle()
      }
      elapsed = until
    },
    advanceSync(by) {
      const until = elapsed + by
      for (let due = next(until); due !== undefined; due = next(until)) fire(due)
      elapsed = until
    },
    get pending() {
      return timers.size
    },
  }
}
