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

answerOrders<MemoryOrder, MemoryFound>(measure)

async function measure({ module, entries }: MemoryOrder): Promise<MemoryFound> {
  const { open, setUp }: SubjectModule = await import(module)
  // The values are there before, and so don't count; the keys are made on the way, and do.
  const values = Array.from({ length: entries }, (_, index): Item => itemOf(`item:${index}`, 'small'))
  let loads = 0
  const load = async (key: string): Promise<Item> => {
    loads++
    const value = values[Number(key.slice('item:'.length))]
    if (value === undefined) throw new Error(`no value for ${key}`)
    return value
  }
  const subject = open({ load, redis: undefined, entries: 2 * entries, uncounted: true })
  // What its first entries bring with them is the cache's, not theirs.
  for (let index = 0; index < 100; index++) await subject.get(`item:${index}`)
  const before = await bytesInUse()
  for (let index = 100; index < entries; index++) await subject.get(`item:${index}`)
  await subject.settle?.()
  const after = await bytesInUse()
  const loaded = loads
  for (let index = 0; index < entries; index += 97) await subject.get(`item:${index}`)
  return { setUp, bytesPerEntry: (after - before) / (entries - 100), lost: loads - loaded }
}
