import { caches, HITRATE } from '../entrants.ts'
import type { Race } from '../race.ts'
import { hits, hitsInRequest } from '../works.ts'

const IN_L1 = { keys: 1_000, distribution: 'zipf', values: 'small', concurrency: 1, tier: 'l1' } as const
const UNRECORDED = 'Hitrate, nothing recorded'
const IN_REQUEST = 'Hitrate, in a request'
const UNRECORDED_IN_REQUEST = 'Hitrate, in a request, nothing recorded'
/** Of a hit, a fifth: with it a hit takes 1 / (1 - 0.2) of what it takes without. */
const MOST = 1.25

const [hitrate] = caches(hits)
const module = new URL('../../hitrate-unrecorded.ts', import.meta.url)

export const recording: Race = {
  name: 'recording',
  title: 'What recording adds to a hit in L1',
  operation: 'getOrSet of a key in memory, with and without its recording',
  trials: [{ ...IN_L1, name: 'Zipf, small values' }],
  entrants:
    hitrate === undefined
      ? []
      : [
          hitrate,
          { ...hitrate, name: UNRECORDED, module },
          { ...hitrate, name: IN_REQUEST, prepare: hitsInRequest },
          { ...hitrate, name: UNRECORDED_IN_REQUEST, module, prepare: hitsInRequest },
        ],
  goals: [
    { of: HITRATE, to: UNRECORDED, atMost: MOST },
    { of: IN_REQUEST, to: UNRECORDED_IN_REQUEST, atMost: MOST },
  ],
}
