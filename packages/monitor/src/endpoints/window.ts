import type { WindowQuery } from 'hitrate/metrics'
import { millisecondsOf, spanText } from '../durations.ts'
import { badInput } from '../problem.ts'

/** The narrowest the collector keeps. */
const MIN_WINDOW = 10_000

/**
 * The window asked for, checked against what is kept. Throws `Refusal` 400.
 * @param window as the parameter was written; `undefined`: `fallback`, and where there is none the metrics' default
 */
export function windowOf(window: string | undefined, retention: number, fallback?: string): WindowQuery {
  if (window === undefined) return fallback === undefined ? {} : { window: fallback }
  const milliseconds = millisecondsOf(window)
  if (!(milliseconds >= MIN_WINDOW && milliseconds <= retention)) {
    throw badInput('window', window, `from ${spanText(MIN_WINDOW)} to ${spanText(retention)}, the retention`)
  }
  return { window: milliseconds }
}
