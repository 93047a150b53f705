import { CacheError, describe } from '../errors.ts'
import { DURATION_FORMS, type Duration, type Milliseconds, parseDuration } from '../units.ts'
import type { Ledger } from './ledger.ts'
import type { WindowQuery } from './types.ts'

/** Checks of what is asked of the metrics. Each throws `CacheError` `invalid_argument` naming what is accepted. */

/** The window asked for, default the retention; closes what has ended until now. */
export function settledWindow(
  ledger: Ledger,
  { window }: WindowQuery,
  fallback?: Milliseconds,
): Milliseconds {
  const { retention } = ledger.options
  const asked = windowOf(window, fallback ?? retention, retention)
  ledger.settle()
  return asked
}

function windowOf(
  window: Duration | undefined,
  fallback: Milliseconds,
  retention: Milliseconds,
): Milliseconds {
  if (window === undefined) return fallback
  const parsed = parseDuration(window)
  if (parsed === undefined || parsed <= 0 || parsed > retention) {
    refuse('window', window, `more than 0, up to the retention of ${retention} ms; ${DURATION_FORMS}`)
  }
  return parsed
}

export function stepOf(step: Duration | undefined): Milliseconds {
  const parsed = parseDuration(step ?? 1)
  if (parsed === undefined || parsed <= 0) refuse('step', step, `more than 0; ${DURATION_FORMS}`)
  return parsed
}

export function limitOf(
  limit: number | undefined,
  fallback: number,
  max: number = Number.MAX_SAFE_INTEGER,
): number {
  const given = wholeNumberOf('limit', limit ?? fallback, 1)
  if (given > max) refuse('limit', given, `a whole number from 1 to ${max}`)
  return given
}

export function wholeNumberOf(name: string, given: number, min: number): number {
  if (!Number.isSafeInteger(given) || given < min) refuse(name, given, `a whole number, ${min} or more`)
  return given
}

export function ratioOf(name: string, given: number): number {
  if (!(given >= 0 && given <= 1)) refuse(name, given, 'a number from 0 to 1')
  return given
}

export function oneOf<Name extends string>(name: string, given: Name, accepted: readonly Name[]): Name {
  if (!accepted.includes(given)) refuse(name, given, accepted.join(', '))
  return given
}

/** A text that isn't empty: a key, a glob, an endpoint's name. */
export function textOf(name: string, given: unknown): string {
  if (typeof given !== 'string' || given === '') refuse(name, given, 'a text that is not empty')
  return given
}

export function refuse(name: string, given: unknown, accepted: string): never {
  throw new CacheError('invalid_argument', `${name} is ${describe(given)}; accepted: ${accepted}`)
}
