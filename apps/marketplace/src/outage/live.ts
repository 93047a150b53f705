import type { OutageResult, Second } from './record.ts'

/** Where the demonstration shows what happens while it happens. */
export interface Live {
  /**
   * Something happened to Redis, or a shop logged it.
   * @param at seconds since the beginning; `undefined`: it has not begun
   */
  event(at: number | undefined, text: string): void
  second(second: Second): void
  result(result: OutageResult): void
}

export interface LiveTarget {
  readonly isTTY?: boolean
  /** Of a terminal. */
  readonly columns?: number
  write(text: string): unknown
}
