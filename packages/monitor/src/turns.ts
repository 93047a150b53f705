import type { MonitorClock } from './clock.ts'
import { Refusal } from './problem.ts'

/** Waiting at the most: some 100 ms of work, which is more than any client that means well asks for. */
const MAX_WAITING = 1_000
const RETRY_AFTER_SECONDS = 1
/** Rows that are made in one turn: less than half a millisecond's work. */
const ROWS_PER_TURN = 200

/**
 * Shares the event loop with the application: of all that is asked of a monitor one piece is done in each turn of the loop,
 * in the order asked for. However many ask, what else the process does waits for one piece at the most.
 */
export interface Turns {
  /** Resolves in a turn of its own. Throws `Refusal` 429 when too many wait. */
  next(): Promise<void>
  /**
   * Makes the rows of an answer from what was counted, a portion in each turn. They begin in a turn after that of the
   * counting, and what follows them, writing the answer, has its own too.
   */
  inPortions<Counted, Row>(counted: readonly Counted[], make: (counted: Counted) => Row): Promise<Row[]>
}

export function createTurns(clock: MonitorClock): Turns {
  const waiting: (() => void)[] = []
  const pass = (): void => {
    const begin = waiting.shift()
    // What it does comes before the next turn: promises go on when this one returns.
    if (waiting.length > 0) clock.afterIo(pass)
    begin?.()
  }
  const next = async (): Promise<void> => {
    if (waiting.length >= MAX_WAITING) {
      const why = `${MAX_WAITING} requests to the monitor wait, as many as there may be`
      throw new Refusal(429, why, {}, { 'retry-after': String(RETRY_AFTER_SECONDS) })
    }
    return new Promise((resolve) => {
      if (waiting.push(resolve) === 1) clock.afterIo(pass)
    })
  }
  return {
    next,
    async inPortions(counted, make) {
      const rows: ReturnType<typeof make>[] = []
      for (let from = 0; from < counted.length; from += ROWS_PER_TURN) {
        await next()
        for (const one of counted.slice(from, from + ROWS_PER_TURN)) rows.push(make(one))
      }
      await next()
      return rows
    },
  }
}
