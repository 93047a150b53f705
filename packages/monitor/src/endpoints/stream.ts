import { createRoute } from '@hono/zod-openapi'
import type { MiddlewareHandler } from 'hono'
import { refuseOtherSite } from '../access/access.ts'
import { tickSchema } from '../contract/live-schemas.ts'
import { query, scopeParameter } from '../contract/parameters.ts'
import type { Streams } from '../live/streams.ts'
import { type AppEnv, type MonitorApp, type Permit, problem, REFUSALS } from './app.ts'

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  // Compression, and proxies that gather an answer before they pass it on, would keep events back.
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
}

export function mountStream(app: MonitorApp, permit: Permit, streams: Streams): void {
  // Before anything is looked at: who is refused comes back, and there may be many.
  const room: MiddlewareHandler<AppEnv> = async (c, next) => {
    // It holds a place that others could need.
    refuseOtherSite(c.req.raw)
    if (c.req.method !== 'HEAD') streams.refuseWithoutRoom(c.env.remoteAddress)
    await next()
  }
  const route = createRoute({
    method: 'get',
    path: '/stream',
    summary: 'A tick a second, as server-sent events',
    description:
      'Of a fleet a tick each time its processes were added up, every 10 s. Events are called `tick`; their data is JSON as in the schema. Ids count up by one: `Last-Event-ID` brings what was missed of the last 60, and a gap means that something was. Ends after 15 minutes; browsers come back by themselves. At most 100 streams, 20 to one address.',
    middleware: [permit('read:stats'), room],
    request: { query: query({ scope: scopeParameter }) },
    responses: {
      200: { description: 'Ticks, without end', content: { 'text/event-stream': { schema: tickSchema } } },
      ...REFUSALS,
      503: problem(
        'Too many streams are open, or the monitor was closed; `Retry-After` says when to come back',
      ),
    },
  })
  app.openapi(route, (c) => {
    const request = c.req.raw
    // Hono answers HEAD as GET, and leaves the body unread.
    if (request.method === 'HEAD') return new Response(null, { headers: HEADERS })
    const stream = streams.listen({
      scope: c.req.valid('query').scope,
      address: c.env.remoteAddress,
      lastEventId: c.req.header('last-event-id'),
      connection: c.env.connection,
    })
    return new Response(stream, { headers: HEADERS })
  })
}
