import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import { getRequestListener } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { Monitor } from '../monitor.ts'
import { problemOf, Refusal } from '../problem.ts'
import { type Respond, respondAnywhere } from '../whole-answer.ts'
import { connectionOf } from './connection.ts'

/** A request of Node's, over either version of HTTP. */
export type Incoming = IncomingMessage | Http2ServerRequest
export type Outgoing = ServerResponse | Http2ServerResponse

const OPTIONS: Parameters<typeof getRequestListener>[1] = {
  // Leaves the application's own Request and Response as they are.
  overrideGlobalObjects: false,
  errorHandler: () =>
    respondAnywhere('GET')(
      problemOf(new Refusal(400, 'The request target or the Host header can not be read')),
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
  const context = {
    remoteAddress,
    body,
    connection: connectionOf(incoming, outgoing),
    respond: sendWhole(outgoing),
  }
  return getRequestListener((request) => monitor.fetch(request, context), OPTIONS)(incoming, outgoing)
}

/** As much of a response of Node's as is needed here. */
interface Writable {
  writeHead(status: number, headers: Readonly<Record<string, string | number>>): unknown
  end(body: string | Uint8Array): unknown
}

/** At once and in one piece: a stream of the web costs more than the rest of a refusal. */
function sendWhole(outgoing: Writable): Respond {
  return ({ status, headers, body }) => {
    outgoing.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) })
    outgoing.end(body)
    return RESPONSE_ALREADY_SENT
  }
}

/** The path of a request target: without its query. */
export function pathOf(target: string): string {
  const query = target.indexOf('?')
  return query === -1 ? target : target.slice(0, query)
}
