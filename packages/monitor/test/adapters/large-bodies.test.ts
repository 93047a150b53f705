import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { connect } from 'node:net'
import { createMetrics } from 'hitrate/metrics'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { nodeMonitor } from '../../src/adapters/node.ts'
import { bearerToken, createMonitor } from '../../src/index.ts'
import { manualWarmer } from '../support/monitors.ts'

const TOKEN = 'a-token-of-some-length'
const BODY = Buffer.alloc(1_024 * 1_024, 0x20)
/** What Node reads at once. */
const READ_AT_ONCE = 65_536

let server: Server
let port = 0
/** Of each connection that has ended. */
const taken: number[] = []

beforeAll(async () => {
  const authorize = bearerToken(TOKEN)
  const monitor = createMonitor({ metrics: createMetrics(), warmer: manualWarmer(), authorize })
  server = createServer(nodeMonitor(monitor, (_request, response) => response.end(), { route: () => '/' }))
  server.on('connection', (socket) => socket.once('close', () => void taken.push(socket.bytesRead)))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  port = typeof address === 'object' && address !== null ? address.port : 0
})

afterAll(async () => {
  server.close()
  await once(server, 'close')
})

/** Sends all of the body, whatever comes. @returns the beginning of the answer */
async function send(path: string, headers: readonly string[], parts: readonly (string | Buffer)[]) {
  const socket = connect(port, '127.0.0.1')
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1')
  })
  // Whoever is refused while sending may be told so by a reset.
  socket.on('error', () => undefined)
  const head = [`POST ${path} HTTP/1.1`, 'host: localhost', 'content-type: application/json', ...headers]
  socket.write(`${head.join('\r\n')}\r\n\r\n`)
  for (const part of parts) socket.write(part)
  await new Promise((resolve) => socket.once('close', resolve))
  return text
}

const told = `content-length: ${BODY.length}`
const chunked = 'transfer-encoding: chunked'
const CHUNKS = [`${BODY.length.toString(16)}\r\n`, BODY, '\r\n0\r\n\r\n']
const token = `authorization: Bearer ${TOKEN}`

test.each([
  ['a stranger’s, its length told', 401, '/api/v1/cache/warm', [told], [BODY], 1],
  ['a stranger’s, its length not told', 401, '/api/v1/cache/warm', [chunked], CHUNKS, 2],
  ['its length told', 413, '/api/v1/cache/warm', [told, token], [BODY], 1],
  ['its length not told', 413, '/api/v1/cache/warm', [chunked, token], CHUNKS, 3],
  ['sent to nothing', 404, '/api/v1/cache/nothing', [told, token], [BODY], 1],
] as const)(
  'of a large body no more is taken than it needs to be refused: %s',
  async (_name, status, path, headers, parts, reads) => {
    taken.length = 0
    const text = await send(path, headers, parts)
    expect(text).toContain(`HTTP/1.1 ${status} `)
    expect(text.toLowerCase()).toContain('connection: close')
    await expect.poll(() => taken).toHaveLength(1)
    expect(taken[0]).toBeLessThanOrEqual(reads * READ_AT_ONCE)
  },
)
