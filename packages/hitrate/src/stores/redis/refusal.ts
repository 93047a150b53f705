import { CacheError, describe } from '../../errors.ts'

/**
 * The error about something that is not accepted.
 * @param what the option, as the user writes it: `l2`, `l2.timeout`
 * @param given described, never a URL or a password
 */
export function refusal(what: string, given: string, accepted: string): CacheError {
  return new CacheError('invalid_option', `${what}: ${given} given; accepted: ${accepted}`)
}

/** A value as it may appear in an error where somebody may have put a URL or a password: text is not repeated. */
export function describeSecret(value: unknown): string {
  return typeof value === 'string' ? (value === '' ? 'empty text' : 'text') : describe(value)
}
