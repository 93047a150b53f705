import { setTimeout as sleep } from 'node:timers/promises'
import { ask, type Open } from '../../subject.ts'

export interface CountedOutcomes {
  readonly callers: number
  readonly loads: number
  /** Absent where the subject counts nothing. */
  readonly counters?: Readonly<Record<string, number>>
}

const CALLERS = 100
const LOAD_MS = 50

/** 100 callers at once on one cold key: one loads, 99 wait for it. What do the counters say? */
export async function countedOutcomes(open: Open): Promise<CountedOutcomes> {
  let loads = 0
  const subject = open({
    load: async (key) => {
      loads++
      await sleep(LOAD_MS)
      return { key, version: 'of the origin' }
    },
    redis: undefined,
  })
  await Promise.all(Array.from({ length: CALLERS }, () => ask(subject, 'item')))
  const counters = subject.counters?.()
  return { callers: CALLERS, loads, ...(counters === undefined ? {} : { counters }) }
}
