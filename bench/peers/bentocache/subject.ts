import { BentoCache, bentostore } from 'bentocache'
import { memoryDriver } from 'bentocache/drivers/memory'
import { redisDriver } from 'bentocache/drivers/redis'
import { type Item, type Open, TTL_SECONDS } from '../../runner/src/subject.ts'

export const setUp =
  'memory; with Redis its multi-tier set-up: memory and redisDriver, without the bus, which a single process does not need'

export const open: Open = ({ load, redis }) => {
  const memory = bentostore().useL1Layer(memoryDriver({ maxItems: 10_000 }))
  const store =
    redis === undefined
      ? memory
      : memory.useL2Layer(redisDriver({ connection: { host: redis.host, port: redis.port } }))
  const cache = new BentoCache({ default: 'store', stores: { store }, ttl: TTL_SECONDS * 1_000 })
  let hits = 0
  let misses = 0
  cache.on('cache:hit', () => {
    hits++
  })
  cache.on('cache:miss', () => {
    misses++
  })
  return {
    get: (key) => cache.getOrSet<Item>({ key, factory: () => load(key) }),
    delete: (key) => cache.delete({ key }),
    counters: () => ({ hits, misses }),
  }
}
