/** The central promise between two processes on one real Redis: what they know of each other comes through it. */
import { type RedisServer, startRedis } from '@hitrate/test-support'
import { redisStore } from 'hitrate/redis'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { FILLS } from './fills.ts'
import { INVALIDATIONS } from './invalidations.ts'
import { play } from './play.ts'

let redis: RedisServer
let worlds = 0

beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis.stop())

/** Those that need no time to pass on the server: its clock is its own. */
const POSSIBLE = FILLS.filter(({ overStale, options, onItsWay }) => !overStale && !options && !onItsWay)

describe.each(['L1 over L2, one process', 'L1 over L2, two processes', 'L2 alone, two processes'] as const)(
  '%s',
  (topology) => {
    for (const filling of POSSIBLE) {
      for (const invalidating of INVALIDATIONS) {
        test(`${invalidating.name} voids ${filling.name}`, async () => {
          for (const when of ['during', 'after'] as const) {
            // The caches' clock is moved by hand, so their bound on Redis must not depend on it.
            const l2 = redisStore(redis.url, { keyPrefix: `world${worlds++}`, timeout: '1h' })
            await play(topology, filling, invalidating, { staleFor: 0, when, originFails: false }, l2)
          }
        })
      }
    }
  },
)
