import { expect, test } from 'vitest'
import { type Action, createMonitor, type Peer } from '../../src/index.ts'
import { ask, expectProblem, manualWarmer, measuredMetrics } from '../support/monitors.ts'

const metrics = measuredMetrics()

test.each([
  ['GET', '/health', 'read:health'],
  ['GET', '/stats', 'read:stats'],
  ['GET', '/stats/patterns', 'read:stats'],
  ['GET', '/stats/endpoints', 'read:stats'],
  ['GET', '/stats/top-patterns', 'read:stats'],
  ['GET', '/stats/low-performers', 'read:stats'],
  ['GET', '/series', 'read:stats'],
  ['GET', '/fleet', 'read:stats'],
  ['GET', '/flow', 'read:stats'],
  ['GET', '/events', 'read:stats'],
  ['GET', '/self', 'read:stats'],
  ['GET', '/stream', 'read:stats'],
  ['GET', '/warm/runs', 'read:stats'],
  ['GET', '/alerts', 'read:stats'],
  ['GET', '/openapi.json', 'read:stats'],
  ['GET', '', 'read:stats'],
  ['GET', '/info', 'read:info'],
  ['GET', '/metrics', 'scrape'],
  ['POST', '/warm', 'write:warm'],
  ['POST', '/reset-metrics', 'write:reset'],
] as const)('%s %s asks authorize for %s, with the request and the peer', async (method, path, action) => {
  const asked: [string, Action, Peer][] = []
  const monitor = createMonitor({
    metrics,
    warmer: manualWarmer(),
    info: () => ({ l1: null, l2: null }),
    production: true,
    allowReset: true,
    authorize(request, what, peer) {
      asked.push([new URL(request.url).pathname, what, peer])
      return true
    },
  })
  expect((await ask(monitor, path, { method }, { remoteAddress: '10.0.0.1' })).status).toBeLessThan(300)
  expect(asked).toEqual([[`/api/v1/cache${path}`, action, { remoteAddress: '10.0.0.1' }]])
})

test('what authorize refuses is 403, also when it answers later', async () => {
  const monitor = createMonitor({ metrics, authorize: async (_request, action) => action === 'read:health' })
  expect((await ask(monitor, '/health', {}, {})).json).toHaveProperty('hit_rate')
  expectProblem(await ask(monitor, '/stats'), 403, { detail: expect.stringContaining('read:stats') })
})

test.each([new Error('the directory is down'), 'text'])(
  'an authorize that throws %s lets nobody in',
  async (thrown) => {
    const logged: unknown[] = []
    const monitor = createMonitor({
      metrics,
      authorize: () => {
        throw thrown
      },
      logger: { error: (fields) => logged.push(fields) },
    })
    const answered = await ask(monitor, '/stats')
    expectProblem(answered, 500)
    expect(answered.text).not.toContain('directory')
    expect(logged).toEqual([{ err: thrown }])
  },
)
