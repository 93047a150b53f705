import { createCache } from 'async-cache-dedupe'
import { Redis } from 'ioredis'
import { type Open, TTL_SECONDS } from '../../runner/src/subject.ts'

export const setUp = 'memory, or Redis in its place (it has one tier)'

export const open: Open = ({ load, redis, entries, uncounted }) => {
  const counts = { hits: 0, misses: 0, dedupes: 0 }
  const listeners = {
    onHit: () => {
      counts.hits++
    },
    onMiss: () => {
      counts.misses++
    },
    onDedupe: () => {
      counts.dedupes++
    },
  }
  const cache = createCache({
    ttl: TTL_SECONDS,
    storage:
      redis === undefined
        ? { type: 'memory', options: entries === undefined ? {} : { size: entries } }
        : { type: 'redis', options: { client: connect(redis) } },
    ...(uncounted ? {} : listeners),
  }).define('item', load)
  return {
    get: (key) => cache.item(key),
    delete: (key) => cache.clear('item', key),
    counters: () => counts,
  }
}

function connect({ host, port }: { readonly host: string; readonly port: number }): Redis {
  return new Redis({ host, port }).on('error', () => undefined)
}
