import { caches, HITRATE, limit } from '../entrants.ts'
import type { Race } from '../race.ts'
import { batchWrites, writesOneByOne } from '../works.ts'

const ONE_BY_ONE = 'Hitrate, one by one'
const PIPELINED = 'node-redis, pipelined'

export const l2SetMany: Race = {
  name: 'l2-set-many',
  title: '100 writes to L2',
  operation: 'setMany of 100 entries to Redis, without L1; 100 set, 100 SET with PX',
  trials: [
    {
      name: '800-byte values',
      keys: 10_000,
      distribution: 'uniform',
      values: 'large',
      concurrency: 1,
      tier: 'l2',
    },
  ],
  entrants: [
    limit(PIPELINED, 'node-redis.ts', batchWrites),
    ...caches(batchWrites).slice(0, 1),
    ...caches(writesOneByOne)
      .slice(0, 1)
      .map((entrant) => ({ ...entrant, name: ONE_BY_ONE })),
    limit('node-redis, one by one', 'node-redis.ts', writesOneByOne),
  ],
  goals: [
    { of: HITRATE, to: ONE_BY_ONE, atLeast: 13 },
    { of: HITRATE, to: PIPELINED, atLeast: 0.6 },
  ],
}
