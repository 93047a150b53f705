import type { PatternHandle } from '../metrics/recorder.ts'

/**
 * Whether L2 is worth reading before a load. A claim tells of an entry that is there as a read does, so where nothing is
 * expected it is sent in place of one: a round trip less before the loader begins. Of a key that is there after all it costs
 * the server more than a read.
 */
export interface Forecast {
  /** Whether L2 most likely has nothing under the next key of the pattern. */
  expectsNothing(pattern: PatternHandle): boolean
  /** It had nothing under one; whether it will is known better now. */
  foundNothing(pattern: PatternHandle): void
  /** It had something, or did not answer: the next ones are read. */
  foundSomething(pattern: PatternHandle): void
}

/** After so many keys in a row of which L2 had nothing: of a pattern that hits one time in ten, one in five goes unread. */
const IN_A_ROW = 16

interface Row {
  readonly pattern: PatternHandle
  length: number
}

export function createForecast(): Forecast {
  const rows = new WeakMap<PatternHandle, Row>()
  /** Of all: keys asked for one after the other are mostly of one pattern. */
  let latest: Row | undefined

  const rowOf = (pattern: PatternHandle): Row => {
    if (latest?.pattern === pattern) return latest
    latest = rows.get(pattern)
    if (latest === undefined) {
      latest = { pattern, length: 0 }
      rows.set(pattern, latest)
    }
    return latest
  }

  return {
    expectsNothing: (pattern) => rowOf(pattern).length >= IN_A_ROW,
    foundNothing(pattern) {
      rowOf(pattern).length++
    },
    foundSomething(pattern) {
      rowOf(pattern).length = 0
    },
  }
}
