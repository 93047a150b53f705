import type { SetEntry, WriteOptions } from '../cache/types.ts'
import { CacheError, describe } from '../errors.ts'
import { DURATION_FORMS, parseDuration } from '../units.ts'

function checkDuration(name: 'ttl' | 'staleFor', value: unknown): void {
  if (value === undefined || parseDuration(value) !== undefined) return
  throw new CacheError('invalid_option', `${name} must be ${DURATION_FORMS}, not ${describe(value)}`)
}

function checkTags(value: unknown): void {
  if (value === undefined) return
  if (Array.isArray(value) && value.every((tag) => typeof tag === 'string' && tag !== '')) return
  throw new CacheError('invalid_option', `tags must be an array of non-empty strings, not ${describe(value)}`)
}

/**
 * The entry with the options it leaves open. Checked here, although the cache does it again, because entries reach the
 * cache in chunks: a wrong one at the end must be refused before the first is stored.
 */
function completeEntry(entry: SetEntry, defaults: WriteOptions): SetEntry {
  if (typeof entry !== 'object' || entry === null) {
    throw new CacheError('invalid_argument', `an entry must be { key, value }, not ${describe(entry)}`)
  }
  const { key, value, ttl = defaults.ttl, staleFor = defaults.staleFor, tags = defaults.tags } = entry
  if (typeof key !== 'string' || key === '') {
    throw new CacheError('invalid_key', `a key must be a non-empty string, not ${describe(key)}`)
  }
  checkDuration('ttl', ttl)
  checkDuration('staleFor', staleFor)
  checkTags(tags)
  return {
    key,
    value,
    ...(ttl !== undefined && { ttl }),
    ...(staleFor !== undefined && { staleFor }),
    ...(tags !== undefined && { tags }),
  }
}

/** Throws `invalid_argument`, `invalid_key`, `invalid_option` for the first wrong one. */
export function completeEntries(entries: readonly SetEntry[], defaults: WriteOptions = {}): SetEntry[] {
  if (!Array.isArray(entries)) {
    throw new CacheError(
      'invalid_argument',
      `entries must be an array of { key, value }, not ${describe(entries)}`,
    )
  }
  return entries.map((entry) => completeEntry(entry, defaults))
}
