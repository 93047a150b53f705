import KeyvRedis, { createClient } from '@keyv/redis'
import { Cacheable } from 'cacheable'
import type { Open } from '../../runner/src/subject.ts'
import { subjectOf } from './subject-of.ts'

export const setUp =
  'stats on; with Redis as its documentation says against hangs: no offline queue, no reconnecting, throwOnConnectError off, nonBlocking on'

export const open: Open = ({ load, redis }) =>
  subjectOf(
    redis === undefined
      ? new Cacheable({ stats: true, nonBlocking: true })
      : new Cacheable({ stats: true, nonBlocking: true, secondary: secondary(redis.url) }),
    load,
  )

function secondary(url: string): KeyvRedis<unknown> {
  const client = createClient({
    url,
    disableOfflineQueue: true,
    socket: { reconnectStrategy: false },
  })
  return new KeyvRedis(client, { throwOnConnectError: false })
}
