import { setTimeout as sleep } from 'node:timers/promises'
import { ask, type Open, type RedisAddress } from '../../subject.ts'
import { type Ended, timed } from '../waiting.ts'

export interface UnreachableRedis {
  readonly first: Lookups
  /** Absent when a lookup before had no answer within the limit. */
  readonly later?: Lookups
}

/** Lookups of one phase, one after another. */
export interface Lookups {
  readonly count: number
  readonly errors: number
  /** Of the first error. */
  readonly error?: string
  /** The last one had no answer within the limit. */
  readonly hung: boolean
  readonly medianMs: number
  readonly worstMs: number
}

/** What a subject gets to notice that Redis is gone; then as long again is measured. */
const PHASE_MS = 5_000
const PAUSE_MS = 20
export const LIMIT_MS = 15_000

/** A Redis that can't be used, a loader that answers at once, and a new key for every lookup. */
export async function unreachableRedis(
  open: Open,
  redis: RedisAddress | undefined,
): Promise<UnreachableRedis> {
  const subject = open({ load: async (key) => ({ key, version: 'of the origin' }), redis })
  let keys = 0
  const phase = async (): Promise<Lookups> => {
    const ends: Ended<unknown>[] = []
    const until = performance.now() + PHASE_MS
    do {
      ends.push(await timed(() => ask(subject, `item-${keys++}`), LIMIT_MS))
      await sleep(PAUSE_MS)
    } while (performance.now() < until && ends.at(-1)?.hung === false)
    return summary(ends)
  }
  const first = await phase()
  return first.hung ? { first } : { first, later: await phase() }
}

function summary(ends: readonly Ended<unknown>[]): Lookups {
  const times = ends.map(({ took }) => took).sort((a, b) => a - b)
  const errors = ends.flatMap(({ error }) => (error === undefined ? [] : [error]))
  const [error] = errors
  return {
    count: ends.length,
    errors: errors.length,
    ...(error === undefined ? {} : { error }),
    hung: ends.at(-1)?.hung === true,
    medianMs: times[Math.floor(times.length / 2)] ?? Number.NaN,
    worstMs: times.at(-1) ?? Number.NaN,
  }
}
