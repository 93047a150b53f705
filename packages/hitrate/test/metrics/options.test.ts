import { describe, expect, it } from 'vitest'
import { createMetrics, noRecorder } from '../../src/metrics/index.ts'
import type { MetricsOptions } from '../../src/metrics/types.ts'

describe('an option of the metrics', () => {
  it.each([
    ['retention', { retention: '2 days' }, "from '15m' to '24h'"],
    ['retention', { retention: '14m' }, "from '15m' to '24h'"],
    ['retention', { retention: '25h' }, "from '15m' to '24h'"],
    ['maxPatterns', { maxPatterns: 0 }, 'a whole number from 1 to 1000'],
    ['maxEndpoints', { maxEndpoints: 1.5 }, 'a whole number from 1 to 1000'],
    ['maxEndpoints', { maxEndpoints: '10' }, 'a whole number from 1 to 1000'],
    ['patterns', { patterns: {} }, 'an array of { match: RegExp, pattern: non-empty text }'],
    [
      'patterns[1]',
      {
        patterns: [
          { match: /a/, pattern: 'a' },
          { match: 'b', pattern: 'b' },
        ],
      },
      '{ match: RegExp',
    ],
    ['patterns[0]', { patterns: [{ match: /a/, pattern: '' }] }, '{ match: RegExp'],
    ['patterns[0]', { patterns: [null] }, '{ match: RegExp'],
    ['health.minHitRate', { health: { minHitRate: 50 } }, 'a number from 0 to 1'],
    ['health.maxAvgResponseMs', { health: { maxAvgResponseMs: Number.NaN } }, 'milliseconds, 0 or more'],
    ['health.minRequests', { health: { minRequests: -1 } }, 'a whole number'],
    ['"health.minimum"', { health: { minimum: 1 } }, 'health.minHitRate, health.maxAvgResponseMs'],
    ['health', { health: 0.5 }, 'an object with minHitRate'],
    ['clock', { clock: { now: () => 0 } }, 'a Clock with now, wall'],
    ['clock', { clock: null }, 'a Clock with now, wall'],
    ['"window"', { window: '5m' }, 'retention, patterns, maxPatterns, maxEndpoints, health, clock'],
    ['options', [], 'an object with retention'],
  ])('%s that is wrong is refused, with what is accepted', (name, options, accepted) => {
    expect(() => createMetrics(options as MetricsOptions)).toThrow(
      expect.objectContaining({
        code: 'invalid_option',
        message: expect.stringMatching(new RegExp(`${escaped(name)}.*accepted: .*${escaped(accepted)}`)),
      }),
    )
  })
  it('may be left out: the defaults stand', () => {
    const metrics = createMetrics()
    expect(metrics.retention).toBe(24 * 3_600_000)
    metrics.record({ operation: 'get', key: 'a:1', hit: true, responseTimeMs: 1 })
    expect(metrics.overall().totalRequests).toBe(1)
    expect(metrics.selfBytes).toBeGreaterThan(0)
  })
})

describe('the recorder that measures nothing', () => {
  it('takes everything and runs background work', () => {
    const handle = noRecorder.patternOf('a:1')
    noRecorder.lookup(handle, 'hit_l1', 1, 1)
    expect(noRecorder.background(() => 42)).toBe(42)
  })
})

describe('a handle of another collector', () => {
  it('counts for the pattern of its label', () => {
    const [one, other] = [createMetrics(), createMetrics()]
    other.recorder.lookup(one.recorder.patternOf('product:1'), 'hit_l1', 1, 1)
    other.recorder.lookup({ label: 'product:*' }, 'hit_l1', 1, 1)
    expect(other.patterns().patterns).toMatchObject([{ pattern: 'product:*', totalRequests: 2 }])
    expect(one.patterns().total).toBe(0)
  })
})

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
