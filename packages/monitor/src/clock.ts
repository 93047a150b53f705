import type { Clock } from 'hitrate'

/** What the monitor knows of time; tests pass a manual clock (`hitrate/testing`). */
export type MonitorClock = Pick<Clock, 'now' | 'wall' | 'timer' | 'random' | 'afterIo'>

/** The system's. Its timers never keep the process alive. */
export const systemClock: MonitorClock = Object.freeze({
  now: () => performance.now(),
  wall: () => Date.now(),
  random: () => Math.random(),
  timer(delay: number, callback: () => void) {
    const timeout = setTimeout(callback, delay)
    timeout.unref()
    return { cancel: () => clearTimeout(timeout) }
  },
  afterIo: (callback: () => void) => void setImmediate(callback),
})
