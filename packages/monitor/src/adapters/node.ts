/// <reference types="node" preserve="true" />
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Monitor } from '../monitor.ts'
import { endpointName, UNMATCHED } from './endpoint-name.ts'
import { pathOf, serve } from './listener.ts'

export interface NodeMonitorOptions {
  /**
   * The template of the route a request will take, such as `/api/products/:id`: a bounded set of names, never the URL
   * itself. `undefined`, or an error thrown: `__unmatched__`.
   */
  readonly route: (request: IncomingMessage) => string | undefined
}

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown

/**
 * Mounts a monitor in a bare Node server, and attributes the application's lookups to the routes it names.
 *
 * @example
 * ```ts
 * import { nodeMonitor } from '@hitrate/monitor/node'
 *
 * createServer(nodeMonitor(monitor, handler, { route: (request) => templateOf(request.url) }))
 * ```
 */
export function nodeMonitor(
  monitor: Monitor,
  handler: Handler,
  { route }: NodeMonitorOptions,
): (request: IncomingMessage, response: ServerResponse) => void {
  // Measuring must not take the application down.
  const endpointOf = (request: IncomingMessage): string => {
    try {
      return endpointName(route(request))
    } catch {
      return UNMATCHED
    }
  }
  return (request, response) => {
    if (monitor.covers(pathOf(request.url ?? '/'))) void serve(monitor, request, response)
    else void monitor.metrics.withEndpoint(endpointOf(request), () => handler(request, response))
  }
}
