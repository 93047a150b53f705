import { CacheError, type CacheErrorCode, describe } from '../errors.ts'
import type { InvalidateTarget, SetEntry } from './types.ts'

/**
 * What calls are given, checked before anything is touched. Callers without types may pass anything: each check names
 * the argument, what was given and what is accepted.
 */

/** @throws CacheError `invalid_key` */
export function checkKey(key: unknown): asserts key is string {
  if (typeof key !== 'string' || key === '')
    throw refused('invalid_key', 'key', key, 'text that is not empty')
}

/** @throws CacheError `invalid_argument`, `invalid_key` */
export function checkKeys(keys: readonly string[]): void {
  checkList('keys', keys, 'keys')
  for (const key of keys) checkKey(key)
}

/** One key or many, as a list. Throws `invalid_key`. */
export function readKeys(given: string | readonly string[]): readonly string[] {
  const keys = typeof given === 'string' ? [given] : given
  if (!Array.isArray(keys)) checkKey(keys)
  checkKeys(keys)
  return keys
}

/** @throws CacheError `invalid_argument` */
export function checkList(name: string, given: unknown, of: string): void {
  if (!Array.isArray(given)) throw refused('invalid_argument', name, given, `an array of ${of}`)
}

/** @throws CacheError `invalid_argument` when it is no list of objects; what is in them is checked where it is read */
export function checkEntries(entries: readonly SetEntry[]): void {
  checkList('entries', entries, '{ key, value }')
  for (const entry of entries) {
    if (typeof entry !== 'object' || entry === null)
      throw refused('invalid_argument', 'entry', entry, '{ key, value }')
  }
}

/** @throws CacheError `invalid_argument` */
export function checkValue(value: unknown): void {
  if (value === undefined) {
    const accepted = 'anything else (null is a value, undefined means absent)'
    throw refused('invalid_argument', 'value', value, accepted)
  }
}

/** @throws CacheError `invalid_argument` */
export function checkLoader(load: unknown): (...args: unknown[]) => unknown {
  if (typeof load === 'function') return (...args) => load(...args)
  throw refused('invalid_argument', 'load', load, 'a function')
}

/** @throws CacheError `invalid_argument`; tags are checked where they are read */
export function checkTarget(target: InvalidateTarget): void {
  if (target === 'all') return
  if (typeof target === 'object' && target !== null) {
    const both = 'tags' in target && 'pattern' in target
    if ('tags' in target && !both) return
    if (!both && 'pattern' in target && typeof target.pattern === 'string' && target.pattern !== '') return
  }
  throw refused('invalid_argument', 'invalidate', target, "{ tags: [...] }, { pattern: 'feed:*' }, 'all'")
}

function refused(code: CacheErrorCode, name: string, given: unknown, accepted: string): CacheError {
  return new CacheError(code, `${name}: ${describe(given)} given; accepted: ${accepted}`)
}
