import type { Clock, Timer } from './clock.ts'
import type { Milliseconds } from './units.ts'

/** Runs the callback once, after the one length that all of its timers have. */
export type StartTimer = (callback: () => void) => Timer

/**
 * Timers of one length, for what is started often and mostly called off: deadlines, renewals. They come due in the order
 * in which they were started, so they are a queue, and the clock's own timer is needed by the first of them alone: starting
 * one costs an object, and calling it off nothing. With none left, there is no timer of the clock's either.
 *
 * Those that are due together fire in one go, and never before their time.
 *
 * @param delay above 0
 */
export function equalTimers(clock: Clock, delay: Milliseconds): StartTimer {
  let first: EqualTimer | undefined
  let last: EqualTimer | undefined
  /** Of the clock: fires when the first is due, or earlier where others stood before it. */
  let alarm: Timer | undefined

  const remove = (timer: EqualTimer): void => {
    const { before, after } = timer
    if (before === undefined) first = after
    else before.after = after
    if (after === undefined) last = before
    else after.before = before
    timer.leave()
    if (first !== undefined) return
    alarm?.cancel()
    alarm = undefined
  }

  const fire = (): void => {
    alarm = undefined
    const now = clock.now()
    try {
      for (let due = first; due !== undefined && due.at <= now; due = first) {
        const { callback } = due
        remove(due)
        callback()
      }
    } finally {
      // Also after a callback that throws, which the others don't suffer for.
      if (first !== undefined) alarm ??= clock.timer(Math.max(0, first.at - clock.now()), fire)
    }
  }

  return (callback) => {
    const timer = new EqualTimer(clock.now() + delay, callback, last, remove)
    if (last === undefined) {
      first = timer
      alarm = clock.timer(delay, fire)
    } else last.after = timer
    last = timer
    return timer
  }
}

/** One of those that run, linked in the order in which they come due. */
class EqualTimer implements Timer {
  readonly at: Milliseconds
  readonly callback: () => void
  before: EqualTimer | undefined
  after: EqualTimer | undefined = undefined
  #remove: ((timer: EqualTimer) => void) | undefined

  constructor(
    at: Milliseconds,
    callback: () => void,
    before: EqualTimer | undefined,
    remove: (timer: EqualTimer) => void,
  ) {
    this.at = at
    this.callback = callback
    this.before = before
    this.#remove = remove
  }

  cancel(): void {
    this.#remove?.(this)
  }

  /** It runs no more, and keeps nothing of those that do. */
  leave(): void {
    this.#remove = undefined
    this.before = undefined
    this.after = undefined
  }
}
