/// <reference types="node" preserve="true" />
import { findTargetHandler, isMiddleware } from 'hono/utils/handler'
import type { Monitor } from '../monitor.ts'
import { UNMATCHED } from './unmatched.ts'

/**
 * Mounts a monitor in Hono 4, and attributes the application's lookups to its routes.
 *
 * @example
 * ```ts
 * import { honoMonitor } from '@hitrate/monitor/hono'
 *
 * const app = new Hono()
 * app.use(honoMonitor(createMonitor({ cache })))     // before the routes
 * ```
 */

interface MatchedRoute {
  /** The template, with those of the apps it is mounted in. */
  readonly path: string
  /** `ALL` for middleware. */
  readonly method: string
  readonly handler: Parameters<typeof findTargetHandler>[0]
}

/** As much of a context as is needed here; Hono's own fits, of whichever copy of Hono. */
interface Context {
  readonly env: unknown
  readonly req: {
    readonly raw: Request
    readonly path: string
    /** Everything that matches, in the order in which it runs. */
    readonly matchedRoutes: readonly MatchedRoute[]
    /** Which of them ran last. */
    readonly routeIndex: number
    text(): Promise<string>
  }
}

export interface HonoMonitorOptions {
  /**
   * Address of the other end of the connection. Default: as `@hono/node-server` gives it; on another runtime pass what
   * its `getConnInfo(c).remote.address` says.
   */
  readonly remoteAddress?: (c: Context) => string | undefined
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

function nodeRemoteAddress(c: Context): string | undefined {
  const address = field(field(field(c.env, 'incoming'), 'socket'), 'remoteAddress')
  return typeof address === 'string' ? address : undefined
}

/** The route that answered, or would have, had middleware before it not answered first. */
function endpointOf({ matchedRoutes, routeIndex }: Context['req']): string {
  const from = matchedRoutes.slice(routeIndex)
  const handler = from.find((route) => !isMiddleware(findTargetHandler(route.handler)))
  // A handler that takes `next` looks like middleware; what is registered for a method is a route all the same.
  const route = handler ?? (from[0]?.method === 'ALL' ? undefined : from[0])
  return route?.path ?? UNMATCHED
}

/** Middleware for the whole application. */
export function honoMonitor(
  monitor: Monitor,
  { remoteAddress = nodeRemoteAddress }: HonoMonitorOptions = {},
): (c: Context, next: () => Promise<void>) => Promise<Response | undefined> {
  return async (c, next) => {
    if (monitor.covers(c.req.path)) {
      const body = c.req.raw.bodyUsed ? await c.req.text() : undefined
      return monitor.fetch(c.req.raw, { remoteAddress: remoteAddress(c), body })
    }
    const scope = monitor.metrics.endpointScope()
    try {
      await scope.run(next)
    } finally {
      scope.resolve(endpointOf(c.req))
    }
    return undefined
  }
}
