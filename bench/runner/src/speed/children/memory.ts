/** What an entry of one cache takes in memory, measured alone in a process. */

import type { Item, SubjectModule } from '../../subject.ts'
import { answerOrders } from '../asked-process.ts'
import { bytesInUse } from '../heap.ts'
import { itemOf } from '../keys.ts'

export interface MemoryOrder {
  readonly module: string
  readonly entries: number
}

export interface MemoryFound {
  readonly setUp: string
  readonly bytesPerEntry: number
  /** Loads again of keys that should have been there. */
  readonly lost: number
}

/** Entries that are there before anything is measured. */
const FIRST = 100

answerOrders<MemoryOrder, MemoryFound>(measure)

async function measure({ module, entries }: MemoryOrder): Promise<MemoryFound> {
  const { open, setUp }: SubjectModule = await import(module)
  const valueBytes = await bytesOfValue(entries)
  let loads = 0
  const load = async (key: string): Promise<Item> => {
    loads++
    return ownItem(key)
  }
  const subject = open({ load, redis: undefined, entries: 2 * entries, uncounted: true })
  // What its first entries bring with them is the cache's, not theirs.
  for (let index = 0; index < FIRST; index++) await subject.get(`item:${index}`)
  const before = await bytesInUse()
  for (let index = FIRST; index < entries; index++) await subject.get(`item:${index}`)
  await subject.settle?.()
  const after = await bytesInUse()
  const loaded = loads
  for (let index = 0; index < entries; index += 97) await subject.get(`item:${index}`)
  const bytesPerEntry = (after - before) / (entries - FIRST) - valueBytes
  return { setUp, bytesPerEntry, lost: loads - loaded }
}

/** Its texts are its own, as in what is read from a database, or decoded: whoever keeps it keeps as much. */
function ownItem(key: string): Item {
  return JSON.parse(JSON.stringify(itemOf(key, 'small')))
}

async function bytesOfValue(entries: number): Promise<number> {
  const values = new Array<Item | undefined>(entries).fill(undefined)
  const before = await bytesInUse()
  for (let index = 0; index < entries; index++) values[index] = ownItem(`item:${index}`)
  const after = await bytesInUse()
  return (after - before) / values.length
}
