import type { Clock, Timer } from '../../clock.ts'
import type { Milliseconds } from '../../units.ts'

/** Beats without a sign of the server until its link is given up, */
const SILENT_BEATS = 3
/** and how long they take together at the least: a short beat is about staleness, and no reason for less patience. */
const MIN_SILENCE: Milliseconds = 1_000

export interface Heartbeat {
  stop(): void
}

/**
 * Asks the server whenever nothing asked in the last beat was answered. A silent line looks like an idle one: without
 * this neither a server that hangs nor a line that is cut without a word is noticed, and what others changed meanwhile
 * isn't either.
 */
export function startHeartbeat(options: {
  readonly clock: Clock
  readonly beat: Milliseconds
  /** When the last question that was answered was sent. */
  provenAt(): Milliseconds
  ping(): Promise<unknown>
  /** Called once, after three silent beats that took a second or more. */
  onSilent(): void
}): Heartbeat {
  const { clock, beat } = options
  const enough = Math.max(SILENT_BEATS, Math.ceil(MIN_SILENCE / beat))
  let stopped = false
  let timer: Timer | undefined
  let asked = false
  let heard = options.provenAt()
  let silent = 0

  const wait = (delay: Milliseconds): void => {
    const due = clock.now() + delay
    // What has already arrived is handled before it is judged.
    timer = clock.timer(delay, () => clock.afterIo(() => judge(due)))
  }
  const judge = (due: Milliseconds): void => {
    if (stopped) return
    // Our own event loop has stalled: the last question may not even have left.
    const late = clock.now() - due > beat / 2
    const provenAt = options.provenAt()
    if (provenAt > heard) silent = 0
    else if (asked && !late) silent++
    heard = provenAt
    if (silent >= enough) {
      stopped = true
      options.onSilent()
      return
    }
    const age = clock.now() - provenAt
    asked = age >= beat
    if (asked) options.ping().catch(() => undefined)
    wait(asked ? beat : beat - age)
  }
  wait(beat)

  return {
    stop() {
      stopped = true
      timer?.cancel()
    },
  }
}
