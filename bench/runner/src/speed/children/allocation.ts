/** What a hit of one cache allocates, measured alone in a process. */
import { getHeapStatistics } from 'node:v8'
import type { Subject, SubjectModule } from '../../subject.ts'
import { answerOrders } from '../asked-process.ts'
import { itemOf } from '../keys.ts'

export interface AllocationOrder {
  readonly module: string
  readonly inRequest: boolean
}

export interface AllocationFound {
  readonly setUp: string
  readonly bytesPerHit: number
}

const KEYS = 1_000
const HITS = 1_000_000

answerOrders<AllocationOrder, AllocationFound>(measure)

async function measure({ module, inRequest }: AllocationOrder): Promise<AllocationFound> {
  const { open, setUp }: SubjectModule = await import(module)
  const subject = open({ load: async (key) => itemOf(key, 'small'), redis: undefined, uncounted: true })
  const work = async () => {
    await hitsOf(subject)
    const before = allocated()
    await hitsOf(subject)
    return (allocated() - before) / HITS
  }
  const bytesPerHit =
    inRequest && subject.inRequest !== undefined ? await subject.inRequest(work) : await work()
  return { setUp, bytesPerHit }
}

async function hitsOf(subject: Subject): Promise<void> {
  const keys = Array.from({ length: KEYS }, (_, index) => `item:${index}`)
  for (let hit = 0; hit < HITS; hit++) await subject.get(keys[hit % KEYS] ?? '')
}

/** Bytes since the process began, collected or not. */
function allocated(): number {
  const statistics: object = getHeapStatistics()
  if (!('total_allocated_bytes' in statistics)) throw new Error(`Node ${process.version} does not tell`)
  return Number(statistics.total_allocated_bytes)
}
