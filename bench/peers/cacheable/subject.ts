import KeyvRedis from '@keyv/redis'
import { Cacheable } from 'cacheable'
import type { Open } from '../../runner/src/subject.ts'
import { subjectOf } from './subject-of.ts'

export const setUp =
  'stats on (off where speed is measured); with Redis as the second tier, blocking as by default, or as the first where there is to be none in memory'

export const open: Open = ({ load, redis, l1, uncounted }) => {
  const stats = uncounted === undefined
  const tier = redis === undefined ? undefined : new KeyvRedis(redis.url)
  if (tier === undefined) return subjectOf(new Cacheable({ stats }), load)
  return subjectOf(new Cacheable(l1 === false ? { stats, primary: tier } : { stats, secondary: tier }), load)
}
