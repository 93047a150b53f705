/// <reference types="node" preserve="true" />
import { findTargetHandler, isMiddleware } from 'hono/utils/handler'
import type { Connection } from '../live/connection.ts'
import type { Monitor } from '../monitor.ts'
import { connectionOf, isArriving, isEnding } from './connection.ts'
import { endpointName } from './endpoint-name.ts'

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
    /** Which of them is running. */
    readonly routeIndex: number
    text(): Promise<string>
  }
}

interface ConnInfo {
  readonly remote: { readonly address?: string | undefined }
}

export interface HonoMonitorOptions {
  /**
   * Hono's `getConnInfo` of the runtime, which knows the address of the other end of the connection. Default: what
   * `@hono/node-server` knows.
   */
  getConnInfo?(c: Context): ConnInfo
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

/** What `getConnInfo` of `@hono/node-server` would say; nothing where another server runs. */
function nodeConnInfo(c: Context): ConnInfo {
  const address = field(field(field(c.env, 'incoming'), 'socket'), 'remoteAddress')
  return { remote: { address: typeof address === 'string' ? address : undefined } }
}

/** Of `@hono/node-server`; nothing where another server runs. */
function nodeConnection(c: Context): Connection | undefined {
  const incoming = field(c.env, 'incoming')
  const outgoing = field(c.env, 'outgoing')
  return isArriving(incoming) && isEnding(outgoing) ? connectionOf(incoming, outgoing) : undefined
}

/**
 * Whether it is a route rather than middleware: what Hono runs without a `next`, and what is registered for a method
 * and a certain path, be it a validator or a handler that takes `next`. `app.get('*', cache())` is middleware.
 */
function isRoute({ handler, method, path }: MatchedRoute): boolean {
  return !isMiddleware(findTargetHandler(handler)) || (method !== 'ALL' && !path.endsWith('*'))
}

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
export function honoMonitor(
  monitor: Monitor,
  { getConnInfo = nodeConnInfo }: HonoMonitorOptions = {},
): (c: Context, next: () => Promise<void>) => Promise<Response | undefined> {
  return async (c, next) => {
    if (monitor.covers(c.req.path)) {
      const body = c.req.raw.bodyUsed ? await c.req.text() : undefined
      return monitor.fetch(c.req.raw, {
        remoteAddress: getConnInfo(c).remote.address,
        body,
        connection: nodeConnection(c),
      })
    }
    // Hono knows all that matches before anything runs, so that lookups in middleware belong to the route behind it.
    const { matchedRoutes, routeIndex } = c.req
    const route = matchedRoutes.slice(routeIndex + 1).find(isRoute)
    await monitor.metrics.withEndpoint(endpointName(route?.path), next)
    return undefined
  }
}
