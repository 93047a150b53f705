import { spreadOf } from '../../spread.ts'
import { askOnce } from '../asked-process.ts'
import type { MemoryFound, MemoryOrder } from '../children/memory.ts'
import { caches, HITRATE, limit, MAP, unserialised } from '../entrants.ts'
import type { Entrant } from '../race.ts'
import type { Figure } from '../results.ts'
import type { Row } from '../row.ts'
import { verdict } from '../verdict.ts'
import { hits } from '../works.ts'

const ENTRIES = 100_000
/** Processes of each: the garbage of another start lies elsewhere. */
const TIMES = 3
const CHILD = new URL('../children/memory.ts', import.meta.url)
const GOAL = { atMost: 200 } as const

export const memory: Row = {
  name: 'memory',
  title: 'Memory of an entry in L1',
  guarded: true,
  measure: async ({ goalsOnly }) => {
    const figures: Figure[] = []
    const all = [limit(MAP, 'map.ts', hits), ...caches(hits), unserialised(hits)]
    for (const entrant of all.filter(({ name }) => !goalsOnly || name === HITRATE)) {
      figures.push(await figureOf(entrant))
    }
    return {
      name: 'memory',
      title: 'Memory of an entry in L1',
      operation: 'bytes of heap per entry beyond its value: the key, and whatever the cache adds',
      trials: [
        {
          name: `${ENTRIES.toLocaleString('en-GB')} small entries`,
          figures,
          verdicts: figures
            .filter(({ name }) => name === HITRATE)
            .map(({ bytes }) => verdict('Hitrate, bytes per entry beyond the value', GOAL, bytes)),
        },
      ],
    }
  },
}

async function figureOf({ name, version, module }: Entrant): Promise<Figure> {
  const order: MemoryOrder = { module: module.href, entries: ENTRIES }
  const found: MemoryFound[] = []
  for (let time = 0; time < TIMES; time++) found.push(await askOnce<MemoryOrder, MemoryFound>(CHILD, order))
  const [first] = found
  const lost = found.reduce((sum, one) => sum + one.lost, 0)
  return {
    name,
    ...(version === undefined ? {} : { version }),
    ...(first === undefined ? {} : { setUp: first.setUp }),
    ...(lost === 0
      ? { bytes: spreadOf(found.map(({ bytesPerEntry }) => bytesPerEntry)) }
      : { disqualified: `${lost} entries were not there any more` }),
  }
}
