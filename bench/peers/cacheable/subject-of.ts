import type { Cacheable } from 'cacheable'
import { type Item, type OpenOptions, type Subject, TTL_SECONDS } from '../../runner/src/subject.ts'

/** Both ways to set it up are asked in the same way. */
export function subjectOf(cache: Cacheable, load: OpenOptions['load']): Subject {
  cache.on('error', () => undefined)
  return {
    get: (key) => cache.getOrSet<Item>(key, () => load(key), { ttl: `${TTL_SECONDS}s`, throwErrors: true }),
    delete: (key) => cache.delete(key),
    counters: () => ({ hits: cache.stats.hits, misses: cache.stats.misses }),
  }
}
