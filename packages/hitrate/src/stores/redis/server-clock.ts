import type { Clock } from '../../clock.ts'
import type { Milliseconds } from '../../units.ts'
import type { ServerTime } from '../store.ts'
import type { Connection } from './connection.ts'
import { integer, list } from './replies.ts'

/** How old an estimate of the server's clock may grow before it is asked again: clocks drift and are set. */
const MAX_AGE: Milliseconds = 10_000
/**
 * An answer that took longer says too little: the estimate may be wrong by half of it, and by so much longer what is
 * loaded after an invalidation counts as before, where the two are stamped by two servers. Mostly our own event loop had
 * stalled, so it is asked again, this often at the most, and what the quickest said is kept.
 */
const MAX_ROUND_TRIP: Milliseconds = 5
const TRIES = 4

/** The server's time, estimated from its answers to `TIME`. */
export interface ServerClock {
  /** `undefined` before the first answer. An old estimate is given once more while the server is asked again. */
  now(send: Connection['send']): ServerTime | undefined
  /** As last estimated; `undefined` before the first answer. */
  readonly offset: ClockOffset | undefined
  /** Asks the server; rejects when it can't be asked. */
  ask(send: Connection['send']): Promise<void>
}

/** How a server's clock stands to ours. */
export interface ClockOffset {
  /** The server's time less ours. */
  readonly ahead: Milliseconds
  /** It may be wrong by so much: the answer was under way for twice as long. */
  readonly within: Milliseconds
}

interface Sample {
  readonly offset: ClockOffset
  /** When it was true. */
  readonly at: Milliseconds
}

export function createServerClock(clock: Clock): ServerClock {
  let sample: Sample | undefined
  let asking = false

  const askOnce = async (send: Connection['send']): Promise<Sample> => {
    const sent = clock.now()
    const [seconds, micros] = list(await send(['TIME']))
    const received = clock.now()
    const at = (sent + received) / 2
    const server = integer(seconds) * 1_000 + integer(micros) / 1_000
    return { offset: { ahead: server - at, within: (received - sent) / 2 }, at }
  }

  const ask = async (send: Connection['send']): Promise<void> => {
    let best = await askOnce(send)
    for (let tries = 1; tries < TRIES && best.offset.within > MAX_ROUND_TRIP / 2; tries++) {
      const next = await askOnce(send)
      if (next.offset.within <= best.offset.within) best = next
    }
    sample = best
  }

  return {
    get offset() {
      return sample?.offset
    },
    now(send) {
      if (sample === undefined) return undefined
      const now = clock.now()
      if (now - sample.at > MAX_AGE && !asking) {
        asking = true
        const done = (): void => {
          asking = false
        }
        ask(send).then(done, done)
      }
      return sample.offset.ahead + now
    },
    ask,
  }
}
