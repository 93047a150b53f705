import { createRoute } from '@hono/zod-openapi'
import type { Alerts } from '../alerts/alerts.ts'
import { alertAnswerOf } from '../alerts/message.ts'
import type { AlertRuleAnswer, AlertsAnswer, WebhookAnswer } from '../contract/alert-answers.ts'
import { alertsSchema, alertsTestSchema, webhookMessageSchema } from '../contract/alert-schemas.ts'
import { processParameter, query } from '../contract/parameters.ts'
import { Refusal } from '../problem.ts'
import { answer, type MonitorApp, type Permit, problem, REFUSALS } from './app.ts'
import { instant } from './figures.ts'

const OFF: AlertsAnswer = {
  enabled: false,
  evaluated_at: null,
  interval_seconds: 0,
  failures: 0,
  left_to_others: 0,
  current: [],
  recent: [],
  rules: [],
  webhooks: [],
}

function ruleAnswer({ rule, settings }: Alerts['rules'][number]): AlertRuleAnswer {
  return {
    rule: rule.name,
    unit: rule.unit,
    raised: rule.raised,
    threshold: settings.threshold,
    clear: settings.clear,
    window_seconds: settings.window / 1_000,
    for_seconds: settings.for / 1_000,
    min_samples: settings.minSamples,
  }
}

function webhookAnswer({ webhook, counts }: Alerts['deliveries'][number]): WebhookAnswer {
  const { address, template, secret } = webhook
  return { address, template, signed: secret !== undefined, ...counts }
}

function alertsAnswer(alerts: Alerts | undefined): AlertsAnswer {
  if (alerts === undefined) return OFF
  return {
    enabled: true,
    evaluated_at: alerts.evaluatedAt === null ? null : instant(alerts.evaluatedAt),
    interval_seconds: alerts.interval / 1_000,
    failures: alerts.failures,
    left_to_others: alerts.leftToOthers,
    current: alerts.current.map(alertAnswerOf),
    recent: alerts.recent.map(alertAnswerOf),
    rules: alerts.rules.map(ruleAnswer),
    webhooks: alerts.deliveries.map(webhookAnswer),
  }
}

/** @param alerts `undefined`: they are switched off */
export function mountAlerts(app: MonitorApp, permit: Permit, alerts: Alerts | undefined): void {
  const list = createRoute({
    method: 'get',
    path: '/alerts',
    summary: 'What is wrong, and what was',
    middleware: permit('read:stats'),
    request: { query: query({ scope: processParameter }) },
    responses: { 200: answer('Alerts, rules and webhooks', alertsSchema), ...REFUSALS },
  })
  app.openapi(list, (c) => c.json(alertsAnswer(alerts), 200))

  const test = createRoute({
    method: 'post',
    path: '/alerts/test',
    summary: 'Send a test to all webhooks',
    description:
      'Each gets one attempt. 200 also when none was delivered: the answer says what came of each.',
    middleware: permit('write:alerts'),
    request: { query: query({}) },
    responses: {
      200: answer('What each webhook answered', alertsTestSchema),
      ...REFUSALS,
      404: problem('There is no webhook'),
    },
  })
  app.openapi(test, async (c) => {
    if (alerts === undefined || alerts.deliveries.length === 0) {
      throw new Refusal(
        404,
        'This monitor has no webhook; set `alerts.webhooks` in the options of createMonitor',
      )
    }
    const webhooks = (await alerts.test()).map(({ webhook, delivered, status, tookMs, reason }) => ({
      address: webhook.address,
      template: webhook.template,
      delivered,
      status,
      took_ms: tookMs,
      ...(reason === undefined ? {} : { error: reason }),
    }))
    return c.json({ webhooks }, 200)
  })

  app.openAPIRegistry.registerWebhook({
    method: 'post',
    path: 'alert',
    summary: 'What a webhook of template json is sent when an alert is raised or resolved, and as a test',
    description: 'Redirects are not followed; 5xx, 429 and no answer within 5 s are tried again.',
    request: { body: { content: { 'application/json': { schema: webhookMessageSchema } } } },
    responses: { 200: { description: 'Taken: any status of 2xx says so' } },
  })
}
