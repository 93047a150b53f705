import type { Clock } from '../clock.ts'
import type { Milliseconds } from '../units.ts'

/** Until when one caller waits, on the cache's clock. */
export interface Limits {
  /** Then it takes the stale value. */
  readonly soft: Milliseconds | undefined
  /** Then it gives up. */
  readonly hard: Milliseconds | undefined
  readonly signal: AbortSignal | undefined
}

export const TIMED_OUT_SOFT: unique symbol = Symbol('soft')
export const TIMED_OUT_HARD: unique symbol = Symbol('hard')
export const ABORTED: unique symbol = Symbol('aborted')

export type Waited<T> = T | typeof TIMED_OUT_SOFT | typeof TIMED_OUT_HARD | typeof ABORTED

/** Waits for a promise that never rejects, within one caller's limits; the promise itself goes on. */
export function waitWithin<T>(promise: Promise<T>, limits: Limits, clock: Clock): Promise<Waited<T>> {
  const { soft, hard, signal } = limits
  if (soft === undefined && hard === undefined && signal === undefined) return promise
  return new Promise((resolve) => {
    const now = clock.now()
    const timers = [
      soft === undefined ? undefined : clock.timer(Math.max(0, soft - now), () => end(TIMED_OUT_SOFT)),
      hard === undefined ? undefined : clock.timer(Math.max(0, hard - now), () => end(TIMED_OUT_HARD)),
    ]
    const onAbort = (): void => end(ABORTED)
    const end = (how: Waited<T>): void => {
      for (const timer of timers) timer?.cancel()
      signal?.removeEventListener('abort', onAbort)
      resolve(how)
    }
    if (signal?.aborted === true) return end(ABORTED)
    signal?.addEventListener('abort', onAbort, { once: true })
    void promise.then(end)
  })
}
