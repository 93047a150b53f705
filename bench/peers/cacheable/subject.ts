import KeyvRedis from '@keyv/redis'
import { Cacheable } from 'cacheable'
import type { Open } from '../../runner/src/subject.ts'
import { subjectOf } from './subject-of.ts'

export const setUp = 'stats on; with Redis as the second tier, blocking as by default'

export const open: Open = ({ load, redis }) =>
  subjectOf(
    redis === undefined
      ? new Cacheable({ stats: true })
      : new Cacheable({ stats: true, secondary: new KeyvRedis(redis.url) }),
    load,
  )
