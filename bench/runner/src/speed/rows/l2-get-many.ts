import { caches, HITRATE, limit, NODE_REDIS } from '../entrants.ts'
import type { Race } from '../race.ts'
import { batchHits } from '../works.ts'

export const l2GetMany: Race = {
  name: 'l2-get-many',
  title: 'Batch of 100 from L2',
  operation: 'getMany of 100 keys in Redis, without L1, one batch at a time; MGET and 100 JSON.parse',
  trials: [
    {
      name: '800-byte values',
      keys: 10_000,
      distribution: 'uniform',
      values: 'large',
      concurrency: 1,
      tier: 'l2',
    },
    {
      name: 'small values',
      keys: 10_000,
      distribution: 'uniform',
      values: 'small',
      concurrency: 1,
      tier: 'l2',
    },
  ],
  entrants: [limit(NODE_REDIS, 'node-redis.ts', batchHits), ...caches(batchHits).slice(0, 1)],
  goals: [{ of: HITRATE, to: NODE_REDIS, atLeast: 0.75 }],
}
