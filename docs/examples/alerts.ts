import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
import { createMonitor } from '@hitrate/monitor'
import { createMetrics } from 'hitrate/metrics'
import { manualClock } from 'hitrate/testing'

// #region verify
/** Whether somebody who knows the secret sent this body within five minutes of `now` (Unix milliseconds). */
function isGenuine(body: string, header: unknown, secret: string, now: number): boolean {
  const [, time, digest] = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(String(header)) ?? []
  if (time === undefined || digest === undefined) return false
  if (Math.abs(now - Number(time) * 1_000) > 5 * 60_000) return false
  const expected = createHmac('sha256', secret).update(`${time}.${body}`).digest()
  return timingSafeEqual(Buffer.from(digest, 'hex'), expected)
}
// #endregion

// Time that moves when told, so that the example doesn't take ten minutes. Leave `clock` out of yours.
const clock = manualClock()
const metrics = createMetrics({ clock })

// A receiver, as yours may be.
const secret = 'take-a-random-one-of-32-characters'
const known = new Set<string>()
const receiver = createServer(async (request, response) => {
  const body = (await request.toArray()).join('')
  if (!isGenuine(body, request.headers['hitrate-signature'], secret, clock.wall())) {
    response.writeHead(401).end()
    return
  }
  response.writeHead(204).end()
  const { id, event, text } = JSON.parse(body)
  if (known.has(id)) return // an attempt that was repeated
  known.add(id)
  console.log('received:', event, '-', text)
}).listen(0)
const untilReceived = async (count: number) => {
  while (known.size < count) await new Promise((resolve) => setImmediate(resolve))
}
const address = receiver.address()
const port = typeof address === 'object' ? address?.port : undefined

// #region options
const monitor = createMonitor({
  metrics,
  clock,
  alerts: {
    webhooks: [{ url: `http://127.0.0.1:${port}/cache-alerts`, secret }],
    rules: {
      low_hit_rate: { threshold: 0.5, window: '5m', for: '1m', ignore: ['search:*'] },
      health: false,
    },
  },
})
// #endregion
const ask = async (method: string, path: string) => {
  const request = new Request(`http://localhost/api/v1/cache${path}`, { method })
  return JSON.parse(await (await monitor.fetch(request, { remoteAddress: '127.0.0.1' })).text())
}

const [{ status, delivered }] = (await ask('POST', '/alerts/test')).webhooks
console.log('POST /alerts/test', status, delivered)

// Somebody asks for ten thousand products that nobody knows.
for (let id = 0; id < 10_000; id++)
  metrics.record({ operation: 'get', key: `product:${id}`, hit: false, responseTimeMs: 1 })
await clock.advance(80_000)
await untilReceived(2)
const [{ rule, pattern, state, since }] = (await ask('GET', '/alerts')).current
console.log('GET /alerts', rule, pattern, state, since)

// Five minutes later they are out of the window.
await clock.advance(6 * 60_000)
await untilReceived(3)
const { current, recent } = await ask('GET', '/alerts')
console.log('GET /alerts', current.length, recent[0].rule, recent[0].resolved_at)

await monitor.close() // delivers what waits, within two seconds
receiver.close()
