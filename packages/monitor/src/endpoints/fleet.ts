import { createRoute } from '@hono/zod-openapi'
import type { Fleet } from 'hitrate'
import { fleetSchema } from '../contract/fleet-schemas.ts'
import { query } from '../contract/parameters.ts'
import { countsOf } from '../scope.ts'
import { answer, type MonitorApp, type Permit, REFUSALS } from './app.ts'
import { instant } from './figures.ts'

export function mountFleet(app: MonitorApp, permit: Permit, fleet: Fleet | undefined): void {
  const route = createRoute({
    method: 'get',
    path: '/fleet',
    summary: 'The processes that share the cache',
    description: 'Those that ended or are missing are listed for an hour. While L2 is away nobody is.',
    middleware: permit('read:stats'),
    request: { query: query({}) },
    responses: { 200: answer('Processes, the oldest first', fleetSchema), ...REFUSALS },
  })
  app.openapi(route, async (c) => {
    if (fleet === undefined) return c.json({ self: null, ...countsOf([], 'no_fleet'), instances: [] }, 200)
    const { instances, absence } = await fleet.instances()
    return c.json(
      {
        self: fleet.id,
        ...countsOf(instances, absence),
        instances: instances.map((one) => ({
          id: one.id,
          name: one.name,
          state: one.state,
          age_ms: Math.round(one.ageMs),
          started_at: one.startedAt === null ? null : instant(one.startedAt),
          requests_per_second: one.requestsPerSecond,
          hit_rate: one.hitRate,
          version: one.version,
        })),
      },
      200,
    )
  })
}
