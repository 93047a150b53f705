import { describe, expect, it } from 'vitest'
import { createMetrics } from '../../src/metrics/index.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'

describe('the flow of lookups', () => {
  it('counts each outcome but bypass, whose shares sum to 1, with the times of its own', () => {
    const metrics = createMetrics({ clock: manualClock() })
    const { recorder } = metrics
    const pattern = recorder.patternOf('a:1')
    for (let time = 0; time < 6; time++) recorder.lookup(pattern, 'hit_l1', 1, 1)
    for (let time = 0; time < 2; time++) recorder.lookup(pattern, 'hit_l2', 8, 8)
    recorder.lookup(pattern, 'miss', 16, 500)
    recorder.lookup(pattern, 'error', 16, 900)
    recorder.lookup(pattern, 'bypass', 0, 100)
    recorder.load(pattern, 'ok', 'lookup', 480)
    recorder.load(pattern, 'error', 'lookup', 800)

    const { parts, bypass, totalRequests, load } = metrics.flow({ window: '1m' })
    expect(totalRequests).toBe(10)
    expect(bypass).toBe(1)
    expect(parts.map(({ outcome, count, share }) => [outcome, count, share])).toEqual([
      ['hit_l1', 6, 0.6],
      ['hit_l2', 2, 0.2],
      ['stale', 0, 0],
      ['coalesced', 0, 0],
      ['miss', 1, 0.1],
      ['error', 1, 0.1],
    ])
    const p95 = Object.fromEntries(parts.map(({ outcome, p95Ms }) => [outcome, Math.round(p95Ms)]))
    expect(p95).toEqual({ hit_l1: 1, hit_l2: 8, stale: 0, coalesced: 0, miss: 16, error: 16 })
    expect(load).toMatchObject({ count: 2, errors: 1 })
    expect(load.p50Ms).toBeCloseTo(480, -2)
  })

  it('is of the window asked for', () => {
    const clock = manualClock()
    const metrics = createMetrics({ clock })
    metrics.record({ operation: 'get', key: 'a:1', hit: true, responseTimeMs: 1 })
    clock.advanceSync(120_000)
    expect(metrics.flow({ window: '1m' })).toMatchObject({ windowSeconds: 60, totalRequests: 0 })
    expect(metrics.flow()).toMatchObject({ windowSeconds: 86_400, totalRequests: 1 })
  })
})
