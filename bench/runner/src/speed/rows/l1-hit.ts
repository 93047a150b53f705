import { caches, HITRATE, limit, MAP, RESOLVED_PROMISE, UNSERIALISED, unserialised } from '../entrants.ts'
import type { Race } from '../race.ts'
import { bare, hits } from '../works.ts'

const IN_L1 = { keys: 1_000, concurrency: 1, tier: 'l1' } as const

export const l1Hit: Race = {
  name: 'l1-hit',
  title: 'Hit in L1, 1 000 keys',
  operation: 'getOrSet of a key in memory, awaited, one at a time',
  trials: [
    { ...IN_L1, name: 'Zipf, small values', distribution: 'zipf', values: 'small' },
    { ...IN_L1, name: 'uniform, small values', distribution: 'uniform', values: 'small' },
    { ...IN_L1, name: 'Zipf, 800-byte values', distribution: 'zipf', values: 'large' },
  ],
  entrants: [
    limit(RESOLVED_PROMISE, 'resolved-promise.ts', bare),
    limit(MAP, 'map.ts', hits),
    ...caches(hits),
    unserialised(hits),
  ],
  goals: [
    { of: HITRATE, to: 'layered-loader', atLeast: 1 },
    { of: HITRATE, to: RESOLVED_PROMISE, atMost: 3 },
    { of: HITRATE, to: UNSERIALISED, atLeast: 8 },
    { of: HITRATE, to: 'cacheable', atLeast: 25 },
  ],
}
