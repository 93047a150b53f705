import type { Milliseconds } from './units.ts'

/** Held: the global is a getter that would be called each time. */
const { performance } = globalThis

/** A timer that was asked for; `cancel` is harmless after it fired. */
export interface Timer {
  cancel(): void
}

/**
 * All that Hitrate knows of time and chance. Durations inside a process come from `now` (monotonic); `wall` is for
 * stamps people read. Only this file touches the runtime's own; tests pass a manual clock (`hitrate/testing`).
 */
export interface Clock {
  /** Monotonic time; only differences mean something. */
  now(): Milliseconds
  /** Unix time. */
  wall(): Milliseconds
  /** Uniform in [0, 1). */
  random(): number
  /** Runs `callback` once after `delay`; never keeps the process alive. */
  timer(delay: Milliseconds, callback: () => void): Timer
  /** Runs `callback` after the replies that have already arrived were handled. */
  afterIo(callback: () => void): void
}

/** Longest delay Node's timers take; longer ones would fire at once. */
const MAX_DELAY: Milliseconds = 2_147_483_647

export const systemClock: Clock = Object.freeze({
  now: () => performance.now(),
  wall: () => Date.now(),
  random: () => Math.random(),
  timer: (delay: Milliseconds, callback: () => void) => {
    const timeout = setTimeout(callback, Math.min(delay, MAX_DELAY))
    timeout.unref()
    return { cancel: () => clearTimeout(timeout) }
  },
  afterIo: (callback: () => void) => {
    setImmediate(callback)
  },
})
