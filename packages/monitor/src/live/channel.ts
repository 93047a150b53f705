import { randomBytes } from 'node:crypto'
import type { Logger, Milliseconds, Timer } from 'hitrate'
import type { MonitorClock } from '../clock.ts'

const PERIOD_MS: Milliseconds = 1_000
/** Ticks kept for those who come back. */
const KEPT = 60

/**
 * Says what the next tick is; `undefined`: nothing new. May fail, then nothing is told.
 * @param first nobody has listened since the one before
 */
export type NextTick = (first: boolean) => Promise<object | undefined>

interface Tick {
  readonly id: string
  readonly number: number
  readonly bytes: Uint8Array
}

/** Ticks, one after the other: each made once, whoever listens, and only between `begin` and `end`. */
export interface Channel {
  readonly running: boolean
  /** Makes the first one now, then looks every second. */
  begin(): void
  end(): void
  /** What somebody who comes now has missed since the last event seen: as far as it is kept, else the newest. */
  missed(lastEventId: string | undefined): readonly Uint8Array[]
}

export function createChannel(options: {
  readonly clock: MonitorClock
  readonly logger: Pick<Logger, 'error'> | undefined
  readonly next: NextTick
  /** Every second, before anything is made. */
  onPeriod(): void
  /** A tick, or a comment by which a connection is seen to live. */
  tell(bytes: Uint8Array): void
}): Channel {
  const { clock, logger, next, onPeriod, tell } = options
  const text = new TextEncoder()
  // Ids of another process are not taken for ours.
  const series = randomBytes(4).toString('hex')
  const comment = text.encode(':\n\n')
  const kept: Tick[] = []
  let count = 0
  /** Ticks up to here are of before anybody listened. */
  let past = 0
  let timer: Timer | undefined
  let making = false

  const keep = (tick: object): Uint8Array => {
    const number = ++count
    const id = `${series}-${number}`
    const bytes = text.encode(`id: ${id}\nevent: tick\ndata: ${JSON.stringify(tick)}\n\n`)
    kept.push({ id, number, bytes })
    if (kept.length > KEPT) kept.shift()
    return bytes
  }
  const make = async (first: boolean): Promise<void> => {
    if (making) return
    making = true
    let bytes: Uint8Array = comment
    try {
      const tick = await next(first)
      if (tick !== undefined) bytes = keep(tick)
    } catch (error) {
      logger?.error({ err: error }, 'the monitor failed to make a tick')
    }
    making = false
    // At once: who came in between would have it from what is kept, and again.
    tell(bytes)
  }
  const period = (): void => {
    timer = clock.timer(PERIOD_MS, period)
    onPeriod()
    if (timer !== undefined) void make(false)
  }

  return {
    get running() {
      return timer !== undefined
    },
    begin() {
      past = count
      timer = clock.timer(PERIOD_MS, period)
      void make(true)
    },
    end() {
      timer?.cancel()
      timer = undefined
    },
    missed(lastEventId) {
      const seen = kept.findIndex(({ id }) => id === lastEventId)
      const ticks = seen === -1 ? kept.slice(-1).filter(({ number }) => number > past) : kept.slice(seen + 1)
      return ticks.map(({ bytes }) => bytes)
    },
  }
}
