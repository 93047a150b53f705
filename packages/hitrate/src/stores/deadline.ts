import type { Clock, Timer } from '../clock.ts'
import type { StartTimer } from '../equal-timers.ts'
import type { Milliseconds } from '../units.ts'

/** What came of asking. */
export type Answer<T> =
  | { readonly kind: 'answered'; readonly value: T }
  | { readonly kind: 'failed'; readonly error: unknown }

/** `overdue`: nothing came within the deadline. */
export type Ending<T> = Answer<T> | { readonly kind: 'overdue' }

const OVERDUE: { readonly kind: 'overdue' } = Object.freeze({ kind: 'overdue' })

/**
 * Waits for the work until its deadline; never rejects. The work itself can't be called off: what it still answers goes
 * to `late`.
 *
 * A stalled event loop of our own must not look like a slow server. When the deadline's timer fires, replies that have
 * already arrived are handled first. Where even that was late, the request was perhaps only just written (node-redis
 * writes after the current turn of the loop): it gets once more what the loop took from it, at most `timeout` again.
 * So a caller waits `timeout`, plus the stall, plus at most `timeout`; without a stall the bound is `timeout`.
 *
 * @param start of timers of this timeout, where many work under it
 */
export function withinDeadline<T>(
  clock: Clock,
  timeout: Milliseconds,
  work: () => Promise<T>,
  late: (answer: Answer<T>) => void = () => undefined,
  start: StartTimer = (callback) => clock.timer(timeout, callback),
): Promise<Ending<T>> {
  const due = clock.now() + timeout
  return new Promise((resolve) => {
    let over = false
    let extended = false
    const settle = (answer: Answer<T>): void => {
      if (over) late(answer)
      else {
        over = true
        timer.cancel()
        resolve(answer)
      }
    }
    const passed = (): void => clock.afterIo(judge)
    const judge = (): void => {
      if (over) return
      const stalled = clock.now() - due
      if (stalled > 0 && !extended) {
        extended = true
        timer = clock.timer(Math.min(stalled, timeout), passed)
        return
      }
      over = true
      resolve(OVERDUE)
    }
    let timer: Timer = start(passed)
    try {
      work().then(
        (value) => settle({ kind: 'answered', value }),
        (error: unknown) => settle({ kind: 'failed', error }),
      )
    } catch (error) {
      settle({ kind: 'failed', error })
    }
  })
}
