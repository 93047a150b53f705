import { createHmac } from 'node:crypto'

export const SIGNATURE_HEADER = 'hitrate-signature'

/**
 * `t=<unix seconds>,v1=<hex of HMAC-SHA256 over "<t>.<body>">`. The time is that of the attempt and signed with the body,
 * so that a receiver can refuse what is old: a message that was overheard can't be sent again later.
 */
export function signatureOf(body: string, secret: string, unixSeconds: number): string {
  const digest = createHmac('sha256', secret).update(`${unixSeconds}.${body}`).digest('hex')
  return `t=${unixSeconds},v1=${digest}`
}
