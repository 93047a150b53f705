import type { WindowQuery } from 'hitrate/metrics'
import { badInput } from '../problem.ts'

/** The narrowest the collector keeps. */
const MIN_WINDOW = 10_000

const UNITS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 } as const

/** Milliseconds of a window such as `5m`; `NaN` when it is none. */
export function millisecondsOf(window: string): number {
  const unit = Object.entries(UNITS).find(([letter]) => window.endsWith(letter))?.[1] ?? Number.NaN
  return Number(window.slice(0, -1)) * unit
}

/** Milliseconds as a window is written: days only from two on, because 24h reads better than 1d. */
function textOf(milliseconds: number): string {
  const [letter, unit] = Object.entries(UNITS).find(
    ([letter, unit]) => milliseconds % unit === 0 && (letter !== 'd' || milliseconds > unit),
  ) ?? ['ms', 1]
  return `${milliseconds / unit}${letter}`
}

/**
 * The window asked for, checked against what is kept. Throws `Refusal` 400.
 * @param window as the parameter was written; `undefined`: `fallback`, and where there is none the metrics' default
 */
export function windowOf(window: string | undefined, retention: number, fallback?: string): WindowQuery {
  if (window === undefined) return fallback === undefined ? {} : { window: fallback }
  const milliseconds = millisecondsOf(window)
  if (!(milliseconds >= MIN_WINDOW && milliseconds <= retention)) {
    throw badInput('window', window, `from ${textOf(MIN_WINDOW)} to ${textOf(retention)}, the retention`)
  }
  return { window: milliseconds }
}
