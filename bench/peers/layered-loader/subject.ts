import { Redis } from 'ioredis'
import { enrichRedisConfig, HitStatisticsRecord, Loader, RedisCache } from 'layered-loader'
import { type Item, type Open, type RedisAddress, TTL_SECONDS } from '../../runner/src/subject.ts'

export const setUp =
  'memory with its hit statistics; with Redis RedisCache (json) behind it, without notifications, which a single process does not need'

export const open: Open = ({ load, redis }) => {
  const statistics = new HitStatisticsRecord()
  const inMemoryCache = {
    cacheId: 'items',
    cacheType: 'lru-object-statistics',
    globalStatisticsRecord: statistics,
    maxItems: 10_000,
    ttlInMsecs: TTL_SECONDS * 1_000,
  } as const
  const loader = new Loader<Item>({
    inMemoryCache,
    dataSourceGetOneFn: load,
    ...(redis === undefined ? {} : { asyncCache: shared(redis) }),
  })
  return {
    get: async (key) => {
      const item = await loader.get(key)
      if (item === undefined || item === null) throw new Error(`nothing under ${key}`)
      return item
    },
    delete: (key) => loader.invalidateCacheFor(key),
    counters: () => {
      const days = Object.values(statistics.records.items ?? {})
      return {
        hits: days.reduce((sum, day) => sum + day.hits, 0),
        misses: days.reduce((sum, day) => sum + day.misses, 0),
      }
    },
  }
}

function shared({ host, port }: RedisAddress): RedisCache<Item> {
  const client = new Redis(enrichRedisConfig({ host, port })).on('error', () => undefined)
  return new RedisCache<Item>(client, { json: true, ttlInMsecs: TTL_SECONDS * 1_000 })
}
