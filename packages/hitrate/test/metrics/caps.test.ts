import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMetrics, OUTCOMES } from '../../src/metrics/index.ts'
import type { EndpointScope, MetricsCollector } from '../../src/metrics/types.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'

const WINDOWS = ['10s', '5m', '15m', '1h', '2h', '12h', '24h']

/** Patterns and endpoints each sum to the whole, outcome by outcome, in every window. */
function expectExactSums(metrics: MetricsCollector): void {
  for (const window of WINDOWS) {
    const overall = metrics.overall({ window })
    const { patterns, aggregate } = metrics.patterns({ window, limit: 10_000 })
    const { endpoints } = metrics.endpoints({ window, limit: 10_000 })
    for (const outcome of OUTCOMES) {
      const sum = (list: readonly { readonly outcomes: Readonly<Record<string, number>> }[]): number =>
        list.reduce((total, { outcomes }) => total + (outcomes[outcome] ?? 0), 0)
      expect(sum(patterns)).toBe(overall.outcomes[outcome])
      expect(sum(endpoints)).toBe(overall.outcomes[outcome])
      for (const one of [...patterns, ...endpoints]) expect(one.outcomes[outcome]).toBeGreaterThanOrEqual(0)
    }
    expect(aggregate).toMatchObject({
      outcomes: overall.outcomes,
      missReasons: overall.missReasons,
      load: overall.load,
    })
    expect(aggregate.p95ResponseTimeMs).toBe(overall.p95ResponseTimeMs)
    const { outcomes } = overall
    expect(overall.cacheHits).toBe(outcomes.hit_l1 + outcomes.hit_l2 + outcomes.stale)
    expect(overall.cacheMisses).toBe(outcomes.miss + outcomes.coalesced + outcomes.error)
    expect(overall.totalRequests).toBe(overall.cacheHits + overall.cacheMisses)
  }
}

describe('counts', () => {
  it('of patterns and of endpoints each sum to the whole, in every window, whatever happens', () => {
    const name = fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz'.split(''))
    const key = fc.oneof(
      fc.tuple(name, name).map(([first, second]) => `${first}:${second}`),
      fc.tuple(name, name).map(([first, second]) => `shop:${first}${second}:home`),
      fc.nat({ max: 500 }).map((id) => `product:${id}`),
    )
    const action = fc.oneof(
      {
        weight: 40,
        arbitrary: fc.record({
          do: fc.constant('lookup' as const),
          key,
          endpoint: name,
          outcome: fc.constantFrom(...OUTCOMES),
        }),
      },
      {
        weight: 15,
        arbitrary: fc.record({
          do: fc.constant('old handle' as const),
          place: fc.nat(),
          outcome: fc.constantFrom(...OUTCOMES),
        }),
      },
      {
        weight: 15,
        arbitrary: fc.record({
          do: fc.constant('wait' as const),
          for: fc.oneof(
            fc.nat({ max: 30_000 }),
            fc.nat({ max: 3_600_000 }),
            fc.constantFrom(60_000, 900_000, 86_400_000),
          ),
        }),
      },
      {
        weight: 10,
        arbitrary: fc.record({ do: fc.constant('early' as const), key, scope: fc.nat({ max: 3 }) }),
      },
      {
        weight: 5,
        arbitrary: fc.record({
          do: fc.constant('route' as const),
          scope: fc.nat({ max: 3 }),
          endpoint: name,
        }),
      },
      { weight: 5, arbitrary: fc.constant({ do: 'ask' as const }) },
      { weight: 5, arbitrary: fc.record({ do: fc.constant('burst' as const), key, endpoint: name }) },
      { weight: 1, arbitrary: fc.constant({ do: 'reset' as const }) },
    )
    fc.assert(
      fc.property(fc.array(action, { minLength: 20, maxLength: 250 }), (actions) => {
        const clock = manualClock()
        const metrics = createMetrics({ clock, maxPatterns: 6, maxEndpoints: 4 })
        const { recorder } = metrics
        const handles = [
          recorder.patternOf('a:b'),
          recorder.declare({ template: 'd:{id}', pattern: 'd:*', ttl: 1 }),
        ]
        const scopes: EndpointScope[] = Array.from({ length: 4 }, () => metrics.endpointScope())
        let lookups = 0
        for (const one of actions) {
          if (one.do === 'lookup') {
            const handle = recorder.patternOf(one.key)
            handles.push(handle)
            metrics.withEndpoint(one.endpoint, () => recorder.lookup(handle, one.outcome, 1, 1))
            lookups++
          } else if (one.do === 'old handle') {
            const handle = handles[one.place % handles.length]
            if (handle === undefined) continue
            recorder.lookup(handle, one.outcome, 2, 2, 'cold')
            recorder.load(handle, 'ok', 'lookup', 3)
            lookups++
          } else if (one.do === 'wait') clock.advanceSync(one.for)
          else if (one.do === 'early') {
            scopes[one.scope]?.run(() => recorder.lookup(recorder.patternOf(one.key), 'miss', 5, 5))
            lookups++
          } else if (one.do === 'route') {
            scopes[one.scope]?.resolve(one.endpoint)
            scopes[one.scope] = metrics.endpointScope()
          } else if (one.do === 'burst') {
            metrics.withEndpoint(one.endpoint, () => {
              for (let count = 0; count < 20; count++)
                recorder.lookup(recorder.patternOf(one.key), 'hit_l1', 1, 1)
            })
            lookups += 20
          } else if (one.do === 'ask') expectExactSums(metrics)
          else metrics.reset()
        }
        expectExactSums(metrics)
        clock.advanceSync(20 * 60_000)
        const totals = metrics.totals()
        const sum = (counts: Readonly<Record<string, number>>): number =>
          Object.values(counts).reduce((all, one) => all + one, 0)
        expect(sum(totals.requests)).toBe(lookups)
        expect(totals.endpoints.reduce((all, { outcomes }) => all + sum(outcomes), 0)).toBe(lookups)
        expect(totals.patterns.reduce((all, { hit, stale, miss }) => all + hit + stale + miss, 0)).toBe(
          lookups - totals.requests.bypass,
        )
      }),
      { numRuns: 60 },
    )
  }, 60_000)
})

describe('beyond the cap', () => {
  it('patterns and endpoints share __other__, and its share is told', () => {
    const metrics = createMetrics({ clock: manualClock(), maxPatterns: 2, maxEndpoints: 1 })
    for (const [place, family] of ['a', 'b', 'c', 'd'].entries()) {
      metrics.withEndpoint(`/${place}`, () =>
        metrics.recorder.lookup(metrics.recorder.patternOf(`${family}:1`), 'hit_l1', 1, 1),
      )
    }
    const patterns = metrics.patterns({ sort: 'pattern' })
    expect(patterns.patterns.map(({ pattern, totalRequests }) => [pattern, totalRequests])).toEqual([
      ['__other__', 2],
      ['a:*', 1],
      ['b:*', 1],
    ])
    expect(patterns.otherShare).toBe(0.5)
    expect(metrics.endpoints().otherShare).toBe(0.75)
    expect(metrics.totals().patternsTracked).toBe(2)
  })
  it('a pattern that gets busy takes the place of the least used one, also for handles from before', () => {
    const clock = manualClock()
    const metrics = createMetrics({ clock, maxPatterns: 2 })
    const { recorder } = metrics
    const [idle, steady, rising] = ['idle:1', 'steady:1', 'rising:1'].map((key) => recorder.patternOf(key))
    if (idle === undefined || steady === undefined || rising === undefined) throw new Error('no handle')
    recorder.lookup(idle, 'hit_l1', 1, 1)
    for (let count = 0; count < 50; count++) {
      recorder.lookup(steady, 'hit_l1', 1, 1)
      recorder.lookup(rising, 'hit_l1', 1, 1)
    }
    clock.advanceSync(60_000)
    recorder.lookup(rising, 'hit_l1', 1, 1)
    recorder.lookup(idle, 'hit_l1', 1, 1)
    const { patterns } = metrics.patterns({ sort: 'pattern' })
    expect(patterns.map(({ pattern, totalRequests }) => [pattern, totalRequests])).toEqual([
      ['__other__', 52],
      ['rising:*', 1],
      ['steady:*', 50],
    ])
  })
  it('a million random keys and paths stay a few series', () => {
    const clock = manualClock()
    const metrics = createMetrics({ clock })
    const { recorder } = metrics
    let before = 0
    for (let count = 0; count < 1_000_000; count++) {
      const word = Math.floor(clock.random() * 2 ** 32).toString(36)
      const key = count % 3 === 0 ? word : count % 3 === 1 ? `slug-${word}:page` : `shop:${word}:item:${word}`
      metrics.withEndpoint(`/path/${word}`, () => recorder.lookup(recorder.patternOf(key), 'miss', 1, 1))
      if (count % 100 === 0) clock.advanceSync(1_000)
      if (count === 500_000) before = metrics.selfBytes
    }
    expect(metrics.patterns({ limit: 1_000 }).total).toBeLessThanOrEqual(201)
    expect(metrics.endpoints({ limit: 1_000 }).total).toBeLessThanOrEqual(104)
    expect(metrics.selfBytes).toBeLessThan(before * 1.2)
    expect(metrics.totals().requests.miss).toBe(1_000_000)
    expectExactSums(metrics)
  }, 60_000)
})
