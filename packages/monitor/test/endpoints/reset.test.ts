import { createMetrics } from 'hitrate/metrics'
import { manualClock } from 'hitrate/testing'
import { expect, test } from 'vitest'
import { resetSchema } from '../../src/contract/schemas.ts'
import { createMonitor } from '../../src/index.ts'
import { ask, expectProblem } from '../support/monitors.ts'

function monitorWith(options: { readonly production?: boolean; readonly allowReset?: boolean }) {
  const clock = manualClock()
  const metrics = createMetrics({ clock })
  metrics.record({ operation: 'get', key: 'a', hit: true, responseTimeMs: 1 })
  return { clock, metrics, monitor: createMonitor({ metrics, authorize: () => true, ...options }) }
}

test('POST /reset-metrics clears the statistics and says from when they count', async () => {
  const { clock, metrics, monitor } = monitorWith({ production: false })
  clock.advanceSync(60_000)
  const { status, json } = await ask(monitor, '/reset-metrics', { method: 'POST' })
  expect(status).toBe(200)
  expect(resetSchema.parse(json)).toEqual({
    reset: true,
    since: '2026-01-01T00:01:00.000Z',
    scope: 'process',
  })
  expect(metrics.overall().totalRequests).toBe(0)
})

test('it is off in production, also for those whom authorize lets, and the answer names the option', async () => {
  const { metrics, monitor } = monitorWith({ production: true })
  const answered = await ask(monitor, '/reset-metrics', { method: 'POST' })
  expectProblem(answered, 403, { detail: expect.stringContaining('`allowReset: true`') })
  expect(metrics.overall().totalRequests).toBe(1)
})

test('allowReset switches it on in production, and off elsewhere', async () => {
  const on = monitorWith({ production: true, allowReset: true })
  expect((await ask(on.monitor, '/reset-metrics', { method: 'POST' })).status).toBe(200)
  const off = monitorWith({ production: false, allowReset: false })
  expect((await ask(off.monitor, '/reset-metrics', { method: 'POST' })).status).toBe(403)
})
