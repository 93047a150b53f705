import type { Clock } from '../clock.ts'
import type { Recorder, TierOperation, TierResult } from '../metrics/recorder.ts'
import type { Milliseconds } from '../units.ts'

/** Why a call to L2 gave nothing: `open` when it was not even sent. */
export type L2Failure = 'error' | 'timeout' | 'open'

/** How a guarded call ended. It never rejects: L2 is not worth an exception. */
export type Guarded<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: L2Failure }

export interface Guard {
  /**
   * Calls the store within the deadline, counts the call, and swallows what fails.
   * @param result how a successful answer counts, for how many keys
   */
  call<T>(
    operation: TierOperation,
    work: () => Promise<T>,
    result?: (value: T) => readonly TierCount[],
  ): Promise<Guarded<T>>
}

export interface TierCount {
  readonly result: TierResult
  readonly count: number
}

const ONE_OK: readonly TierCount[] = [{ result: 'ok', count: 1 }]

/**
 * Bounds every call to L2: its own deadline (a client's timeout ends once a command is written), counted, never thrown.
 */
export function createGuard(options: {
  readonly clock: Clock
  readonly recorder: Recorder
  readonly timeout: Milliseconds
}): Guard {
  const { clock, recorder, timeout } = options

  const failed = (operation: TierOperation, failure: L2Failure, began: Milliseconds): Guarded<never> => {
    recorder.tier('l2', operation, failure, clock.now() - began)
    if (failure !== 'open') recorder.incident(failure === 'timeout' ? 'l2_timeout' : 'l2_error')
    return { ok: false, failure }
  }

  return {
    call<T>(
      operation: TierOperation,
      work: () => Promise<T>,
      result?: (value: T) => readonly TierCount[],
    ): Promise<Guarded<T>> {
      const began = clock.now()
      return new Promise((resolve) => {
        let over = false
        const end = (outcome: () => Guarded<T>): void => {
          if (over) return
          over = true
          timer.cancel()
          resolve(outcome())
        }
        // After a stall of our own event loop the reply may be waiting behind this timer: let it be handled first.
        const timer = clock.timer(timeout, () =>
          clock.afterIo(() => end(() => failed(operation, 'timeout', began))),
        )
        try {
          work().then(
            (value) =>
              end(() => {
                const counts = countsOf(value, result)
                // An answer of another shape than was asked for is as good as none.
                if (counts === undefined) return failed(operation, 'error', began)
                const took = clock.now() - began
                for (const { result: how, count } of counts) recorder.tier('l2', operation, how, took, count)
                return { ok: true, value }
              }),
            () => end(() => failed(operation, 'error', began)),
          )
        } catch {
          end(() => failed(operation, 'error', began))
        }
      })
    },
  }
}

function countsOf<T>(
  value: T,
  result: ((value: T) => readonly TierCount[]) | undefined,
): readonly TierCount[] | undefined {
  if (result === undefined) return ONE_OK
  try {
    return result(value)
  } catch {
    return undefined
  }
}
