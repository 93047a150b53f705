import type { Clock } from '../clock.ts'
import type { Milliseconds } from '../units.ts'
import { withinDeadline } from './deadline.ts'

/** So many deadlines in a row without any reply, and a link counts as silent. */
const SILENT_DEADLINES = 3
/** Patience never grows beyond so many deadlines: with the default deadline, 6 s. */
const MAX_SILENT_DEADLINES = 24

/**
 * Finds links that are open and dead: the server frozen, a half-open socket.
 *
 * The rule: a call was sent, and for three deadlines from then nothing at all was answered, neither in time nor late, to
 * it or to any other. The first missed deadline starts the watch, any reply ends it. So neither how many calls time out
 * together matters (a burst proves no more than one of them does), nor whether more are sent (the breaker may have
 * opened on the burst): a frozen server is found three deadlines after it was first asked. A server that is slow, but
 * answers something within that time, is not silent.
 *
 * After a silence that was told, patience doubles (up to 24 deadlines) until something is answered in time again: a
 * server that takes longer than three deadlines for everything loses its link once, not for ever.
 */
export interface Watchdog {
  /** Replies so far; a call notes it when it is sent. */
  readonly replies: number
  /** The server answered something. */
  heard(how: 'in_time' | 'late'): void
  /** A call passed its deadline. @param replies what it noted */
  missed(replies: number): void
  /** There is a new link: that the old one was silent says nothing of it. */
  reset(): void
  /** Nothing is told from now on, and no timer is left. */
  close(): void
}

/** @param options.onSilence called once for each silence; a call sent before that is no part of a later one */
export function createWatchdog(options: {
  readonly clock: Clock
  readonly timeout: Milliseconds
  onSilence(): void
}): Watchdog {
  const { clock, timeout, onSilence } = options
  let replies = 0
  let patience = SILENT_DEADLINES
  let watch: PromiseWithResolvers<void> | undefined
  let ended = false

  const end = (): void => {
    replies++
    watch?.resolve()
    watch = undefined
  }

  const start = async (): Promise<void> => {
    const begun = Promise.withResolvers<void>()
    watch = begun
    // One deadline has passed already.
    const ending = await withinDeadline(clock, (patience - 1) * timeout, () => begun.promise)
    if (ending.kind !== 'overdue' || watch !== begun) return
    end()
    patience = Math.min(patience * 2, MAX_SILENT_DEADLINES)
    onSilence()
  }

  return {
    get replies() {
      return replies
    },
    heard(how) {
      end()
      if (how === 'in_time') patience = SILENT_DEADLINES
    },
    missed(noted) {
      if (watch === undefined && noted === replies && !ended) void start()
    },
    reset: end,
    close() {
      ended = true
      end()
    },
  }
}
