import { z } from '@hono/zod-openapi'
import { ALERT_RULES, ALERT_STATES, ALERT_UNITS } from '../alerts/alert.ts'
import { WEBHOOK_TEMPLATES } from '../alerts/webhooks/webhook.ts'
import {
  type AlertAnswer,
  type AlertsAnswer,
  type AlertsTestAnswer,
  WEBHOOK_EVENTS,
  WEBHOOK_VERSION,
  type WebhookMessage,
} from './alert-answers.ts'

/** What `alert-answers.ts` says, as schemas. */

const count = z.int().nonnegative()
const amount = z.number().nonnegative()
const instant = z.iso.datetime()
const unit = z.enum(ALERT_UNITS)

const alertSchema: z.ZodType<AlertAnswer> = z
  .strictObject({
    id: z.string(),
    rule: z.enum(ALERT_RULES),
    pattern: z.string().nullable().openapi({ description: 'null: about the whole cache' }),
    state: z.enum(ALERT_STATES),
    value: amount,
    threshold: amount,
    unit,
    summary: z.string(),
    advice: z.string(),
    since: instant,
    raised_at: instant.nullable(),
    resolved_at: instant.nullable(),
  })
  .openapi('Alert')

export const alertsSchema: z.ZodType<AlertsAnswer> = z
  .strictObject({
    enabled: z.boolean(),
    evaluated_at: instant.nullable(),
    interval_seconds: amount,
    failures: count,
    left_to_others: count,
    current: z.array(alertSchema).openapi({ description: 'Pending and firing, in the order they began' }),
    recent: z.array(alertSchema).openapi({ description: 'Resolved, newest first' }),
    rules: z.array(
      z.strictObject({
        rule: z.enum(ALERT_RULES),
        unit,
        raised: z.enum(['above', 'below']),
        threshold: amount,
        clear: amount,
        window_seconds: amount,
        for_seconds: amount,
        min_samples: count,
      }),
    ),
    webhooks: z.array(
      z.strictObject({
        address: z.string().openapi({ description: 'Its host; the rest may be secret' }),
        template: z.enum(WEBHOOK_TEMPLATES),
        signed: z.boolean(),
        delivered: count,
        failed: count,
        dropped: count,
        waiting: count,
      }),
    ),
  })
  .openapi('Alerts')

export const alertsTestSchema: z.ZodType<AlertsTestAnswer> = z
  .strictObject({
    webhooks: z.array(
      z.strictObject({
        address: z.string(),
        template: z.enum(WEBHOOK_TEMPLATES),
        delivered: z.boolean(),
        status: z.int().nullable(),
        took_ms: amount,
        error: z.string().optional(),
      }),
    ),
  })
  .openapi('AlertsTest')

export const webhookMessageSchema: z.ZodType<WebhookMessage> = z
  .strictObject({
    version: z.literal(WEBHOOK_VERSION),
    id: z.string().openapi({ description: 'The same in every attempt, also as header idempotency-key' }),
    event: z.enum(WEBHOOK_EVENTS),
    at: instant,
    cache: z.string(),
    host: z.string(),
    pid: count,
    text: z.string(),
    alert: alertSchema.nullable().openapi({ description: 'null in a test' }),
  })
  .openapi('WebhookMessage')
