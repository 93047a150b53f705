import type { MonitorClock } from '../clock.ts'

/** Rows that are made in one turn of the event loop: less than half a millisecond's work. */
const ROWS_PER_TURN = 200

/** Goes on in a turn of the event loop of its own, so that what else the process does need not wait for all of an answer. */
export function nextTurn(clock: MonitorClock): Promise<void> {
  return new Promise((resolve) => clock.afterIo(resolve))
}

/**
 * Makes the rows of an answer from what was counted, a portion in each turn. They begin in a turn after that of the
 * counting, and what follows them, writing the answer, has its own too.
 */
export async function inPortions<Counted, Row>(
  counted: readonly Counted[],
  make: (counted: Counted) => Row,
  clock: MonitorClock,
): Promise<Row[]> {
  const rows: Row[] = []
  for (let from = 0; from < counted.length; from += ROWS_PER_TURN) {
    await nextTurn(clock)
    for (const one of counted.slice(from, from + ROWS_PER_TURN)) rows.push(make(one))
  }
  await nextTurn(clock)
  return rows
}
