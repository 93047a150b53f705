import KeyvRedis from '@keyv/redis'
import { createCache } from 'cache-manager'
import { CacheableMemory } from 'cacheable'
import { Keyv } from 'keyv'
import { type Open, TTL_SECONDS } from '../../runner/src/subject.ts'

export const setUp = 'CacheableMemory; with Redis its two-tier set-up: a second Keyv on @keyv/redis'

export const open: Open = ({ load, redis, entries = 5_000, l1 }) => {
  const memory = new Keyv({ store: new CacheableMemory({ ttl: TTL_SECONDS * 1_000, lruSize: entries }) })
  const shared = redis === undefined ? [] : [new Keyv({ store: new KeyvRedis(redis.url) })]
  const stores = l1 === false ? shared : [memory, ...shared]
  for (const store of stores) store.on('error', () => undefined)
  const cache = createCache({ stores, ttl: TTL_SECONDS * 1_000 })
  return {
    get: (key) => cache.wrap(key, () => load(key)),
    delete: (key) => cache.del(key),
  }
}
