import { createMetrics } from 'hitrate/metrics'
import { manualClock } from 'hitrate/testing'
import { describe, expect, test } from 'vitest'
import {
  endpointsSchema,
  lowPerformersSchema,
  patternsSchema,
  statsSchema,
  topPatternsSchema,
} from '../../src/contract/schemas.ts'
import { createMonitor } from '../../src/index.ts'
import { ask, measuredMetrics } from '../support/monitors.ts'

const metrics = measuredMetrics()
const monitor = createMonitor({ metrics })

function sum(list: readonly { readonly total_requests: number }[]): number {
  return list.reduce((total, { total_requests }) => total + total_requests, 0)
}

describe('GET /stats', () => {
  test('answers with the figures of all lookups, outcomes that sum to them, and the window', async () => {
    const { status, json } = await ask(monitor, '/stats')
    expect(status).toBe(200)
    const stats = statsSchema.parse(json)
    const measured = metrics.overall()
    expect(stats).toMatchObject({ total_requests: 90, cache_hits: 52, cache_misses: 38 })
    expect(stats.hit_rate).toBeCloseTo(52 / 90)
    expect(stats.hit_rate + stats.miss_rate).toBeCloseTo(1)
    expect(stats.p95_response_time_ms).toBe(measured.p95ResponseTimeMs)
    expect(Object.values(stats.outcomes).reduce((a, b) => a + b)).toBe(90)
    expect(stats.window_seconds).toBe(measured.windowSeconds)
    expect(stats.since).toBe('2026-01-01T00:00:00.000Z')
  })

  test('takes a window', async () => {
    const { json } = await ask(monitor, '/stats?window=1h')
    expect(statsSchema.parse(json).window_seconds).toBe(metrics.overall({ window: '1h' }).windowSeconds)
  })
})

describe('GET /stats/patterns', () => {
  test('lists every pattern, most requests first, and their sum', async () => {
    const { json } = await ask(monitor, '/stats/patterns')
    const answer = patternsSchema.parse(json)
    expect(answer.patterns.map(({ pattern }) => pattern)).toEqual([
      'feed:discover:page:*',
      'product:*',
      'search:*',
    ])
    expect(answer.total).toBe(3)
    expect(answer.aggregate.total_requests).toBe(90)
    expect(sum(answer.patterns)).toBe(90)
  })

  test('a glob narrows list, sum and total', async () => {
    const answer = patternsSchema.parse((await ask(monitor, '/stats/patterns?pattern=feed:*')).json)
    expect(answer.patterns.map(({ pattern }) => pattern)).toEqual(['feed:discover:page:*'])
    expect(answer).toMatchObject({ total: 1, aggregate: { total_requests: 40 } })
  })

  test('limit cuts the list, and neither sum nor total', async () => {
    const answer = patternsSchema.parse((await ask(monitor, '/stats/patterns?limit=1&sort=hit_rate')).json)
    expect(answer.patterns.map(({ pattern }) => pattern)).toEqual(['search:*'])
    expect(answer).toMatchObject({ total: 3, aggregate: { total_requests: 90 } })
  })
})

test('a long list is made a portion at a time, and each leaves its turn to others', async () => {
  const later: (() => void)[] = []
  const clock = { ...manualClock(), afterIo: (work: () => void) => void later.push(work) }
  const many = createMetrics({ clock, maxPatterns: 500 })
  for (let pattern = 0; pattern < 450; pattern++) {
    many.record({ operation: 'get', key: `pattern-${pattern}:1`, hit: true, responseTimeMs: 1 })
  }
  let done = false
  const asked = ask(createMonitor({ metrics: many, clock }), '/stats/patterns?limit=450').finally(() => {
    done = true
  })
  let turns = 0
  for (; !done; turns++) {
    await new Promise((resolve) => setImmediate(resolve))
    // Counted after the list was begun: not in it.
    many.record({ operation: 'get', key: 'pattern-0:1', hit: false, responseTimeMs: 1 })
    for (const work of later.splice(0)) work()
  }
  const answer = patternsSchema.parse((await asked).json)
  expect(answer.patterns).toHaveLength(450)
  expect(sum(answer.patterns)).toBe(answer.aggregate.total_requests)
  expect(turns).toBeGreaterThanOrEqual(5)
})

test('GET /stats/endpoints lists endpoints with their patterns; they sum to all lookups', async () => {
  const answer = endpointsSchema.parse((await ask(monitor, '/stats/endpoints')).json)
  expect(answer.total).toBe(3)
  expect(sum(answer.endpoints)).toBe(90)
  expect(answer.endpoints.find(({ endpoint }) => endpoint === '/api/products/:id')).toMatchObject({
    total_requests: 30,
    hit_rate: 0.5,
    patterns: [{ pattern: 'product:*', total_requests: 30, hit_rate: 0.5 }],
  })
  expect(endpointsSchema.parse((await ask(monitor, '/stats/endpoints?limit=2')).json).endpoints).toHaveLength(
    2,
  )
})

test('GET /stats/top-patterns lists the patterns asked for most', async () => {
  const { patterns } = topPatternsSchema.parse((await ask(monitor, '/stats/top-patterns?limit=2')).json)
  expect(patterns.map(({ pattern }) => pattern)).toEqual(['feed:discover:page:*', 'product:*'])
})

describe('GET /stats/low-performers', () => {
  test('lists patterns below the threshold with recommendation and evidence, worst first', async () => {
    const answer = lowPerformersSchema.parse((await ask(monitor, '/stats/low-performers?threshold=0.6')).json)
    expect(answer.threshold).toBe(0.6)
    expect(answer.patterns.map(({ pattern }) => pattern)).toEqual(['search:*', 'product:*'])
    expect(answer.patterns[0]).toMatchObject({ hit_rate: 0.05, total_requests: 20 })
    expect(answer.patterns[0]?.recommendation).not.toBe('')
  })

  test('leaves out patterns with too few lookups', async () => {
    const { json } = await ask(monitor, '/stats/low-performers?threshold=0.6&min_requests=25')
    expect(lowPerformersSchema.parse(json).patterns.map(({ pattern }) => pattern)).toEqual(['product:*'])
  })
})
