import { createCache } from 'hitrate'
import { redisStore } from 'hitrate/redis'
import type { Open } from './subject.ts'

export const setUp = 'defaults; metrics on, as always'

export const open: Open = ({ load, redis }) => {
  const cache = createCache({ name: 'bench', l2: redisStore(redis?.url) })
  return {
    get: (key) => cache.getOrSet(key, () => load(key)),
    delete: (key) => cache.delete(key),
    ready: () => cache.ready(),
    counters: () => {
      const { outcomes } = cache.metrics.overall()
      return Object.fromEntries(Object.entries(outcomes).filter(([, count]) => count > 0))
    },
  }
}
