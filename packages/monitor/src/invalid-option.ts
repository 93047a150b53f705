import { inspect } from 'node:util'
import { CacheError } from 'hitrate'

/** The error for an option that is not acceptable: its name, what was given, what is accepted. */
export function refuse(option: string, given: unknown, accepted: string): CacheError {
  return new CacheError(
    'invalid_option',
    `createMonitor: ${option} must be ${accepted}, got ${inspect(given, { depth: 0, maxStringLength: 80 })}`,
  )
}
