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
 */
export function withinDeadline<T>(
  clock: Clock,
  timeout: Milliseconds,
  work: () => Promise<T>,
  late: (answer: Answer<T>) => void = () => undefined,
): Promise<Ending<T>> {
  const start: StartTimer = (callback) => clock.timer(timeout, callback)
  return new Promise((resolve) => endWithin(clock, timeout, work, start, resolve, late))
}

/**
 * The same for who has no use for another promise.
 * @param start of timers of this timeout
 * @param ended is told once, and must not throw
 */
export function endWithin<T>(
  clock: Clock,
  timeout: Milliseconds,
  work: () => Promise<T>,
  start: StartTimer,
  ended: (ending: Ending<T>) => void,
  late: (answer: Answer<T>) => void,
): void {
  const waiting = new Waiting(clock, timeout, start, ended, late)
  try {
    work().then(
      (value) => waiting.settle({ kind: 'answered', value }),
      (error: unknown) => waiting.settle({ kind: 'failed', error }),
    )
  } catch (error) {
    waiting.settle({ kind: 'failed', error })
  }
}

/** One is made for each call, and takes less than closures would. */
class Waiting<T> {
  readonly #clock: Clock
  readonly #timeout: Milliseconds
  readonly #due: Milliseconds
  readonly #ended: (ending: Ending<T>) => void
  readonly #late: (answer: Answer<T>) => void
  readonly #passed = (): void => this.#clock.afterIo(() => this.#judge())
  #timer: Timer
  #over = false
  #extended = false

  constructor(
    clock: Clock,
    timeout: Milliseconds,
    start: StartTimer,
    ended: (ending: Ending<T>) => void,
    late: (answer: Answer<T>) => void,
  ) {
    this.#clock = clock
    this.#timeout = timeout
    this.#due = clock.now() + timeout
    this.#ended = ended
    this.#late = late
    this.#timer = start(this.#passed)
  }

  settle(answer: Answer<T>): void {
    if (this.#over) this.#late(answer)
    else {
      this.#over = true
      this.#timer.cancel()
      this.#ended(answer)
    }
  }

  #judge(): void {
    if (this.#over) return
    const stalled = this.#clock.now() - this.#due
    if (stalled > 0 && !this.#extended) {
      this.#extended = true
      this.#timer = this.#clock.timer(Math.min(stalled, this.#timeout), this.#passed)
      return
    }
    this.#over = true
    this.#ended(OVERDUE)
  }
}
