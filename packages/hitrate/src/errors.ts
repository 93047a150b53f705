/**
 * Why Hitrate refuses or gives up:
 * - `invalid_option`: an option, duration or environment value is not acceptable
 * - `invalid_key`: a key is empty or not a string
 * - `invalid_template`: a keyspace template can't be parsed
 * - `invalid_parameter`: a keyspace parameter is missing or of the wrong type
 * - `keyspace_conflict`: two templates could produce the same key
 * - `invalid_argument`: a call's argument is not acceptable
 * - `invalid_result`: a batch loader answered with the wrong number of values
 * - `load_timeout`: `hardTimeout` or `loadDeadline` passed before the loader answered
 * - `overloaded`: the cap on concurrent loads left no room in time
 * - `unsupported`: the runtime, client or server can't do what was asked
 * - `warm_running`: a warm run was asked for while another one runs
 * - `l2_unavailable`: what was asked for needs the shared tier, which can't be asked
 * - `closed`: the cache was closed
 */
export const CACHE_ERROR_CODES = [
  'invalid_option',
  'invalid_key',
  'invalid_template',
  'invalid_parameter',
  'keyspace_conflict',
  'invalid_argument',
  'invalid_result',
  'load_timeout',
  'overloaded',
  'unsupported',
  'warm_running',
  'l2_unavailable',
  'closed',
] as const

export type CacheErrorCode = (typeof CACHE_ERROR_CODES)[number]

/** The only error class of Hitrate. A loader's own errors are never wrapped in it. */
export class CacheError extends Error {
  override readonly name = 'CacheError'
  readonly code: CacheErrorCode

  constructor(code: CacheErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
    this.code = code
  }
}

/** A value as it may appear in an error message: short, on one line, never a whole payload. */
export function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value)
  if (typeof value === 'function') return 'a function'
  if (Array.isArray(value)) return `an array of ${value.length}`
  if (typeof value === 'object' && value !== null) return 'an object'
  return String(value)
}
