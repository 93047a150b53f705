import type { Clock, Timer } from '../clock.ts'
import type { BreakerState } from '../metrics/recorder.ts'
import type { Milliseconds, Ratio } from '../units.ts'
import type { BreakerSettings } from './store.ts'

/** The pause is shortened by up to this much. */
const JITTER: Ratio = 0.25

/**
 * Leaves a sick L2 alone. It opens after `failures` failures or timeouts in a row; any success in between begins the
 * count anew. While it is open no call is sent, so none costs anything; after a pause the breaker itself asks once, in
 * the background, so that no caller pays for finding out. The answer closes it, anything else opens it for the next pause.
 *
 * The nth pause is `min(pause * 2 ** n, maxPause) * (1 - 0.25 * random)`, n from 0. Doubled, because what has been down
 * for long is likely to stay so a while; jittered, because a fleet's breakers open in the same moment and would otherwise
 * ask a server that is coming back all at once, again and again; shortened only, so that both settings are upper bounds.
 */
export interface Breaker {
  /** `closed`: calls pass. `open`: none does. `half_open`: none does, and one probe is on its way. */
  readonly state: BreakerState
  /** Whether a call may be sent now. */
  readonly admits: boolean
  /**
   * Which stretch between two changes of state it is. A caller notes it when it sends, and hands it back with the result:
   * results of calls sent in another era, say before it opened, change nothing.
   */
  readonly era: number
  succeeded(era: number): void
  failed(era: number): void
  /** There is a new link: it closes, and what is known of the old link is forgotten. */
  reset(): void
  /** It stays as it is from now on, and leaves no timer. */
  close(): void
}

/**
 * @param options.probe whether L2 answers; settles within a deadline of its own (`probe` in `guard.ts`); a rejection is a no
 * @param options.onChange called after each change of state; must not throw
 */
export function createBreaker(options: {
  readonly clock: Clock
  readonly settings: BreakerSettings
  probe(): Promise<boolean>
  onChange(state: BreakerState): void
}): Breaker {
  const { clock, settings, probe, onChange } = options
  let state: BreakerState = 'closed'
  let era = 0
  let failuresInRow = 0
  let pauses = 0
  let timer: Timer | undefined
  let ended = false

  const become = (next: BreakerState): void => {
    state = next
    era++
    onChange(next)
  }

  const open = (): void => {
    const longest: Milliseconds = Math.min(settings.pause * 2 ** pauses, settings.maxPause)
    pauses++
    timer = clock.timer(longest * (1 - JITTER * clock.random()), () => void ask())
    become('open')
  }

  const close = (): void => {
    failuresInRow = 0
    pauses = 0
    become('closed')
  }

  const ask = async (): Promise<void> => {
    become('half_open')
    const asked = era
    const well = await isWell()
    if (era !== asked || ended) return
    if (well) close()
    else open()
  }

  const isWell = async (): Promise<boolean> => {
    try {
      return await probe()
    } catch {
      return false
    }
  }

  /** Results count while it is closed, and only of calls that were sent since it closed. */
  const counts = (sentIn: number): boolean => state === 'closed' && sentIn === era && !ended

  return {
    get state() {
      return state
    },
    get admits() {
      return state === 'closed'
    },
    get era() {
      return era
    },
    succeeded(sentIn) {
      if (counts(sentIn)) failuresInRow = 0
    },
    failed(sentIn) {
      if (counts(sentIn) && ++failuresInRow >= settings.failures) open()
    },
    reset() {
      if (ended) return
      timer?.cancel()
      if (state !== 'closed') return close()
      failuresInRow = 0
      era++
    },
    close() {
      ended = true
      timer?.cancel()
    },
  }
}
