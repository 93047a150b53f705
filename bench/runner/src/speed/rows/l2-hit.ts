import { caches, HITRATE, limit, NODE_REDIS } from '../entrants.ts'
import type { Race } from '../race.ts'
import { hits } from '../works.ts'

const IN_L2 = { keys: 10_000, concurrency: 128, tier: 'l2' } as const

export const l2Hit: Race = {
  name: 'l2-hit',
  title: 'Hits in L2, 128 at once',
  operation: 'getOrSet of a key in Redis, without L1, 128 at once',
  trials: [
    { ...IN_L2, name: 'uniform, 800-byte values', distribution: 'uniform', values: 'large' },
    { ...IN_L2, name: 'Zipf, 800-byte values', distribution: 'zipf', values: 'large' },
    { ...IN_L2, name: 'uniform, small values', distribution: 'uniform', values: 'small' },
  ],
  entrants: [limit(NODE_REDIS, 'node-redis.ts', hits), ...caches(hits)],
  goals: [
    { of: HITRATE, to: NODE_REDIS, atLeast: 1.5 },
    { of: HITRATE, to: 'bentocache', atLeast: 4 },
  ],
}
