import type { Milliseconds } from 'hitrate'
import type { MonitorClock } from '../../clock.ts'
import type { WebhookMessage } from '../../contract/alert-answers.ts'
import { type Attempt, post } from './post.ts'
import type { Webhook } from './webhook.ts'

/** Messages that wait at the most; a new one takes the place of the oldest, since the newest say how it is now. */
const MAX_WAITING = 100

/** Attempts for each message: over about two minutes, in which a receiver may be deployed. */
const MAX_ATTEMPTS = 8
const FIRST_PAUSE_MS: Milliseconds = 1_000
const MAX_PAUSE_MS: Milliseconds = 60_000

/** The pause before attempt `n + 1`: doubled each time, shortened by up to half so that a fleet doesn't come at once. */
function pauseAfter(attempts: number, clock: MonitorClock): Milliseconds {
  return Math.min(FIRST_PAUSE_MS * 2 ** (attempts - 1), MAX_PAUSE_MS) * (1 - clock.random() / 2)
}

/** What became of messages; they sum to what was pushed. */
export interface DeliveryCounts {
  readonly delivered: number
  /** Refused, or given up after the last attempt. */
  readonly failed: number
  /** Made room for newer ones, or were left when the monitor was closed. */
  readonly dropped: number
  /** Waiting or under way. */
  readonly waiting: number
}

/** Delivers messages to one webhook, one after the other, each until it is taken, refused or given up. */
export interface Delivery {
  readonly webhook: Webhook
  readonly counts: DeliveryCounts
  push(message: WebhookMessage): void
  /** No pauses from now on: each message that waits is tried once more. Resolves when none is left. */
  drain(): Promise<void>
}

/**
 * @param options.signal aborted: what is under way is given up, and what waits is dropped
 * @param options.onFailure told of each message that was not delivered; must not throw
 */
export function createDelivery(options: {
  readonly webhook: Webhook
  readonly clock: MonitorClock
  readonly signal: AbortSignal
  onFailure(reason: string, message: WebhookMessage): void
}): Delivery {
  const { webhook, clock, signal, onFailure } = options
  const waiting: WebhookMessage[] = []
  let delivered = 0
  let failed = 0
  let dropped = 0
  let underWay = 0
  let draining = false
  let endPause: (() => void) | undefined
  let working: Promise<void> | undefined

  const drop = (message: WebhookMessage, reason: string): void => {
    dropped++
    onFailure(reason, message)
  }

  const pause = (length: Milliseconds): Promise<void> =>
    new Promise((resolve) => {
      const timer = clock.timer(length, resolve)
      endPause = () => {
        timer.cancel()
        resolve()
      }
    })

  const deliver = async (message: WebhookMessage): Promise<void> => {
    for (let attempts = 1; ; attempts++) {
      const attempt: Attempt = await post(webhook, message, clock, signal)
      if (attempt.delivered) {
        delivered++
        return
      }
      if (!attempt.worthRepeating || attempts >= MAX_ATTEMPTS || draining) {
        failed++
        return onFailure(`${attempt.reason} (attempts: ${attempts})`, message)
      }
      await pause(pauseAfter(attempts, clock))
    }
  }

  const work = async (): Promise<void> => {
    for (let message = waiting.shift(); message !== undefined; message = waiting.shift()) {
      if (signal.aborted) {
        drop(message, 'the monitor was closed')
        continue
      }
      underWay = 1
      await deliver(message)
      underWay = 0
    }
    working = undefined
  }

  return {
    webhook,
    get counts() {
      return { delivered, failed, dropped, waiting: waiting.length + underWay }
    },
    push(message) {
      const oldest = waiting.length >= MAX_WAITING ? waiting.shift() : undefined
      if (oldest !== undefined) drop(oldest, `more than ${MAX_WAITING} messages wait`)
      waiting.push(message)
      working ??= work()
    },
    async drain() {
      draining = true
      endPause?.()
      await working
    },
  }
}
