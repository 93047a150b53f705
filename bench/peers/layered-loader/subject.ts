import { Redis } from 'ioredis'
import { enrichRedisConfig, HitStatisticsRecord, Loader, RedisCache } from 'layered-loader'
import { type Item, type Open, type RedisAddress, TTL_SECONDS } from '../../runner/src/subject.ts'

export const setUp =
  'memory with its hit statistics (without them where speed is measured); with Redis RedisCache (json) behind it, without notifications, which a single process does not need'

export const open: Open = ({ load, redis, entries = 10_000, l1, uncounted }) => {
  const statistics = new HitStatisticsRecord()
  const counted = {
    cacheId: 'items',
    cacheType: 'lru-object-statistics',
    globalStatisticsRecord: statistics,
  } as const
  const loader = new Loader<Item>({
    inMemoryCache: l1 ?? {
      ...(uncounted ? {} : counted),
      maxItems: entries,
      ttlInMsecs: TTL_SECONDS * 1_000,
    },
    dataSourceGetOneFn: load,
    ...(redis === undefined ? {} : { asyncCache: shared(redis) }),
  })
  return {
    get: (key) => loader.get(key),
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
