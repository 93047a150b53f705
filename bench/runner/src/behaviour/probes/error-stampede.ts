import { setTimeout as sleep } from 'node:timers/promises'
import { ask, type Open } from '../../subject.ts'
import { timed } from '../waiting.ts'

export interface ErrorStampede {
  readonly callers: number
  readonly loads: number
  /** Callers that got an error; the rest got an answer out of nowhere. */
  readonly failed: number
  /** Until the last caller had its answer. */
  readonly tookMs: number
}

const CALLERS = 20
const LOAD_MS = 50
const LIMIT_MS = 15_000

/** 20 callers at once, and a loader that fails after 50 ms. */
export async function errorStampede(open: Open): Promise<ErrorStampede> {
  let loads = 0
  const subject = open({
    load: async () => {
      loads++
      await sleep(LOAD_MS)
      throw new Error('the origin is down')
    },
    redis: undefined,
  })
  const ends = await Promise.all(
    Array.from({ length: CALLERS }, () => timed(() => ask(subject, 'item'), LIMIT_MS)),
  )
  return {
    callers: CALLERS,
    loads,
    failed: ends.filter(({ error }) => error !== undefined).length,
    tookMs: Math.max(...ends.map(({ took }) => took)),
  }
}
