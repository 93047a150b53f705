import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { Milliseconds } from 'hitrate'
import { type AlertAnswer, WEBHOOK_VERSION, type WebhookMessage } from '../contract/alert-answers.ts'
import { spanText } from '../durations.ts'
import type { Alert, Transition } from './alert.ts'

function instant(unix: Milliseconds): string {
  return new Date(unix).toISOString()
}

/** An alert as the API and webhooks tell it. */
export function alertAnswerOf(alert: Alert): AlertAnswer {
  const { id, rule, pattern, state, value, threshold, unit, summary, advice } = alert
  return {
    id,
    rule,
    pattern,
    state,
    value,
    threshold,
    unit,
    summary,
    advice,
    since: instant(alert.since),
    raised_at: alert.raisedAt === null ? null : instant(alert.raisedAt),
    resolved_at: alert.resolvedAt === null ? null : instant(alert.resolvedAt),
  }
}

/** `Resolved after 310s: low_hit_rate of product:*; 93 % of ...` */
export function resolvedText({ rule, pattern, summary, raisedAt, resolvedAt }: Alert): string {
  const seconds = Math.round(((resolvedAt ?? 0) - (raisedAt ?? 0)) / 1_000)
  return `Resolved after ${spanText(seconds * 1_000)}: ${rule}${pattern === null ? '' : ` of ${pattern}`}; ${summary}`
}

/** What is told of a transition. @param cache its name */
export function messageOf({ event, alert }: Transition, cache: string, now: Milliseconds): WebhookMessage {
  return {
    version: WEBHOOK_VERSION,
    id: `${alert.id}.${event}`,
    event,
    at: instant(now),
    cache,
    host: hostname(),
    pid: process.pid,
    text: event === 'raised' ? alert.summary : resolvedText(alert),
    alert: alertAnswerOf(alert),
  }
}

export function testMessage(cache: string, now: Milliseconds): WebhookMessage {
  return {
    version: WEBHOOK_VERSION,
    id: randomUUID(),
    event: 'test',
    at: instant(now),
    cache,
    host: hostname(),
    pid: process.pid,
    text: 'This is a test: alerts of this cache arrive here',
    alert: null,
  }
}
