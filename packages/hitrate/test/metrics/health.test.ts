import { describe, expect, it } from 'vitest'
import { createMetrics } from '../../src/metrics/index.ts'
import type { MetricsCollector } from '../../src/metrics/types.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'

/** `hits` hits and `misses` misses of `responseTimeMs` each. */
function traffic(metrics: MetricsCollector, hits: number, misses: number, responseTimeMs = 1): void {
  for (let count = 0; count < hits + misses; count++) {
    metrics.record({ operation: 'get', key: 'product:1', hit: count < hits, responseTimeMs })
  }
}

describe('health status healthy', () => {
  it('is that of a cache with its rates and times within the thresholds', () => {
    const clock = manualClock()
    const metrics = createMetrics({ clock })
    traffic(metrics, 15, 5, 10)
    expect(metrics.health()).toEqual({
      status: 'healthy',
      hitRate: 0.75,
      avgResponseTimeMs: 10,
      p95ResponseTimeMs: expect.closeTo(10, 0),
      totalRequests: 20,
      warnings: [],
      reasons: [],
      sample: 'sufficient',
      timestamp: clock.wall(),
    })
  })
  it('holds at a hit rate of exactly a half', () => {
    const metrics = createMetrics({ clock: manualClock() })
    traffic(metrics, 10, 10)
    expect(metrics.health().status).toBe('healthy')
  })
  it('is given, as an insufficient sample, to fewer than 20 lookups, however bad', () => {
    const metrics = createMetrics({ clock: manualClock() })
    traffic(metrics, 0, 19, 500)
    expect(metrics.health()).toMatchObject({
      status: 'healthy',
      sample: 'insufficient',
      warnings: [],
      hitRate: 0,
    })
    traffic(metrics, 0, 1, 500)
    expect(metrics.health()).toMatchObject({ status: 'degraded', sample: 'sufficient' })
  })
  it('returns when the bad minutes have left the window', () => {
    const clock = manualClock()
    const metrics = createMetrics({ clock })
    traffic(metrics, 0, 50)
    expect(metrics.health().status).toBe('degraded')
    clock.advanceSync(6 * 60_000)
    traffic(metrics, 50, 0)
    expect(metrics.health().status).toBe('healthy')
    expect(metrics.health({ window: '15m' })).toMatchObject({ status: 'healthy', totalRequests: 100 })
  })
})

describe('health status warning', () => {
  it('is that of a high p95 alone', () => {
    const metrics = createMetrics({ clock: manualClock() })
    traffic(metrics, 90, 0, 1)
    traffic(metrics, 10, 0, 200)
    const { status, warnings, reasons } = metrics.health()
    expect({ status, reasons }).toEqual({ status: 'warning', reasons: ['high_p95_response_time'] })
    expect(warnings).toEqual([
      expect.stringMatching(/^High p95 response time: \d+(\.\d)? ms \(threshold: >= 100 ms\)$/),
    ])
  })
})

describe('health status degraded', () => {
  it('is that of a low hit rate, which is never rounded up to its threshold', () => {
    const metrics = createMetrics({ clock: manualClock() })
    traffic(metrics, 4_999, 5_001)
    expect(metrics.health()).toMatchObject({
      status: 'degraded',
      reasons: ['low_hit_rate'],
      warnings: ['Low hit rate: 49.9 % of 10000 lookups were hits (threshold: < 50 %)'],
    })
  })
  it('is that of a high average response time', () => {
    const metrics = createMetrics({ clock: manualClock() })
    traffic(metrics, 20, 0, 50)
    expect(metrics.health()).toMatchObject({
      status: 'degraded',
      reasons: ['high_avg_response_time'],
      warnings: ['High average response time: 50 ms (threshold: >= 50 ms)'],
    })
  })
  it('names everything that is wrong at once', () => {
    const metrics = createMetrics({ clock: manualClock() })
    traffic(metrics, 0, 20, 400)
    expect(metrics.health().reasons).toEqual([
      'low_hit_rate',
      'high_avg_response_time',
      'high_p95_response_time',
    ])
  })
  it('is that of an L2 out of reach, whatever the traffic, until it is back', () => {
    const metrics = createMetrics({ clock: manualClock() })
    metrics.setL2Available(false)
    expect(metrics.health()).toMatchObject({
      status: 'degraded',
      sample: 'insufficient',
      reasons: ['l2_unavailable'],
      warnings: [expect.stringContaining('out of reach')],
    })
    metrics.setL2Available(true)
    expect(metrics.health().status).toBe('healthy')
  })
  it('follows the thresholds given', () => {
    const metrics = createMetrics({ clock: manualClock(), health: { minHitRate: 0.9, minRequests: 5 } })
    traffic(metrics, 4, 1)
    expect(metrics.health().warnings).toEqual([
      'Low hit rate: 80.0 % of 5 lookups were hits (threshold: < 90 %)',
    ])
  })
})
