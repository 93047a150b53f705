import type { Clock } from '../clock.ts'
import { equalTimers } from '../equal-timers.ts'
import type { BreakerState, Recorder, TierOperation, TierResult } from '../metrics/recorder.ts'
import type { Milliseconds } from '../units.ts'
import type { Breaker } from './breaker.ts'
import { type Answer, type Ending, endWithin, withinDeadline } from './deadline.ts'
import { createWatchdog } from './watchdog.ts'

/** Why a call to L2 gave nothing: `open` when it was not even sent. */
export type L2Failure = 'error' | 'timeout' | 'open'

/** How a guarded call ended. It never rejects: L2 is not worth an exception. */
export type Guarded<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: L2Failure }

export interface Caller {
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

/** Its `call` calls nothing while the breaker is open. */
export interface Guard extends Caller {
  /**
   * Calls that are sent though the breaker is open, and that it does not hear of: what a new link must be told before it
   * is used, while calls that find no link keep failing.
   */
  readonly urgent: Caller
  /** `closed` where there is no breaker. */
  readonly breaker: BreakerState
  /** Whether the store answers within the deadline. For the breaker, which asks while it is open: not counted. */
  probe(work: () => Promise<unknown>): Promise<boolean>
  /** There is a new link: silence and failures of the old one say nothing of it. Resets the breaker too. */
  reset(): void
  /** Leaves no timer, and tells no silence any more. Closes the breaker too. Calls are still bounded. */
  close(): void
}

export interface TierCount {
  readonly result: TierResult
  readonly count: number
}

export interface GuardOptions {
  readonly clock: Clock
  readonly recorder: Recorder
  /** Of each call. */
  readonly timeout: Milliseconds
  /** Default: none, every call is sent. */
  readonly breaker?: Breaker
  /** L2 was asked, and answered nothing for three deadlines: see `watchdog.ts`. Default: nobody watches. */
  onSilence?(): void
  /**
   * Whether a rejection is a refusal of the server's own (`OOM`, `READONLY`): the server lives, so such a call neither
   * counts for the breaker nor leaves the link silent. Default: no rejection is; most say that nothing could be sent.
   */
  isReply?(error: unknown): boolean
}

const ONE_OK: readonly TierCount[] = [{ result: 'ok', count: 1 }]
const OPEN: Guarded<never> = Object.freeze({ ok: false, failure: 'open' })

/**
 * Bounds every call to L2: its own deadline (a client's timeout ends once a command is written), counted, never thrown.
 * What calls come to is told to the breaker and to the watchdog.
 */
export function createGuard(options: GuardOptions): Guard {
  const { clock, recorder, timeout, breaker, onSilence, isReply = () => false } = options
  const startDeadline = equalTimers(clock, timeout)
  const tellSilence = (): void => {
    recorder.incident('l2_silent')
    onSilence?.()
  }
  const watchdog = onSilence && createWatchdog({ clock, timeout, onSilence: tellSilence })

  const isHeard = (answer: Answer<unknown>): boolean => answer.kind === 'answered' || isReply(answer.error)
  const hearLate = (answer: Answer<unknown>): void => {
    if (isHeard(answer)) watchdog?.heard('late')
  }

  const tellWatchdog = (ending: Ending<unknown>, replies: number): void => {
    if (ending.kind === 'overdue') watchdog?.missed(replies)
    else if (isHeard(ending)) watchdog?.heard('in_time')
  }

  const failed = (
    operation: TierOperation,
    failure: 'error' | 'timeout',
    began: Milliseconds,
  ): Guarded<never> => {
    recorder.tier('l2', operation, failure, clock.now() - began)
    recorder.incident(failure === 'timeout' ? 'l2_timeout' : 'l2_error')
    return { ok: false, failure }
  }

  /** What a call came to, counted and told. */
  const judged = <T>(
    ending: Ending<T>,
    operation: TierOperation,
    began: Milliseconds,
    result: ((value: T) => readonly TierCount[]) | undefined,
    gate: Breaker | undefined,
    era: number,
  ): Guarded<T> => {
    // An answer of another shape than was asked for is as good as none.
    const counts = ending.kind === 'answered' ? countsOf(ending.value, result) : undefined
    if (ending.kind !== 'answered' || counts === undefined) {
      const answer = failed(operation, ending.kind === 'overdue' ? 'timeout' : 'error', began)
      if (ending.kind !== 'failed' || !isReply(ending.error)) tellFailure(gate, era)
      return answer
    }
    gate?.succeeded(era)
    const took = clock.now() - began
    for (const { result: how, count } of counts) recorder.tier('l2', operation, how, took, count)
    return { ok: true, value: ending.value }
  }

  const callerThrough = (gate: Breaker | undefined): Caller => ({
    call<T>(
      operation: TierOperation,
      work: () => Promise<T>,
      result?: (value: T) => readonly TierCount[],
    ): Promise<Guarded<T>> {
      if (gate?.admits === false) {
        recorder.tier('l2', operation, 'open', 0)
        return Promise.resolve(OPEN)
      }
      const era = gate?.era ?? 0
      const began = clock.now()
      const replies = watchdog?.replies ?? 0
      return new Promise((resolve, reject) => {
        const ended = (ending: Ending<T>): void => {
          try {
            tellWatchdog(ending, replies)
            resolve(judged(ending, operation, began, result, gate, era))
          } catch (error) {
            reject(error)
          }
        }
        endWithin(clock, timeout, work, startDeadline, ended, hearLate)
      })
    },
  })

  const tellFailure = (gate: Breaker | undefined, era: number): void => {
    if (gate === undefined || !gate.admits) return
    gate.failed(era)
    if (!gate.admits) recorder.incident('breaker_opened')
  }

  return {
    ...callerThrough(breaker),
    urgent: callerThrough(undefined),
    get breaker() {
      return breaker?.state ?? 'closed'
    },
    async probe(work) {
      const replies = watchdog?.replies ?? 0
      const ending = await withinDeadline(clock, timeout, work, hearLate)
      tellWatchdog(ending, replies)
      return ending.kind === 'answered'
    },
    reset() {
      watchdog?.reset()
      breaker?.reset()
    },
    close() {
      watchdog?.close()
      breaker?.close()
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
