import { createRoute } from '@hono/zod-openapi'
import { flowSchema } from '../contract/live-schemas.ts'
import { query, scopeParameter, windowParameter } from '../contract/parameters.ts'
import type { FindScope } from '../scope.ts'
import { answer, type MonitorApp, type Permit, REFUSALS } from './app.ts'
import { instant, percentilesOf } from './figures.ts'

export function mountFlow(app: MonitorApp, permit: Permit, find: FindScope): void {
  const route = createRoute({
    method: 'get',
    path: '/flow',
    summary: 'What became of the lookups',
    middleware: permit('read:stats'),
    request: { query: query({ window: windowParameter, scope: scopeParameter }) },
    responses: {
      200: answer('Each way a lookup may end: how many, their share, and the time they took', flowSchema),
      ...REFUSALS,
    },
  })
  app.openapi(route, async (c) => {
    const { figures, over, told } = await find(c.req.valid('query'))
    const flow = figures.flow(over)
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
        ...told,
      },
      200,
    )
  })
}
