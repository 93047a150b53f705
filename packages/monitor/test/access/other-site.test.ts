import { expect, test } from 'vitest'
import { createMonitor } from '../../src/index.ts'
import { ask, expectProblem, manualWarmer, measuredMetrics } from '../support/monitors.ts'

function monitorOf() {
  return createMonitor({ metrics: measuredMetrics(), warmer: manualWarmer() })
}

const REFUSED: readonly Readonly<Record<string, string>>[] = [
  { 'sec-fetch-site': 'cross-site' },
  { 'sec-fetch-site': 'same-site' },
  { 'sec-fetch-site': 'anything new' },
  { origin: 'https://evil.example' },
  { origin: 'http://localhost:3000' },
  { origin: 'null' },
  { origin: 'nonsense' },
  { 'sec-fetch-site': 'cross-site', origin: 'http://localhost:8000' },
]

test.each(REFUSED)('a POST with %j is refused, whoever may do it', async (headers) => {
  for (const path of ['/warm', '/reset-metrics', '/alerts/test']) {
    expectProblem(await ask(monitorOf(), path, { method: 'POST', headers }), 403, {
      detail: expect.stringContaining('another site'),
    })
  }
})

const ACCEPTED: readonly Readonly<Record<string, string>>[] = [
  {},
  { 'sec-fetch-site': 'same-origin', origin: 'http://localhost:8000' },
  { 'sec-fetch-site': 'none' },
  { origin: 'http://localhost:8000' },
]

test.each(ACCEPTED)('a POST with %j is not', async (headers) => {
  expect((await ask(monitorOf(), '/warm', { method: 'POST', headers })).status).toBe(202)
})

test('reading changes nothing, and is not refused for it', async () => {
  expect((await ask(monitorOf(), '/stats', { headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(200)
})
