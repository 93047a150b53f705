import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'

/** No answer within it is a failure. */
const TIMEOUT_MS = 30_000

/** Sends GET requests over connections that stay open. */
export interface ReplayClient {
  /** Resolves with the status once the whole answer is there. Rejects when there is none. */
  get(path: string): Promise<number>
  close(): void
}

/** @param connections at the most */
export function createClient(url: string, connections: number): ReplayClient {
  const base = new URL(url)
  const prefix = base.pathname.replace(/\/$/, '')
  const options = { keepAlive: true, maxSockets: connections, timeout: TIMEOUT_MS }
  const secure = base.protocol === 'https:'
  const agent = secure ? new HttpsAgent(options) : new HttpAgent(options)
  const request = secure ? httpsRequest : httpRequest
  // URL keeps the brackets of an IPv6 address, which a socket doesn't want.
  const host = base.hostname.replace(/^\[|\]$/g, '')
  // The path goes out as it is: building a URL from it would tidy it up.
  const target = { agent, host, port: base.port, headers: { host: base.host } }

  return {
    get: (path) =>
      new Promise((resolve, reject) => {
        const outgoing = request({ ...target, path: `${prefix}${path}` }, (answer: IncomingMessage) => {
          answer.on('error', reject)
          answer.on('end', () => resolve(answer.statusCode ?? 0))
          answer.resume()
        })
        outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)))
        outgoing.on('error', reject)
        outgoing.end()
      }),
    close: () => agent.destroy(),
  }
}
