import type { Abusing } from './abuse.ts'

/** Timers are not exact: whatever is due is sent each time. */
const PERIOD_MS = 10
/** Sent at once at the most; what is later is left out, since a burst after a standstill would be another abuse. */
const MAX_BURST_MS = 50
/** Unanswered at the most: a server that is slower than the pace gets fewer, and is not buried. */
const MAX_UNANSWERED = 500

/** Sends so many a second, evenly, whether the ones before were answered or not. */
export function paced(perSecond: number, send: (index: number) => Promise<void>): Abusing {
  const began = performance.now()
  const unanswered = new Set<Promise<void>>()
  let sent = 0
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - began) / 1_000) * perSecond)
    sent = Math.max(sent, due - Math.ceil((MAX_BURST_MS / 1_000) * perSecond))
    for (; sent < due && unanswered.size < MAX_UNANSWERED; sent++) {
      const one = send(sent).finally(() => unanswered.delete(one))
      unanswered.add(one)
    }
    sent = Math.max(sent, due)
  }, PERIOD_MS)
  return {
    async stop() {
      clearInterval(timer)
      await Promise.all(unanswered)
    },
  }
}
