import { randomBytes } from 'node:crypto'
import { createRoute } from '@hono/zod-openapi'
import { VERSION } from 'hitrate'
import type { Access } from '../access/access.ts'
import { ACTIONS, type Action } from '../access/authorize.ts'
import { aboutSchema } from '../contract/live-schemas.ts'
import { processParameter, query } from '../contract/parameters.ts'
import type { ResolvedOptions } from '../options.ts'
import { answer, type MonitorApp, type Permit, REFUSALS } from './app.ts'
import { instant } from './figures.ts'

export function mountAbout(app: MonitorApp, permit: Permit, access: Access, options: ResolvedOptions): void {
  const { name, production, metrics, allowReset, info, warmer } = options
  const instance = randomBytes(6).toString('hex')
  const route = createRoute({
    method: 'get',
    path: '/about',
    summary: 'Which cache this is, and what you may do',
    middleware: permit('read:stats'),
    request: { query: query({ scope: processParameter }) },
    responses: {
      200: answer('The cache, its process, and the rights of whoever asks', aboutSchema),
      ...REFUSALS,
    },
  })
  app.openapi(route, async (c) => {
    const request = c.req.raw
    const actions: Action[] = []
    for (const action of ACTIONS) {
      if (await access.may(request, action, { remoteAddress: c.env.remoteAddress })) actions.push(action)
    }
    return c.json(
      {
        name,
        production,
        instance_id: instance,
        version: VERSION,
        node_version: process.versions.node,
        started_at: instant(metrics.startedAt),
        retention_seconds: metrics.retention / 1_000,
        actions,
        reset_allowed: allowReset,
        info_told: info !== undefined,
        warmer: warmer === undefined ? null : { strategies: [...warmer.strategies] },
        signed_in: access.signIn?.has(request) ?? false,
      },
      200,
    )
  })
}
