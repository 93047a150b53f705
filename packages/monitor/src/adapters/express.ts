/// <reference types="node" preserve="true" />
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type EndpointScope, inferPattern } from 'hitrate/metrics'
import type { Monitor } from '../monitor.ts'
import { endpointName } from './endpoint-name.ts'
import { pathOf, serve } from './listener.ts'

/** As much of a request as is needed here; Express's own fits. */
interface Request extends IncomingMessage {
  readonly originalUrl: string
  /** Where the router that is running is mounted: real values, not a template. */
  readonly baseUrl: string
  /** Of the mount, at the moment a route is entered. */
  readonly params?: unknown
  readonly body?: unknown
}

type Middleware = (request: Request, response: ServerResponse, next: () => void) => void

/** What a route was declared with: text, a regular expression, or a list of them. */
function pathOfRoute(route: unknown): unknown {
  return typeof route === 'object' && route !== null ? Reflect.get(route, 'path') : undefined
}

/** Whether the route may be a guard before the one that answers: `app.all('/api/*splat', authenticate)`. */
function mayBeGuard(path: unknown): boolean {
  return typeof path !== 'string' || path.includes('*')
}

/**
 * The template of a mount, whose `baseUrl` holds real values: those of its own parameters get their names back; of what
 * is left (mounts further out, whose parameters Express has forgotten), whatever looks like an id becomes `*`.
 */
function mountTemplate({ baseUrl, params }: Request): string {
  const names = new Map(
    Object.entries(typeof params === 'object' && params !== null ? params : {}).map(([name, value]) => [
      value,
      name,
    ]),
  )
  const named = baseUrl.split('/').map((segment) => {
    const name = names.get(decoded(segment))
    return name === undefined ? segment : `:${name}`
  })
  return inferPattern(named.join('/'))
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

/**
 * Names the endpoint as soon as Express enters a route. That moment is the only one at which `baseUrl` belongs to the
 * route: an error unwinds it before the response ends. What may be a guard names it only when nothing better has come by
 * the end.
 */
function nameByRoute(request: Request, response: ServerResponse, scope: EndpointScope): void {
  let current: unknown
  let guard: string | undefined
  let baseUrl: string | undefined
  let mount = ''
  Object.defineProperty(request, 'route', {
    configurable: true,
    enumerable: true,
    get: () => current,
    set(route: unknown) {
      current = route
      // Only the first route tried below a mount still sees the mount's parameters.
      if (request.baseUrl !== baseUrl) {
        baseUrl = request.baseUrl
        mount = mountTemplate(request)
      }
      const path = pathOfRoute(route)
      const template = Array.isArray(path) ? path.join(' | ') : String(path)
      const endpoint = endpointName(mount !== '' && template === '/' ? mount : `${mount}${template}`)
      if (mayBeGuard(path)) guard = endpoint
      else scope.resolve(endpoint)
    },
  })
  const end = (): void => scope.resolve(endpointName(guard))
  response.once('finish', end)
  response.once('close', end)
}

/**
 * Mounts a monitor in Express 5, and attributes the application's lookups to its routes.
 *
 * @example
 * ```ts
 * import { expressMonitor } from '@hitrate/monitor/express'
 *
 * const app = express()
 * app.use(expressMonitor(createMonitor({ cache })))     // before the routes
 * ```
 */
export function expressMonitor(monitor: Monitor): Middleware {
  return (request, response, next) => {
    if (monitor.covers(pathOf(request.originalUrl))) {
      // Routers cut their mount off the URL; the monitor wants all of it, and nothing runs after.
      request.url = request.originalUrl
      void serve(monitor, request, response, request.body)
      return
    }
    const scope = monitor.metrics.endpointScope()
    nameByRoute(request, response, scope)
    scope.run(next)
  }
}
