/** Milliseconds, as a plain number. May be fractional where it is measured; whole where it is configured. */
export type Milliseconds = number
/** Bytes, as a plain number. */
export type Bytes = number
/** A share between 0 and 1. */
export type Ratio = number
/** A duration a user writes: milliseconds, or text such as `'250ms' '30s' '5m' '1h' '1d'`. */
export type Duration = number | string

const FACTORS: Readonly<Record<string, Milliseconds>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/

/** What {@link parseDuration} accepts, for error messages. */
export const DURATION_FORMS =
  "a number of milliseconds (0 or more, finite) or text like '250ms', '30s', '5m', '1h', '1d'"

/** Durations written as text are few and asked for on every call. */
const parsed = new Map<string, Milliseconds>()
const MAX_PARSED = 1_000

/** The duration in milliseconds, or `undefined` when it is not one: the caller names the option in its error. */
export function parseDuration(value: unknown): Milliseconds | undefined {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? value : undefined
  if (typeof value !== 'string') return undefined
  const known = parsed.get(value)
  if (known !== undefined) return known
  const match = DURATION.exec(value)
  if (match === null) return undefined
  const milliseconds = Number(match[1]) * (FACTORS[match[2] ?? ''] ?? Number.NaN)
  if (!Number.isFinite(milliseconds)) return undefined
  if (parsed.size < MAX_PARSED) parsed.set(value, milliseconds)
  return milliseconds
}
