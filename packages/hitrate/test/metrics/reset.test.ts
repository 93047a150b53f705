import { describe, expect, it } from 'vitest'
import { createMetrics } from '../../src/metrics/index.ts'
import type { MetricsCollector, Totals } from '../../src/metrics/types.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'

/** Something of everything. */
function everything(metrics: MetricsCollector): void {
  const { recorder } = metrics
  const pattern = recorder.patternOf('product:1')
  metrics.withEndpoint('/a', () => {
    recorder.lookup(pattern, 'hit_l1', 1, 1)
    recorder.lookup(pattern, 'stale', 1, 1)
    recorder.load(pattern, 'error', 'refresh', 20)
    recorder.lookup(pattern, 'miss', 1, 21, 'evicted')
  })
  recorder.valueSize(pattern, 512)
  recorder.tier('l2', 'read', 'hit', 3, 100)
  recorder.tier('l2', 'write', 'timeout', 250)
  recorder.write(pattern, 2)
  recorder.invalidation('delete_tag', 7)
  recorder.eviction(pattern, 'l1', 'size')
  recorder.incident('fill_refused')
}

/** All the numbers in the totals, by their path. */
function numbers(value: unknown, path = ''): [string, number][] {
  if (typeof value === 'number') return [[path, value]]
  if (typeof value !== 'object' || value === null) return []
  const histogram = 'count' in value && 'sum' in value ? { count: value.count, sum: value.sum } : undefined
  return Object.entries(histogram ?? value).flatMap(([name, inner]) => {
    const label =
      typeof inner === 'object' && inner !== null ? (inner.pattern ?? inner.endpoint ?? name) : name
    return numbers(inner, `${path}.${label}`)
  })
}

describe('statistics reset', () => {
  it('clears windows and statistics', () => {
    const clock = manualClock()
    const metrics = createMetrics({ clock })
    everything(metrics)
    clock.advanceSync(3_600_000)
    everything(metrics)
    metrics.reset()
    expect(metrics.overall()).toMatchObject({
      totalRequests: 0,
      hitRate: 0,
      load: { count: 0 },
      since: clock.wall(),
    })
    expect(metrics.patterns()).toMatchObject({ total: 0, patterns: [], aggregate: { totalRequests: 0 } })
    expect(metrics.endpoints()).toMatchObject({ total: 0, endpoints: [] })
    expect(metrics.lowPerformers({ minRequests: 0, threshold: 1 })).toEqual([])
    expect(metrics.health()).toMatchObject({ status: 'healthy', totalRequests: 0, sample: 'insufficient' })
    expect(metrics.series().every(({ stats }) => stats.totalRequests === 0)).toBe(true)
    expect(metrics.tiers().every(({ calls }) => calls === 0)).toBe(true)
  })
  it('lets counting go on, with handles from before too', () => {
    const clock = manualClock()
    const metrics = createMetrics({ clock })
    const handle = metrics.recorder.patternOf('product:1')
    metrics.recorder.lookup(handle, 'hit_l1', 1, 1)
    metrics.reset()
    metrics.recorder.lookup(handle, 'miss', 1, 1)
    clock.advanceSync(60_000)
    metrics.recorder.lookup(handle, 'miss', 1, 1)
    expect(metrics.patterns().patterns).toMatchObject([
      { pattern: 'product:*', totalRequests: 2, cacheMisses: 2 },
    ])
  })
  it('keeps the totals, which never go down', () => {
    const clock = manualClock()
    const metrics = createMetrics({ clock, maxPatterns: 2 })
    let before: Totals = metrics.totals()
    for (let round = 0; round < 12; round++) {
      everything(metrics)
      for (let family = 0; family <= round; family++) {
        metrics.recorder.lookup(metrics.recorder.patternOf(`family${family}:1`), 'hit_l1', 1, 1)
      }
      if (round % 3 === 2) metrics.reset()
      clock.advanceSync(round % 2 === 0 ? 5_000 : 20 * 60_000)
      const totals = metrics.totals()
      const now = new Map(numbers(totals))
      for (const [path, value] of numbers({ ...before, patternsTracked: null })) {
        // A label may lose its series to a busier one; then it goes on in __other__.
        if (now.has(path)) expect(now.get(path), path).toBeGreaterThanOrEqual(value)
        else expect(path).toMatch(/^\.patterns\./)
      }
      before = totals
    }
    expect(before.lastResetAt).not.toBeNull()
  })
})

describe('totals', () => {
  it('give every counter an exporter needs', () => {
    const clock = manualClock()
    const metrics = createMetrics({ clock })
    everything(metrics)
    clock.advanceSync(25 * 3_600_000)
    everything(metrics)
    const totals = metrics.totals()
    expect(totals).toMatchObject({
      since: clock.wall() - clock.now(),
      lastResetAt: null,
      requests: { hit_l1: 2, hit_l2: 0, stale: 2, miss: 2, coalesced: 0, error: 0, bypass: 0 },
      missReasons: { evicted: 2, cold: 0 },
      loads: { refresh: { error: 2 } },
      writes: 2,
      evictions: { l1: { size: 2, expired: 0 }, l2: { size: 0 } },
      invalidations: { delete_tag: { calls: 2, entries: 14 }, delete_key: { calls: 0, entries: 0 } },
      incidents: { fill_refused: 2 },
      patternsTracked: 1,
      selfDropped: { held_lookup: 0, endpoint_pattern: 0 },
    })
    expect(totals.tiers.l2.read.results).toMatchObject({ hit: 200, miss: 0 })
    expect(totals.tiers.l2.read.duration.count).toBe(2)
    expect(totals.tiers.l2.write.results.timeout).toBe(2)
    expect(totals.requestDuration.hit_l1).toMatchObject({ count: 2, sum: 0.002 })
    expect(totals.requestDuration.hit_l1.atMost(-10)).toBe(0)
    expect(totals.requestDuration.hit_l1.atMost(-9)).toBe(2)
    expect(totals.loadDuration).toMatchObject({ count: 2, sum: 0.04 })
    expect(totals.valueSize).toMatchObject({ count: 2, sum: 1_024 })
    expect(totals.valueSize.atMost(9)).toBe(2)
    expect(totals.patterns).toMatchObject([
      { pattern: '__other__', hit: 0, stale: 0, miss: 0 },
      { pattern: 'product:*', hit: 2, stale: 2, miss: 2 },
    ])
    expect(totals.endpoints.find(({ endpoint }) => endpoint === '/a')?.outcomes).toMatchObject({
      hit_l1: 2,
      miss: 2,
    })
  })
  it('are values: counting on does not change them', () => {
    const metrics = createMetrics({ clock: manualClock() })
    everything(metrics)
    const totals = metrics.totals()
    const before = JSON.stringify(numbers(totals))
    everything(metrics)
    expect(JSON.stringify(numbers(totals))).toBe(before)
  })
})

describe('tier statistics', () => {
  it('tell calls, results by key, and times of each operation', () => {
    const clock = manualClock()
    const metrics = createMetrics({ clock })
    everything(metrics)
    const read = metrics.tiers().find(({ tier, operation }) => tier === 'l2' && operation === 'read')
    expect(read).toMatchObject({ calls: 1, avgMs: 3, results: { hit: 100 } })
    expect(metrics.tiers()).toHaveLength(8)
    clock.advanceSync(3_600_000)
    expect(metrics.tiers({ window: '5m' }).every(({ calls }) => calls === 0)).toBe(true)
  })
})
