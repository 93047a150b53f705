import { once } from 'node:events'
import { createServer } from 'node:http'

/** A receiver of webhooks on a port of its own. */
export interface Receiver extends AsyncDisposable {
  readonly url: string
  /** As the page names it. */
  readonly address: string
  /** The bodies it was sent. */
  readonly received: readonly string[]
}

/** @param status what it answers everything with */
export async function startReceiver(status = 204): Promise<Receiver> {
  const received: string[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk
    })
    request.on('end', () => {
      received.push(body)
      response.writeHead(status).end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const host = `127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
  return {
    url: `http://${host}/secret-path`,
    address: `http://${host}/…`,
    received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
