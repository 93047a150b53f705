import type { Milliseconds } from 'hitrate'
import type { MonitorClock } from '../clock.ts'

/**
 * Says whether this process is to tell of something that others may be telling at the same moment: true for one of those
 * that ask with the same id within `ttl`. Default: always true.
 */
export type Lease = (id: string, ttl: Milliseconds) => Promise<boolean>

/** How long a lease may take; who grants it may well be what is broken. */
const WAIT_MS: Milliseconds = 2_000

/**
 * Asks for a lease. One that fails or doesn't answer in time is taken as granted: told twice is better than not at all.
 * @param signal aborted: answers at once
 */
export function isGranted(
  lease: Lease,
  { id, ttl }: { readonly id: string; readonly ttl: Milliseconds },
  clock: MonitorClock,
  signal: AbortSignal,
): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (granted: boolean): void => {
      timer.cancel()
      signal.removeEventListener('abort', giveUp)
      resolve(granted)
    }
    const giveUp = (): void => end(true)
    const timer = clock.timer(WAIT_MS, giveUp)
    signal.addEventListener('abort', giveUp)
    if (signal.aborted) return giveUp()
    // Called in a promise: one that throws at once has failed like any other.
    Promise.resolve()
      .then(() => lease(id, ttl))
      .then((granted) => end(granted !== false), giveUp)
  })
}
