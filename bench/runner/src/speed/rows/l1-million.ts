import { caches, HITRATE, limit, MAP, UNSERIALISED, unserialised } from '../entrants.ts'
import type { Race } from '../race.ts'
import { hits } from '../works.ts'

const SMALL = 'Hitrate, 1 000 keys'
const NEAREST = 'layered-loader'
const entrants = caches(hits)
const [hitrate] = entrants

export const l1Million: Race = {
  name: 'l1-million',
  title: 'Hit in L1, 1 000 000 keys',
  operation: 'getOrSet of a key in memory, awaited, one at a time',
  trials: [
    {
      name: 'Zipf, small values',
      keys: 1_000_000,
      distribution: 'zipf',
      values: 'small',
      concurrency: 1,
      tier: 'l1',
    },
  ],
  entrants: [
    limit(MAP, 'map.ts', hits),
    ...(hitrate === undefined ? [] : [{ ...hitrate, name: SMALL, trial: { keys: 1_000 } }]),
    ...entrants,
    unserialised(hits),
  ],
  goals: [
    { of: HITRATE, to: SMALL, atMost: 4 },
    { of: HITRATE, to: NEAREST, atLeast: 1 },
    ...[...entrants.slice(1).map(({ name }) => name), UNSERIALISED]
      .filter((name) => name !== NEAREST)
      .map((to) => ({ of: HITRATE, to, atLeast: 1, distant: true }) as const),
  ],
}
