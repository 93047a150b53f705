import { type Cache, createCache } from 'hitrate'
import { redisStore } from 'hitrate/redis'
import type { Open, OpenOptions, Subject } from './subject.ts'

export const setUp = 'defaults; metrics on, as always'

/** Room for any entry of the benchmarks, where a number of entries is to be held. */
const BYTES_PER_ENTRY = 2_048

export const open: Open = (options) => subjectOf(openCache(options), options)

export function openCache({ redis, entries, l1 }: OpenOptions): Cache {
  return createCache({
    name: 'bench',
    l2: redisStore(redis?.url),
    ...(l1 === false ? { l1 } : entries === undefined ? {} : { l1: { maxBytes: entries * BYTES_PER_ENTRY } }),
  })
}

export function subjectOf(cache: Cache, { load }: OpenOptions): Subject {
  return {
    get: (key) => cache.getOrSet(key, () => load(key)),
    delete: (key) => cache.delete(key),
    ready: () => cache.ready(),
    counters: () => {
      const { outcomes } = cache.metrics.overall()
      return Object.fromEntries(Object.entries(outcomes).filter(([, count]) => count > 0))
    },
    settle: () => cache.idle(),
    getMany: (keys) => cache.getMany(keys),
    set: (key, value) => cache.set(key, value),
    setMany: (entries) => cache.setMany(entries),
    inRequest: (work) => cache.metrics.withEndpoint('/api/items/:id', work),
  }
}
