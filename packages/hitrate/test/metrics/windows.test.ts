import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMetrics } from '../../src/metrics/index.ts'
import type { MetricsCollector } from '../../src/metrics/types.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const TIERS = [
  { width: 10 * SECOND, span: 15 * MINUTE },
  { width: MINUTE, span: 2 * HOUR },
  { width: 15 * MINUTE, span: DAY },
]

/** Where a window begins: at a border of the finest tier that covers it, never later than asked. */
function begin(now: number, window: number): number {
  const { width } = TIERS.find(({ span }) => span >= window) ?? { width: 15 * MINUTE }
  return Math.floor(now / width) * width - Math.ceil(window / width) * width
}

function hit(metrics: MetricsCollector, key = 'product:1', responseTimeMs = 1): void {
  metrics.record({ operation: 'get', key, hit: true, responseTimeMs })
}

describe('a window', () => {
  it('gives what a list of all lookups gives, at random times, for random windows', () => {
    const event = fc.record({
      wait: fc.oneof(
        fc.nat({ max: 20 }),
        fc.nat({ max: 30 * SECOND }),
        fc.nat({ max: HOUR }),
        fc.constantFrom(0, 10 * SECOND, MINUTE, 15 * MINUTE, 2 * HOUR, DAY, 3 * DAY),
      ),
      key: fc.constantFrom('a:1', 'b:1', 'c:1'),
      hit: fc.boolean(),
      response: fc.integer({ min: 1, max: 100_000 }),
      window: fc.oneof(
        fc.integer({ min: 1, max: DAY }),
        fc.constantFrom(MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 2 * HOUR, DAY),
      ),
      ask: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const clock = manualClock()
        const metrics = createMetrics({ clock })
        const all: {
          readonly at: number
          readonly key: string
          readonly hit: boolean
          readonly response: number
        }[] = []
        for (const { wait, key, hit, response, window, ask } of events) {
          clock.advanceSync(wait)
          metrics.record({ operation: 'get', key, hit, responseTimeMs: response / 1_000 })
          all.push({ at: clock.wall(), key, hit, response })
          if (!ask) continue
          const from = begin(clock.wall(), window)
          const within = all.filter(({ at }) => at >= from)
          const stats = metrics.overall({ window })
          expect(stats.totalRequests).toBe(within.length)
          expect(stats.cacheHits).toBe(within.filter((one) => one.hit).length)
          const sum = within.reduce((total, one) => total + one.response, 0)
          expect(stats.avgResponseTimeMs * within.length).toBeCloseTo(sum / 1_000, 6)
          const { patterns, total } = metrics.patterns({ window })
          expect(total).toBe(new Set(within.map((one) => one.key)).size)
          for (const { pattern, totalRequests } of patterns) {
            expect(totalRequests).toBe(within.filter((one) => one.key.startsWith(pattern.slice(0, 2))).length)
          }
        }
      }),
      { numRuns: 150 },
    )
  })
  it('is never shorter than asked, and longer by less than one bucket', () => {
    const clock = manualClock()
    const metrics = createMetrics({ clock })
    clock.advanceSync(DAY)
    for (const window of [1, 10 * SECOND, 5 * MINUTE, 15 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR, DAY]) {
      clock.advanceSync(7_777)
      const { since, windowSeconds } = metrics.overall({ window })
      const { width } = TIERS.find(({ span }) => span >= window) ?? { width: 0 }
      expect(windowSeconds).toBe(window / 1_000)
      expect(clock.wall() - since).toBeGreaterThanOrEqual(Math.min(window, clock.now()))
      expect(clock.wall() - since).toBeLessThan(window + 2 * width)
    }
  })
  it('counts a lookup at the border of two buckets in the later one', () => {
    const clock = manualClock()
    const metrics = createMetrics({ clock })
    clock.advanceSync(10 * SECOND)
    hit(metrics)
    clock.advanceSync(10 * SECOND - 1)
    expect(metrics.overall({ window: 1 }).totalRequests).toBe(1)
    clock.advanceSync(1)
    expect(metrics.overall({ window: 10 * SECOND }).totalRequests).toBe(1)
    clock.advanceSync(10 * SECOND)
    expect(metrics.overall({ window: 10 * SECOND }).totalRequests).toBe(0)
  })
  it('is empty after an idle gap longer than the retention, without traffic to close its buckets', () => {
    const clock = manualClock()
    const metrics = createMetrics({ clock })
    hit(metrics)
    clock.advanceSync(DAY - MINUTE)
    expect(metrics.overall().totalRequests).toBe(1)
    clock.advanceSync(3 * DAY)
    expect(metrics.overall().totalRequests).toBe(0)
    expect(metrics.patterns().total).toBe(0)
    hit(metrics)
    expect(metrics.overall().totalRequests).toBe(1)
  })
  it('loses nothing when the clock goes back', () => {
    const clock = manualClock()
    let back = 0
    const metrics = createMetrics({ clock: { ...clock, now: () => clock.now() - back, wall: clock.wall } })
    clock.advanceSync(HOUR)
    hit(metrics)
    back = 30 * MINUTE
    hit(metrics)
    expect(metrics.overall({ window: '1m' }).totalRequests).toBe(2)
    back = 0
    clock.advanceSync(20 * SECOND)
    expect(metrics.overall({ window: '1m' }).totalRequests).toBe(2)
  })
  it('takes a reading of the clock that the caller has just made', () => {
    const clock = manualClock()
    const { recorder, overall } = createMetrics({ clock })
    recorder.lookup(recorder.patternOf('a:1'), 'hit_l1', 1, 1, undefined, clock.now())
    clock.advanceSync(20 * SECOND)
    recorder.lookup(recorder.patternOf('a:1'), 'hit_l1', 1, 1, undefined, clock.now())
    expect(overall({ window: '10s' }).totalRequests).toBe(1)
    expect(overall().totalRequests).toBe(2)
  })
  it.each([0, -1, Number.NaN, '25h', '5 minutes', ''])('of %j is refused with what is accepted', (window) => {
    const metrics = createMetrics({ clock: manualClock() })
    for (const ask of [
      () => metrics.overall({ window }),
      () => metrics.patterns({ window }),
      () => metrics.endpoints({ window }),
      () => metrics.health({ window }),
      () => metrics.lowPerformers({ window }),
      () => metrics.series({ window }),
    ]) {
      expect(ask).toThrow(
        expect.objectContaining({
          code: 'invalid_argument',
          message: expect.stringMatching(/^window is .*accepted: more than 0, up to the retention/),
        }),
      )
    }
  })
  it('reaches as far as a shorter retention', () => {
    const clock = manualClock()
    const metrics = createMetrics({ clock, retention: '1h' })
    expect(metrics.retention).toBe(HOUR)
    hit(metrics)
    clock.advanceSync(HOUR - MINUTE)
    expect(metrics.overall().totalRequests).toBe(1)
    clock.advanceSync(2 * MINUTE)
    expect(metrics.overall().totalRequests).toBe(0)
    expect(() => metrics.overall({ window: '61m' })).toThrow(/window/)
  })
})

describe('a series', () => {
  it('has a point for each step, the last one unfinished, and sums to the window', () => {
    const clock = manualClock()
    const metrics = createMetrics({ clock })
    clock.advanceSync(DAY)
    for (let minute = 0; minute < 90; minute++) {
      hit(metrics, minute % 2 === 0 ? 'a:1' : 'b:1')
      clock.advanceSync(MINUTE)
    }
    const points = metrics.series({ window: '90m', step: '10m' })
    expect(points.map(({ at }) => at % (10 * MINUTE))).toEqual(points.map(() => 0))
    expect(points.map(({ stats }) => stats.totalRequests)).toEqual([10, 10, 10, 10, 10, 10, 10, 10, 10, 0])
    expect(points.map(({ unfinished }) => unfinished)).toEqual([...points.slice(1).map(() => false), true])
    expect(metrics.series({ window: '90m', step: '10m', pattern: 'a:*' }).at(0)?.stats.totalRequests).toBe(5)
    expect(metrics.series({ window: '90m', step: '10m', pattern: '*' }).at(0)?.stats.totalRequests).toBe(10)
    expect(
      metrics.series({ window: '90m', step: '10m', endpoint: '__none__' }).at(0)?.stats.totalRequests,
    ).toBe(10)
    expect(metrics.series({ window: '90m', step: '10m', endpoint: '/none' }).at(0)?.stats.totalRequests).toBe(
      0,
    )
  })
  it('rounds its step up to what is kept', () => {
    const clock = manualClock()
    const metrics = createMetrics({ clock })
    clock.advanceSync(DAY)
    const width = (window: string, step: string): number => {
      const [first, second] = metrics.series({ window, step })
      return (second?.at ?? 0) - (first?.at ?? 0)
    }
    expect(width('5m', '1s')).toBe(10 * SECOND)
    expect(width('5m', '15s')).toBe(20 * SECOND)
    expect(width('1h', '10s')).toBe(MINUTE)
    expect(width('24h', '10s')).toBe(15 * MINUTE)
    expect(width('15m', '15m')).toBe(15 * MINUTE)
    expect(metrics.series()).toHaveLength(97)
  })
  it('begins where counting began', () => {
    const clock = manualClock()
    const metrics = createMetrics({ clock })
    clock.advanceSync(25 * SECOND)
    expect(metrics.series({ window: '5m' })).toHaveLength(3)
  })
  it('is of a pattern or an endpoint, not of both', () => {
    const metrics = createMetrics({ clock: manualClock() })
    expect(() => metrics.series({ pattern: 'a:*', endpoint: '/a' })).toThrow(
      /either a pattern or an endpoint/,
    )
    expect(() => metrics.series({ step: 0 })).toThrow(/step is 0/)
  })
})
