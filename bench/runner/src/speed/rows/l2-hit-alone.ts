import { caches, HITRATE, limit, NODE_REDIS } from '../entrants.ts'
import type { Race } from '../race.ts'
import { hits } from '../works.ts'

export const l2HitAlone: Race = {
  name: 'l2-hit-alone',
  title: 'Hit in L2, one at a time',
  operation: 'getOrSet of a key in Redis, without L1, one at a time',
  trials: [
    {
      name: 'uniform, 800-byte values',
      keys: 10_000,
      distribution: 'uniform',
      values: 'large',
      concurrency: 1,
      tier: 'l2',
    },
  ],
  entrants: [limit(NODE_REDIS, 'node-redis.ts', hits), ...caches(hits)],
  goals: [{ of: HITRATE, to: NODE_REDIS, atLeast: 0.85 }],
}
