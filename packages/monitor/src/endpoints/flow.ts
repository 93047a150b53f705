import { createRoute } from '@hono/zod-openapi'
import type { Metrics } from 'hitrate/metrics'
import { flowSchema } from '../contract/live-schemas.ts'
import { query, windowParameter } from '../contract/parameters.ts'
import { answer, type MonitorApp, type Permit, REFUSALS } from './app.ts'
import { instant, percentilesOf } from './figures.ts'
import { windowOf } from './window.ts'

export function mountFlow(app: MonitorApp, permit: Permit, metrics: Metrics): void {
  const route = createRoute({
    method: 'get',
    path: '/flow',
    summary: 'What became of the lookups',
    middleware: permit('read:stats'),
    request: { query: query({ window: windowParameter }) },
    responses: {
      200: answer('Each way a lookup may end: how many, their share, and the time they took', flowSchema),
      ...REFUSALS,
    },
  })
  app.openapi(route, (c) => {
    const flow = metrics.flow(windowOf(c.req.valid('query').window, metrics.retention))
    const { count, errors } = flow.load
    return c.json(
      {
        window_seconds: flow.windowSeconds,
        since: instant(flow.since),
        total_requests: flow.totalRequests,
        parts: flow.parts.map((part) => ({
          outcome: part.outcome,
          count: part.count,
          share: part.share,
          ...percentilesOf(part.count, part),
        })),
        bypass: flow.bypass,
        load: { count, errors, ...percentilesOf(count, flow.load) },
      },
      200,
    )
  })
}
