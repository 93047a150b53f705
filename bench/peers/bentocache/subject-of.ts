import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { redisDriver } from 'bentocache/drivers/redis'
import { type Item, type Open, TTL_SECONDS } from '../../runner/src/subject.ts'

/** @param memory what its memory is to do otherwise than by default */
export function openWith(memory: { readonly serialize?: false }): Open {
  return ({ load, redis, entries = 10_000, l1, uncounted }) => {
    const first = bentostore()
    const upper = l1 === false ? first : first.useL1Layer(memoryDriver({ maxItems: entries, ...memory }))
    const store =
      redis === undefined
        ? upper
        : upper.useL2Layer(redisDriver({ connection: { host: redis.host, port: redis.port } }))
    const cache = new BentoCache({ default: 'store', stores: { store }, ttl: TTL_SECONDS * 1_000 })
    let hits = 0
    let misses = 0
    if (!uncounted) {
      cache.on('cache:hit', () => {
        hits++
      })
      cache.on('cache:miss', () => {
        misses++
      })
    }
    return {
      get: (key) => cache.getOrSet<Item>({ key, factory: () => load(key) }),
      delete: (key) => cache.delete({ key }),
      counters: () => ({ hits, misses }),
    }
  }
}
