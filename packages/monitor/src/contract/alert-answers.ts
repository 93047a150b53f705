import type { AlertRuleName, AlertState, AlertUnit } from '../alerts/alert.ts'
import type { WebhookTemplate } from '../alerts/webhooks/webhook.ts'

/** What the API answers about alerts, and what webhooks are sent; conventions as in `answers.ts`. */

export interface AlertAnswer {
  /** The same from the first time it was so until it is resolved. */
  readonly id: string
  readonly rule: AlertRuleName
  /** Of which keys; `null` where it is about the whole cache. */
  readonly pattern: string | null
  readonly state: AlertState
  /** As last measured with enough samples, in `unit`. */
  readonly value: number
  readonly threshold: number
  /** `state` is 1 for "it is so", 0 for "it is not". */
  readonly unit: AlertUnit
  /** One sentence that names value and threshold. */
  readonly summary: string
  /** What to do about it. */
  readonly advice: string
  /** Since when it has been so. */
  readonly since: string
  readonly raised_at: string | null
  readonly resolved_at: string | null
}

/** A rule in force. */
export interface AlertRuleAnswer {
  readonly rule: AlertRuleName
  readonly unit: AlertUnit
  /** `above`: raised from the threshold on; `below`: raised below it. */
  readonly raised: 'above' | 'below'
  readonly threshold: number
  readonly clear: number
  readonly window_seconds: number
  readonly for_seconds: number
  readonly min_samples: number
}

/** A webhook, and what became of its messages. */
export interface WebhookAnswer {
  /** Its host; what stands behind may be secret, and is not shown. */
  readonly address: string
  readonly template: WebhookTemplate
  readonly signed: boolean
  readonly delivered: number
  /** Refused, or given up after the last attempt. */
  readonly failed: number
  /** Made room for newer ones, or were left when the monitor was closed. */
  readonly dropped: number
  readonly waiting: number
}

/** `GET /alerts` */
export interface AlertsAnswer {
  /** `false`: switched off, and all lists are empty. */
  readonly enabled: boolean
  /** `null` before the first look. */
  readonly evaluated_at: string | null
  readonly interval_seconds: number
  /** Looks that failed; the log says why. */
  readonly failures: number
  /** Messages that another process of the fleet was left to tell. */
  readonly left_to_others: number
  /** Pending and firing, in the order they began. */
  readonly current: readonly AlertAnswer[]
  /** Resolved, newest first. */
  readonly recent: readonly AlertAnswer[]
  readonly rules: readonly AlertRuleAnswer[]
  readonly webhooks: readonly WebhookAnswer[]
}

/** What one webhook made of a test. */
export interface WebhookTestResult {
  readonly address: string
  readonly template: WebhookTemplate
  readonly delivered: boolean
  /** HTTP status it answered with; `null`: it did not answer. */
  readonly status: number | null
  readonly took_ms: number
  /** Why it was not delivered; absent when it was. */
  readonly error?: string | undefined
}

/** `POST /alerts/test` */
export interface AlertsTestAnswer {
  readonly webhooks: readonly WebhookTestResult[]
}

/** Of `WebhookMessage`: another number once a field changes its meaning or goes; fields may be added without. */
export const WEBHOOK_VERSION = 1

export const WEBHOOK_EVENTS = ['raised', 'resolved', 'test'] as const
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number]

/** The body of a request to a webhook of template `json`. */
export interface WebhookMessage {
  readonly version: typeof WEBHOOK_VERSION
  /** The same in every attempt, also as header `idempotency-key`: what has this id already is to be ignored. */
  readonly id: string
  readonly event: WebhookEvent
  /** When it happened; attempts may be later. */
  readonly at: string
  /** Name of the cache. */
  readonly cache: string
  /** Which process tells. */
  readonly host: string
  readonly pid: number
  /** One line for a person. */
  readonly text: string
  /** `null` in a test. */
  readonly alert: AlertAnswer | null
}
