import { createRoute } from '@hono/zod-openapi'
import type { Metrics } from 'hitrate/metrics'
import type { BareHealthAnswer, HealthAnswer } from '../contract/answers.ts'
import { flag, query, windowParameter } from '../contract/parameters.ts'
import { healthSchema } from '../contract/schemas.ts'
import { answer, type MonitorApp, type Permit, REFUSALS } from './app.ts'
import { instant } from './figures.ts'
import { windowOf } from './window.ts'

const DEFAULT_WINDOW = '5m'

export function mountHealth(app: MonitorApp, permit: Permit, metrics: Metrics): void {
  const route = createRoute({
    method: 'get',
    path: '/health',
    summary: 'Is it well',
    description:
      'Degraded is still 200, because the loaders answer. In production, without `authorize`, anybody gets status and timestamp alone.',
    middleware: permit('read:health'),
    request: {
      query: query({ window: windowParameter, strict: flag('Answer 503 when degraded, for load balancers') }),
    },
    responses: {
      200: answer('The state, and what is behind it', healthSchema),
      503: answer('Degraded, and `strict` was asked for', healthSchema),
      ...REFUSALS,
    },
  })
  app.openapi(route, (c) => {
    const { window, strict } = c.req.valid('query')
    const report = metrics.health(windowOf(window, metrics.retention, DEFAULT_WINDOW))
    const timestamp = instant(report.timestamp)
    const bare: BareHealthAnswer = { status: report.status, timestamp }
    const full: HealthAnswer = {
      status: report.status,
      hit_rate: report.hitRate,
      avg_response_time_ms: report.avgResponseTimeMs,
      p95_response_time_ms: report.p95ResponseTimeMs,
      total_requests: report.totalRequests,
      warnings: report.warnings,
      reasons: report.reasons,
      sample: report.sample,
      timestamp,
    }
    return c.json(c.var.grant === 'bare' ? bare : full, strict && report.status === 'degraded' ? 503 : 200)
  })
}
