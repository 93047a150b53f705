import { createRoute } from '@hono/zod-openapi'
import type { Metrics } from 'hitrate/metrics'
import { query } from '../contract/parameters.ts'
import { resetSchema } from '../contract/schemas.ts'
import { answer, type MonitorApp, type Permit, REFUSALS } from './app.ts'
import { instant } from './figures.ts'

export function mountReset(app: MonitorApp, permit: Permit, metrics: Metrics): void {
  const route = createRoute({
    method: 'post',
    path: '/reset-metrics',
    summary: 'Start the statistics anew',
    description:
      'Clears windows and statistics; counters that are exported go on. Off in production unless allowed.',
    middleware: permit('write:reset'),
    request: { query: query({}) },
    responses: { 200: answer('Cleared', resetSchema), ...REFUSALS },
  })
  app.openapi(route, (c) => {
    metrics.reset()
    return c.json({ reset: true as const, since: instant(metrics.overall().since) }, 200)
  })
}
