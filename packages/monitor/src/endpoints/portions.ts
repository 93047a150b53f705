import type { MonitorClock } from '../clock.ts'

/** Rows that are made in one turn of the event loop: less than half a millisecond's work. */
const ROWS_PER_TURN = 200

/**
 * Makes the rows of an answer, a portion in each turn of the event loop, and ends in a turn of its own: the figures were
 * counted up in the one before, and the answer is written in the one after. So whatever else the process does waits for one
 * of the three, not for all.
 */
export async function inPortions<Counted, Row>(
  counted: readonly Counted[],
  make: (counted: Counted) => Row,
  clock: MonitorClock,
): Promise<Row[]> {
  const turn = (): Promise<void> => new Promise((resolve) => clock.afterIo(resolve))
  const rows: Row[] = []
  for (let from = 0; from < counted.length; from += ROWS_PER_TURN) {
    await turn()
    for (const one of counted.slice(from, from + ROWS_PER_TURN)) rows.push(make(one))
  }
  await turn()
  return rows
}
