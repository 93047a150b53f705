import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { createMetrics, type Metrics } from 'hitrate/metrics'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createMonitor, type Monitor } from '../../src/index.ts'
import { expectProblem, type ManualWarmer, manualWarmer } from '../support/monitors.ts'

/** A server of one framework that listens on a port of its own. */
export interface RunningServer {
  readonly port: number
  close(): Promise<unknown>
}

/**
 * Starts an application with these routes, its lookups made by `lookup`:
 * - `GET /api/products/:id` looks up `product:{id}` before and after it has waited
 * - `GET /api/users/:id` looks up `user:{id}` once
 * - `POST /api/orders` reads its JSON body and then looks up `order:{body.id}`
 * - before any route runs, a hook looks up `session:{x-session}` where that header is given
 */
export type StartServer = (monitor: Monitor, lookup: (key: string) => void) => Promise<RunningServer>

/** Lets other requests run: a turn of the event loop, a few times. */
export async function turns(count = 3): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve))
}

interface Wire {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly json: unknown
}

/** The first ticks of a stream, which stays open. */
async function ticksOf(response: Response, count: number): Promise<readonly string[]> {
  const reader = response.body?.getReader()
  const decoder = new TextDecoder()
  let text = ''
  for (;;) {
    const ticks = [...text.matchAll(/^event: tick$/gm)].map(String)
    if (ticks.length >= count || reader === undefined) return ticks
    const { done, value } = await reader.read()
    if (done) return ticks
    text += decoder.decode(value, { stream: true })
  }
}

/** What every adapter does alike, on a real server. `server()` gives it to tests of one's own. */
export function testAdapter(start: StartServer): {
  metrics(): Metrics
  send(path: string, init?: RequestInit): Promise<Wire>
  lookups(): Readonly<Record<string, Readonly<Record<string, number>>>>
} {
  let metrics: Metrics
  let warmer: ManualWarmer
  let server: RunningServer

  beforeAll(async () => {
    metrics = createMetrics()
    warmer = manualWarmer()
    const monitor = createMonitor({ metrics, warmer, production: false })
    server = await start(monitor, (key) =>
      metrics.record({ operation: 'get', key, hit: true, responseTimeMs: 0.1 }),
    )
  })
  afterAll(() => server.close())
  beforeEach(() => {
    metrics.reset()
    warmer.finish()
  })

  const send = async (path: string, init: RequestInit = {}): Promise<Wire> => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`, init)
    const text = await response.text()
    const isJson = (response.headers.get('content-type') ?? '').includes('json')
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: isJson && text !== '' ? JSON.parse(text) : undefined,
    }
  }
  const api = (path: string, init?: RequestInit): Promise<Wire> => send(`/api/v1/cache${path}`, init)
  const post = (body: string, type = 'application/json'): RequestInit => ({
    method: 'POST',
    headers: { 'content-type': type },
    body,
  })
  /** Lookups by endpoint and pattern. */
  const lookups = (): Readonly<Record<string, Readonly<Record<string, number>>>> =>
    Object.fromEntries(
      metrics
        .endpoints()
        .endpoints.filter(({ totalRequests }) => totalRequests > 0)
        .map(({ endpoint, patterns }) => [
          endpoint,
          Object.fromEntries(patterns.map(({ pattern, totalRequests }) => [pattern, totalRequests])),
        ]),
    )

  test('lookups belong to the template of the route during which they ran, however requests interleave', async () => {
    const ids = Array.from({ length: 40 }, (_, id) => id)
    await Promise.all(
      ids.flatMap((id) => [
        send(`/api/products/${id}?x=${id}`),
        send(`/api/users/${id}`, { headers: { 'x-session': `${id}` } }),
        send('/api/orders', post(JSON.stringify({ id }))),
      ]),
    )
    expect(lookups()).toEqual({
      '/api/products/:id': { 'product:*': 80 },
      '/api/users/:id': { 'user:*': 40, 'session:*': 40 },
      '/api/orders': { 'order:*': 40 },
    })
  })

  test('a request that no route takes is __unmatched__', async () => {
    const { status } = await send('/api/nothing/42', { headers: { 'x-session': '1' } })
    expect(status).toBe(404)
    expect(lookups()).toEqual({ __unmatched__: { 'session:*': 1 } })
  })

  test('the monitor answers at its mount, and its own requests are nobody’s lookups', async () => {
    await send('/api/products/1')
    for (let repeat = 0; repeat < 3; repeat++) {
      expect(await api('/health?window=5m')).toMatchObject({ status: 200, json: { total_requests: 2 } })
      expect((await api('')).text).toContain('<!doctype html>')
    }
    const { json, headers } = await api('/stats/endpoints')
    expect(json).toMatchObject({
      total: 1,
      endpoints: [{ endpoint: '/api/products/:id', total_requests: 2 }],
    })
    expect(headers.get('cache-control')).toBe('no-store')
  })

  test('POST /warm works without a body, with an empty form, and with JSON', async () => {
    const started = warmer.started.length
    expect((await api('/warm', { method: 'POST' })).status).toBe(202)
    warmer.finish()
    expect((await api('/warm', post('', 'application/x-www-form-urlencoded'))).status).toBe(202)
    warmer.finish()
    expect((await api('/warm', post('{"strategies":["discover feed"]}'))).status).toBe(202)
    expect(warmer.started.slice(started)).toEqual([undefined, undefined, ['discover feed']])
  })

  test('what the framework would refuse in its own shape is problem JSON', async () => {
    const refused = async (path: string, init: RequestInit, status: number): Promise<void> => {
      const answered = await api(path, init)
      expectProblem(answered, status)
    }
    await refused('/warm', post('{"strategies":'), 400)
    await refused('/warm', post('<a/>', 'text/xml'), 415)
    await refused('/warm', post('x'.repeat(100_000)), 413)
    await refused('/nothing', {}, 404)
    await refused('/warm', { method: 'DELETE' }, 405)
    await refused('/stats?window=soon', {}, 400)
    expect(await api('/stats', { method: 'HEAD' })).toMatchObject({ status: 200, text: '' })
    expect((await api('/warm', { method: 'OPTIONS' })).headers.get('allow')).toBe('POST, OPTIONS')
  })

  test.each([
    ['POST /api/v1/cache/warm', 'content-length: 10000000', 413],
    ['DELETE /api/v1/cache/warm', 'content-length: 10000000', 405],
    ['DELETE /api/v1/cache/warm', 'transfer-encoding: chunked', 405],
  ])(
    '%s with %s is refused before its body is there, and the connection ends',
    async (line, length, status) => {
      const socket = connect(server.port, '127.0.0.1')
      let text = ''
      socket.on('data', (chunk) => {
        text += chunk.toString()
      })
      socket.write(
        `${line} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n${length}\r\n\r\n`,
      )
      await once(socket, 'close')
      expect(text).toContain(`HTTP/1.1 ${status} `)
      expect(text.toLowerCase()).toContain('connection: close')
    },
  )

  test('a refused body that is small does not end the connection', async () => {
    const { status, headers } = await api('/nothing', post('{}'))
    expect(status).toBe(404)
    expect(headers.get('connection')).toBe('keep-alive')
  })

  test('the peer’s address is the connection’s, and a Host from elsewhere is refused', async () => {
    const outgoing = httpRequest({
      port: server.port,
      host: '127.0.0.1',
      path: '/api/v1/cache/stats',
      headers: { host: 'rebound.example' },
    })
    outgoing.end()
    const [response] = await once(outgoing, 'response')
    response.resume()
    expect(response.statusCode).toBe(403)
    expect((await api('/stats')).status).toBe(200)
  })

  test('a stream brings ticks, ends with its client, and does not keep a server from closing', async () => {
    const open = async () => ({
      open: await api('/self').then(({ json }) =>
        Reflect.get(Object(Reflect.get(Object(json), 'streams')), 'open'),
      ),
    })
    const monitor = createMonitor({ metrics, production: false })
    const own = await start(monitor, () => undefined)
    const leaving = new AbortController()
    const stream = (port: number, signal?: AbortSignal): Promise<Response> =>
      fetch(`http://127.0.0.1:${port}/api/v1/cache/stream`, signal === undefined ? {} : { signal })

    const left = await stream(server.port, leaving.signal)
    expect(left.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(await ticksOf(left, 1)).toHaveLength(1)
    expect(await open()).toEqual({ open: 1 })
    leaving.abort()
    await expect.poll(open, { timeout: 5_000 }).toEqual({ open: 0 })

    const stayed = await stream(own.port)
    expect(await ticksOf(stayed, 2)).toHaveLength(2)
    await own.close()
    await monitor.close()
  })

  test('a stream ends with its monitor, and so does the connection', async () => {
    const monitor = createMonitor({ metrics, production: false })
    const own = await start(monitor, () => undefined)
    const response = await fetch(`http://127.0.0.1:${own.port}/api/v1/cache/stream`)
    const ended = response.text().then(
      () => 'ended',
      () => 'cut',
    )
    await monitor.close()
    expect(['ended', 'cut']).toContain(await ended)
    await own.close()
  })

  return { metrics: () => metrics, send, lookups }
}
