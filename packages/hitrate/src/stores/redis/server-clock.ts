import type { Clock } from '../../clock.ts'
import type { Milliseconds } from '../../units.ts'
import type { ServerTime } from '../store.ts'
import type { Connection } from './connection.ts'
import { integer, list } from './replies.ts'

/** How old an estimate of the server's clock may grow before it is asked again: clocks drift and are set. */
const MAX_AGE: Milliseconds = 10_000
/**
 * An answer that took longer says too little: the estimate may be wrong by half of it. Mostly our own event loop had
 * stalled, so it is asked again, this often at the most.
 */
const MAX_ROUND_TRIP: Milliseconds = 50
const TRIES = 3

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

export function createServerClock(clock: Clock): ServerClock {
  let sample: { readonly offset: ClockOffset; readonly at: Milliseconds } | undefined
  let asking = false

  const ask = async (send: Connection['send'], tries = TRIES): Promise<void> => {
    const sent = clock.now()
    const [seconds, micros] = list(await send(['TIME']))
    const received = clock.now()
    if (received - sent > MAX_ROUND_TRIP && tries > 1) return ask(send, tries - 1)
    const at = (sent + received) / 2
    const server = integer(seconds) * 1_000 + integer(micros) / 1_000
    sample = { offset: { ahead: server - at, within: (received - sent) / 2 }, at }
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
    ask: (send) => ask(send),
  }
}
