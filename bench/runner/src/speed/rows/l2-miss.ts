import { caches, HITRATE, limit, NODE_REDIS } from '../entrants.ts'
import type { Race } from '../race.ts'
import { misses } from '../works.ts'

export const l2Miss: Race = {
  name: 'l2-miss',
  title: 'Misses with an instant loader, 128 at once',
  operation: 'getOrSet of a key nobody has asked for, with L1 and Redis, 128 at once; GET, SET with PX',
  trials: [
    {
      name: '800-byte values',
      keys: 10_000,
      distribution: 'uniform',
      values: 'large',
      concurrency: 128,
      tier: 'both',
    },
  ],
  entrants: [limit(NODE_REDIS, 'node-redis.ts', misses), ...caches(misses)],
  goals: [{ of: HITRATE, to: 'bentocache', atLeast: 1.7 }],
}
