import { createRoute } from '@hono/zod-openapi'
import type { BareHealthAnswer, HealthAnswer } from '../contract/answers.ts'
import { flag, query, scopeParameter, windowParameter } from '../contract/parameters.ts'
import { healthSchema } from '../contract/schemas.ts'
import type { FindScope } from '../scope.ts'
import { answer, type MonitorApp, type Permit, REFUSALS } from './app.ts'
import { instant } from './figures.ts'

const DEFAULT_WINDOW = '5m'

export function mountHealth(app: MonitorApp, permit: Permit, find: FindScope): void {
  const route = createRoute({
    method: 'get',
    path: '/health',
    summary: 'Is it well',
    description:
      'Degraded is still 200, because the loaders answer. In production, without `authorize`, anybody gets status and timestamp alone.',
    middleware: permit('read:health'),
    request: {
      query: query({
        window: windowParameter,
        strict: flag('Answer 503 when degraded, for load balancers'),
        scope: scopeParameter,
      }),
    },
    responses: {
      200: answer('The state, and what is behind it', healthSchema),
      503: answer('Degraded, and `strict` was asked for', healthSchema),
      ...REFUSALS,
    },
  })
  app.openapi(route, async (c) => {
    const { window, strict, scope } = c.req.valid('query')
    // Strangers make the process ask nobody else.
    const asked = { window, scope: c.var.grant === 'bare' ? ('process' as const) : scope }
    const { figures, over, told } = await find(asked, DEFAULT_WINDOW)
    const report = figures.health(over)
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
      ...told,
    }
    return c.json(c.var.grant === 'bare' ? bare : full, strict && report.status === 'degraded' ? 503 : 200)
  })
}
