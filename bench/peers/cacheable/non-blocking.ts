import { createKeyvNonBlocking } from '@keyv/redis'
import { Cacheable } from 'cacheable'
import type { Open } from '../../runner/src/subject.ts'
import { subjectOf } from './subject-of.ts'

export const setUp =
  'stats on; with Redis as its documentation says against hangs: createKeyvNonBlocking and nonBlocking, so that a lookup reads Redis in the background only, and a lost connection is not made again'

export const open: Open = ({ load, redis }) =>
  subjectOf(
    redis === undefined
      ? new Cacheable({ stats: true, nonBlocking: true })
      : new Cacheable({ stats: true, nonBlocking: true, secondary: createKeyvNonBlocking(redis.url) }),
    load,
  )
