import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import { expect } from 'vitest'
import { webhookMessageSchema } from '../../src/contract/alert-schemas.ts'
import type { WebhookMessage } from '../../src/index.ts'

export interface Received {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A real receiver of webhooks on a port of its own. */
export interface Receiver extends AsyncDisposable {
  readonly url: string
  /** In the order they came, repeated attempts included. */
  readonly received: readonly Received[]
  /** What it was sent, each checked against the contract. */
  readonly messages: readonly WebhookMessage[]
  /** Resolves when that many requests have come in all. */
  untilReceived(count: number): Promise<void>
}

/** Answers a request, or leaves it without an answer. */
type Answer = (response: ServerResponse, received: Received) => unknown

export const answering =
  (status: number, headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(status, headers).end()

export const silent: Answer = () => undefined

/** @param answers one after the other; the last again and again. Default: 204 */
export async function startReceiver(...answers: readonly Answer[]): Promise<Receiver> {
  const received: Received[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk
    })
    request.on('end', () => {
      const asked: Received = { path: request.url ?? '', headers: request.headers, body }
      received.push(asked)
      const answer = answers[received.length - 1] ?? answers.at(-1) ?? answering(204)
      answer(response, asked)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    get messages() {
      return received.map(({ body }) => webhookMessageSchema.parse(JSON.parse(body)))
    },
    async untilReceived(count) {
      await expect.poll(() => received.length, { interval: 5, timeout: 10_000 }).toBeGreaterThanOrEqual(count)
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
