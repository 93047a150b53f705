import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import { getRequestListener } from '@hono/node-server'
import { withStandingHeaders } from '../headers.ts'
import type { Monitor } from '../monitor.ts'
import { problemResponse, Refusal } from '../problem.ts'
import { connectionOf } from './connection.ts'

/** A request of Node's, over either version of HTTP. */
export type Incoming = IncomingMessage | Http2ServerRequest
export type Outgoing = ServerResponse | Http2ServerResponse

const OPTIONS: Parameters<typeof getRequestListener>[1] = {
  // Leaves the application's own Request and Response as they are.
  overrideGlobalObjects: false,
  errorHandler: () =>
    withStandingHeaders(
      problemResponse(new Refusal(400, 'The request target or the Host header can not be read')),
    ),
}

/**
 * Answers a request of Node's with the monitor.
 * @param body what a framework has already made of the body; `undefined`: the stream is still to be read
 */
export function serve(
  monitor: Monitor,
  incoming: Incoming,
  outgoing: Outgoing,
  body?: unknown,
): Promise<void> {
  const { remoteAddress } = incoming.socket
  const context = { remoteAddress, body, connection: connectionOf(incoming, outgoing) }
  return getRequestListener((request) => monitor.fetch(request, context), OPTIONS)(incoming, outgoing)
}

/** The path of a request target: without its query. */
export function pathOf(target: string): string {
  const query = target.indexOf('?')
  return query === -1 ? target : target.slice(0, query)
}
