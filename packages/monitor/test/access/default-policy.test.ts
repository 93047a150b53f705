import { afterEach, describe, expect, test, vi } from 'vitest'
import { createMonitor } from '../../src/index.ts'
import { ask, expectProblem, measuredMetrics } from '../support/monitors.ts'

const metrics = measuredMetrics()
const monitor = createMonitor({ metrics, production: false })

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('outside production, without authorize', () => {
  test.each(['127.0.0.1', '127.8.9.10', '::1', '::ffff:127.0.0.1', '0:0:0:0:0:0:0:1'])(
    'a peer at %s is let in',
    async (remoteAddress) => {
      expect((await ask(monitor, '/stats', {}, { remoteAddress })).status).toBe(200)
    },
  )

  test.each([
    '10.0.0.1',
    '192.168.1.7',
    '::',
    '::2',
    '::ffff:10.0.0.1',
    '0.0.0.0',
    'localhost',
    '',
    undefined,
  ])('a peer at %s is not, and the answer says which option to set', async (remoteAddress) => {
    const answered = await ask(monitor, '/stats', {}, { remoteAddress })
    expectProblem(answered, 403, { detail: expect.stringContaining('`authorize`') })
  })

  test.each([
    'localhost',
    'localhost:8000',
    '127.0.0.1:8000',
    '[::1]:8000',
    'shop.localhost:3000',
    'LOCALHOST',
  ])('the host %s is a name of this machine', async (host) => {
    expect((await ask(monitor, '/stats', { headers: { host } })).status).toBe(200)
  })

  test.each(['evil.example', 'localhost.evil.example', '127.0.0.1.nip.io', '10.0.0.1', 'a b', ''])(
    'the host %j is not, whatever the address: DNS may have been bent to loopback',
    async (host) => {
      expectProblem(await ask(monitor, '/stats', { headers: { host } }), 403)
    },
  )

  test('where there is no Host header the URL says the host', async () => {
    const local = { remoteAddress: '127.0.0.1' }
    const url = 'http://evil.example/api/v1/cache/stats'
    expect((await monitor.fetch(new Request(url), local)).status).toBe(403)
  })

  test.each(['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'via'])(
    'a request with %s came through a proxy, and is not from this machine',
    async (header) => {
      expectProblem(await ask(monitor, '/stats', { headers: { [header]: '127.0.0.1' } }), 403)
    },
  )

  test('the health of a development server is not for others either', async () => {
    expectProblem(await ask(monitor, '/health', {}, { remoteAddress: '10.0.0.1' }), 403)
  })
})

describe('in production, without authorize', () => {
  const closed = createMonitor({ metrics, production: true })

  test.each([
    ['GET', ''],
    ['GET', '/stats'],
    ['GET', '/stats/patterns'],
    ['GET', '/stats/endpoints'],
    ['GET', '/stats/top-patterns'],
    ['GET', '/stats/low-performers'],
    ['GET', '/info'],
    ['GET', '/series'],
    ['GET', '/fleet'],
    ['GET', '/flow'],
    ['GET', '/events'],
    ['GET', '/l2'],
    ['GET', '/self'],
    ['GET', '/about'],
    ['GET', '/stream'],
    ['GET', '/warm/runs'],
    ['GET', '/warm/runs/run-1'],
    ['GET', '/openapi.json'],
    ['GET', '/metrics'],
    ['POST', '/warm'],
    ['GET', '/alerts'],
    ['POST', '/alerts/test'],
    ['POST', '/reset-metrics'],
  ])('%s %s is 403 even for loopback, and names the option', async (method, path) => {
    expectProblem(await ask(closed, path, { method }), 403, {
      detail: expect.stringContaining('`authorize`'),
    })
  })

  test('NODE_ENV says whether it is production, when the monitor is created', async () => {
    vi.stubEnv('NODE_ENV', 'production')
    const created = createMonitor({ metrics })
    vi.stubEnv('NODE_ENV', 'development')
    expect((await ask(created, '/stats')).status).toBe(403)
    expect((await ask(createMonitor({ metrics }), '/stats')).status).toBe(200)
  })
})
