import { createRoute } from '@hono/zod-openapi'
import type { Fleet } from 'hitrate'
import type { Metrics } from 'hitrate/metrics'
import { query, scopeParameter } from '../contract/parameters.ts'
import { resetSchema } from '../contract/schemas.ts'
import { answer, type MonitorApp, type Permit, REFUSALS } from './app.ts'
import { instant } from './figures.ts'

export function mountReset(
  app: MonitorApp,
  permit: Permit,
  metrics: Metrics,
  fleet: Fleet | undefined,
): void {
  const route = createRoute({
    method: 'post',
    path: '/reset-metrics',
    summary: 'Start the statistics anew',
    description:
      'Clears windows and statistics; counters that are exported go on. Off in production unless allowed. Of a fleet the other processes follow within 13 s; while L2 is away only this one is reset, and `scope` says so.',
    middleware: permit('write:reset'),
    request: { query: query({ scope: scopeParameter }) },
    responses: { 200: answer('Cleared', resetSchema), ...REFUSALS },
  })
  app.openapi(route, async (c) => {
    const ofFleet = c.req.valid('query').scope === 'fleet' && (await fleet?.reset()) === true
    if (!ofFleet) metrics.reset()
    const scope = ofFleet ? ('fleet' as const) : ('process' as const)
    return c.json({ reset: true as const, since: instant(metrics.overall().since), scope }, 200)
  })
}
