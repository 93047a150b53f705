import { type Spread, spreadOf } from '../../spread.ts'
import { askOnce } from '../asked-process.ts'
import type { AllocationFound, AllocationOrder } from '../children/allocation.ts'
import { caches, HITRATE } from '../entrants.ts'
import type { Figure, Verdict } from '../results.ts'
import type { Row } from '../row.ts'
import { verdict } from '../verdict.ts'
import { hits } from '../works.ts'

const TIMES = 3
const CHILD = new URL('../children/allocation.ts', import.meta.url)
const UNRECORDED = new URL('../../hitrate-unrecorded.ts', import.meta.url)
/** Of a million hits what a bucket of time and the measurement itself take comes to a fraction of a byte each. */
const GOAL = { atMost: 1 } as const
const WHERE = [
  { place: '', inRequest: false },
  { place: ', in a request', inRequest: true },
] as const

const title = 'What recording a hit in L1 allocates'

export const allocation: Row = {
  name: 'allocation',
  title,
  // What is left of it is as small as what runs of the same code differ by.
  guarded: false,
  measure: async () => {
    const figures: Figure[] = []
    const verdicts: Verdict[] = []
    const [hitrate] = caches(hits)
    if (hitrate === undefined) throw new Error('there is nothing to measure')
    for (const { place, inRequest } of WHERE) {
      const recorded = await bytesPerHit({ module: hitrate.module.href, inRequest })
      const unrecorded = await bytesPerHit({ module: UNRECORDED.href, inRequest })
      figures.push(
        { name: `${HITRATE}${place}`, bytes: recorded },
        { name: `${HITRATE}${place}, nothing recorded`, bytes: unrecorded },
      )
      const value = differenceOf(recorded, unrecorded)
      verdicts.push(verdict(`bytes that recording a hit allocates${place}`, GOAL, value))
    }
    return {
      name: 'allocation',
      title,
      operation: 'bytes allocated by a hit, with and without its recording; a promise is the caller’s',
      trials: [{ name: '1 000 000 hits', figures, verdicts }],
    }
  },
}

async function bytesPerHit(order: AllocationOrder): Promise<Spread> {
  const found: AllocationFound[] = []
  for (let time = 0; time < TIMES; time++)
    found.push(await askOnce<AllocationOrder, AllocationFound>(CHILD, order))
  return spreadOf(found.map((one) => one.bytesPerHit))
}

function differenceOf(one: Spread, other: Spread): Spread {
  return { median: one.median - other.median, q1: one.q1 - other.q3, q3: one.q3 - other.q1 }
}
