import { createRoute } from '@hono/zod-openapi'
import type { Metrics } from 'hitrate/metrics'
import type { Access } from '../access/access.ts'
import { l2Schema } from '../contract/live-schemas.ts'
import { query, scopeParameter, windowParameter } from '../contract/parameters.ts'
import type { FindScope } from '../scope.ts'
import { answer, type MonitorApp, type Permit, REFUSALS } from './app.ts'
import { ofAny, percentilesOf } from './figures.ts'

export function mountL2(
  app: MonitorApp,
  permit: Permit,
  access: Access,
  metrics: Metrics,
  find: FindScope,
): void {
  const route = createRoute({
    method: 'get',
    path: '/l2',
    summary: 'The shared tier, as this process sees it',
    description:
      'Nothing is asked of a server. What the servers say of themselves: `/info`. With `scope=fleet` the calls are those of all processes, the servers still as this one sees them.',
    middleware: permit('read:stats'),
    request: { query: query({ window: windowParameter, scope: scopeParameter }) },
    responses: { 200: answer('Its servers, and our calls to them', l2Schema), ...REFUSALS },
  })
  app.openapi(route, async (c) => {
    const { figures, over, told } = await find(c.req.valid('query'))
    const named = await access.may(c.req.raw, 'read:info', { remoteAddress: c.env.remoteAddress })
    const state = metrics.l2()
    return c.json(
      {
        available: state?.available ?? null,
        nodes: (state?.nodes ?? []).map(({ label, available, breaker }) => ({
          label: named ? label : null,
          available,
          breaker,
        })),
        window_seconds: figures.overall(over).windowSeconds,
        operations: figures
          .tiers(over)
          .filter(({ tier }) => tier === 'l2')
          .map((stats) => ({
            operation: stats.operation,
            calls: stats.calls,
            results: stats.results,
            errors: stats.results.error + stats.results.timeout,
            avg_ms: ofAny(stats.calls, stats.avgMs),
            ...percentilesOf(stats.calls, stats),
          })),
        ...told,
      },
      200,
    )
  })
}
