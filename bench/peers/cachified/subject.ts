import { type Cache, type CacheEntry, type CreateReporter, cachified, totalTtl } from '@epic-web/cachified'
import { redisCacheAdapter } from 'cachified-redis-adapter'
import { LRUCache } from 'lru-cache'
import { createClient } from 'redis'
import { type Item, type Open, TTL_SECONDS } from '../../runner/src/subject.ts'

export const setUp = 'lru-cache, or cachified-redis-adapter on node-redis in its place (it has one tier)'

export const open: Open = ({ load, redis, entries = 1_000, uncounted }) => {
  const cache = redis === undefined ? memory(entries) : shared(redis.url)
  const counts = { hits: 0, misses: 0, pending: 0 }
  const reporter: CreateReporter<Item> =
    () =>
    ({ name }) => {
      if (name === 'getCachedValueSuccess') counts.hits++
      if (name === 'getCachedValueEmpty') counts.misses++
      if (name === 'getFreshValueHookPending') counts.pending++
    }
  const options = (key: string) => ({
    key,
    cache,
    ttl: TTL_SECONDS * 1_000,
    getFreshValue: () => load(key),
  })
  return {
    get: uncounted ? (key) => cachified(options(key)) : (key) => cachified(options(key), reporter),
    delete: async (key) => cache.delete(key),
    counters: () => counts,
  }
}

/** As its documentation shows it. */
function memory(max: number): Cache {
  const entries = new LRUCache<string, CacheEntry>({ max })
  return {
    set: (key, value) => {
      const ttl = totalTtl(value.metadata)
      return entries.set(key, value, {
        ...(ttl === Number.POSITIVE_INFINITY ? {} : { ttl }),
        start: value.metadata.createdTime,
      })
    },
    get: (key) => entries.get(key),
    delete: (key) => entries.delete(key),
  }
}

function shared(url: string): Cache {
  const client = createClient({ url }).on('error', () => undefined)
  client.connect().catch(() => undefined)
  return redisCacheAdapter(client)
}
