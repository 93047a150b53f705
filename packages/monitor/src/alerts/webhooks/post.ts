import type { Milliseconds } from 'hitrate'
import type { MonitorClock } from '../../clock.ts'
import type { WebhookMessage } from '../../contract/alert-answers.ts'
import { bodyOf } from './body.ts'
import { SIGNATURE_HEADER, signatureOf } from './signature.ts'
import type { Webhook } from './webhook.ts'

/** How long a receiver may take to answer. */
const TIMEOUT_MS: Milliseconds = 5_000

const TOO_MANY_REQUESTS = 429

/** What came of one attempt. */
export interface Attempt {
  readonly delivered: boolean
  /** `null`: there was no answer. */
  readonly status: number | null
  /** Whether another attempt may help. */
  readonly worthRepeating: boolean
  /** Why it was not delivered; nothing of the address in it. */
  readonly reason: string | undefined
}

function attemptOf(status: number): Attempt {
  if (status >= 200 && status < 300) {
    return { delivered: true, status, worthRepeating: false, reason: undefined }
  }
  const redirected = status >= 300 && status < 400
  const reason = redirected ? `answered ${status}: redirects are not followed` : `answered ${status}`
  return {
    delivered: false,
    status,
    worthRepeating: status >= 500 || status === TOO_MANY_REQUESTS,
    reason,
  }
}

/** The code of what went wrong below HTTP, such as `ECONNREFUSED`; its message would repeat the address. */
function codeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined
  return typeof code === 'string' ? code : 'no connection'
}

/**
 * Sends a message once. Never throws.
 * @param signal aborted: given up at once
 */
export async function post(
  webhook: Webhook,
  message: WebhookMessage,
  clock: MonitorClock,
  signal: AbortSignal,
): Promise<Attempt> {
  const body = bodyOf(webhook.template, message)
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'user-agent': 'hitrate-monitor',
    'idempotency-key': message.id,
  }
  if (webhook.secret !== undefined) {
    headers[SIGNATURE_HEADER] = signatureOf(body, webhook.secret, Math.floor(clock.wall() / 1_000))
  }
  const overdue = new AbortController()
  const timer = clock.timer(TIMEOUT_MS, () => overdue.abort())
  try {
    const response = await fetch(webhook.url, {
      method: 'POST',
      headers,
      body,
      redirect: 'manual',
      signal: AbortSignal.any([overdue.signal, signal]),
    })
    // The status is all that matters; a body is not waited for.
    response.body?.cancel().catch(() => undefined)
    return attemptOf(response.status)
  } catch (error) {
    const reason = signal.aborted
      ? 'given up, the monitor was closed'
      : overdue.signal.aborted
        ? `no answer within ${TIMEOUT_MS / 1_000} s`
        : codeOf(error)
    return { delivered: false, status: null, worthRepeating: true, reason }
  } finally {
    timer.cancel()
  }
}
