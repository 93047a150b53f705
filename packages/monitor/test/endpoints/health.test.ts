import { createMetrics } from 'hitrate/metrics'
import { manualClock } from 'hitrate/testing'
import { describe, expect, test } from 'vitest'
import { healthSchema } from '../../src/contract/schemas.ts'
import { createMonitor } from '../../src/index.ts'
import { ask, measuredMetrics } from '../support/monitors.ts'

/** Twenty-five lookups, all misses. */
function degraded() {
  const metrics = createMetrics({ clock: manualClock() })
  for (let id = 0; id < 25; id++) {
    metrics.record({ operation: 'get', key: `product:${id}`, hit: false, responseTimeMs: 1 })
  }
  return metrics
}

describe('GET /health', () => {
  test('a healthy cache answers 200 with its figures', async () => {
    const { status, json } = await ask(createMonitor({ metrics: measuredMetrics() }), '/health')
    expect(status).toBe(200)
    expect(healthSchema.parse(json)).toMatchObject({
      status: 'healthy',
      total_requests: 90,
      warnings: [],
      reasons: [],
      sample: 'sufficient',
      timestamp: '2026-01-01T00:00:00.000Z',
    })
  })

  test('with too few lookups it is healthy and says that the sample is insufficient', async () => {
    const { json } = await ask(createMonitor({ metrics: createMetrics() }), '/health')
    expect(healthSchema.parse(json)).toMatchObject({ status: 'healthy', sample: 'insufficient' })
  })

  test('a degraded cache still answers 200, with reasons and warnings', async () => {
    const { status, json } = await ask(createMonitor({ metrics: degraded() }), '/health')
    expect(status).toBe(200)
    expect(healthSchema.parse(json)).toMatchObject({ status: 'degraded', reasons: ['low_hit_rate'] })
    expect(json).toHaveProperty('warnings', [expect.stringMatching(/hit rate/i)])
  })

  test('strict turns degraded into 503 with the same body, and leaves healthy at 200', async () => {
    const monitor = createMonitor({ metrics: degraded() })
    const strict = await ask(monitor, '/health?strict=1')
    expect(strict.status).toBe(503)
    expect(strict.json).toEqual((await ask(monitor, '/health')).json)
    expect((await ask(monitor, '/health?strict=false')).status).toBe(200)
    expect((await ask(createMonitor({ metrics: measuredMetrics() }), '/health?strict=true')).status).toBe(200)
  })

  test('in production anybody gets status and timestamp, and nothing else', async () => {
    const monitor = createMonitor({ metrics: degraded(), production: true })
    const { status, json } = await ask(monitor, '/health', {}, {})
    expect(status).toBe(200)
    expect(json).toEqual({ status: 'degraded', timestamp: '2026-01-01T00:00:00.000Z' })
    expect((await ask(monitor, '/health?strict=1', {}, {})).status).toBe(503)
  })

  test('looks back five minutes unless told otherwise', async () => {
    const clock = manualClock()
    const metrics = createMetrics({ clock })
    const monitor = createMonitor({ metrics })
    metrics.record({ operation: 'get', key: 'a', hit: true, responseTimeMs: 1 })
    clock.advanceSync(20 * 60_000)
    expect((await ask(monitor, '/health')).json).toMatchObject({ total_requests: 0 })
    expect((await ask(monitor, '/health?window=1h')).json).toMatchObject({ total_requests: 1 })
  })
})
