import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMetrics, inferPattern } from '../../src/metrics/index.ts'
import type { MetricsCollector, MetricsOptions } from '../../src/metrics/types.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'

function get(metrics: MetricsCollector, key: string, hit = true): void {
  metrics.record({ operation: 'get', key, hit, responseTimeMs: 1 })
}

function labels(metrics: MetricsCollector): readonly string[] {
  return metrics.patterns({ sort: 'pattern', limit: 1_000 }).patterns.map(({ pattern }) => pattern)
}

describe('pattern extraction', () => {
  it.each([
    ['product:123', 'product:*'],
    ['feed:discover:page:1', 'feed:discover:page:*'],
    ['user:550e8400-e29b-41d4-a716-446655440000', 'user:*'],
    ['search:results:{q}:{page}', 'search:results:*'],
    ['search:results:red shoes:2', 'search:results:*'],
    ['category:7:products:12', 'category:*:products:*'],
    ['/api/v1/products/42', '/api/v1/products/*'],
    ['orders|2026-01-31|42', 'orders|*'],
    ['session:01ARZ3NDEKTSV4RRFFQ69G5FAV', 'session:*'],
    ['commit:3f2a9c1', 'commit:*'],
    ['mongo:507f1f77bcf86cd799439011', 'mongo:*'],
    ['sha:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855', 'sha:*'],
    ['hash:deadbeefdeadbeefdeadbeefdeadbeef', 'hash:*'],
    ['login:jane.doe@example.com', 'login:*'],
    ['report:2026-01-31', 'report:*'],
    ['report:2026-01-31T10:15:00Z', 'report:*'],
    ['week:2026-W05:top', 'week:*:top'],
    ['price:19.99', 'price:*'],
    ['delta:-3', 'delta:*'],
    ['nano:V1StGXR8_Z5jdHi6B-myT', 'nano:*'],
    ['token:a1b2c3d4e5f6g7h8', 'token:*'],
    ['page:größe', 'page:*'],
    [`note:${'lorem-ipsum-'.repeat(4)}`, 'note:*'],
    ['42', '*'],
    ['1:2:3', '*'],
    ['config', 'config'],
    ['feature-flags:v2', 'feature-flags:v2'],
    ['feed:page-2', 'feed:page-2'],
    ['user:profile', 'user:profile'],
    ['cafe:menu', 'cafe:menu'],
    ['decade:facade', 'decade:facade'],
    ['a::b', 'a::b'],
    ['products:recently_viewed_by_seller', 'products:recently_viewed_by_seller'],
  ])('of %j is %j', (key, pattern) => {
    expect(inferPattern(key)).toBe(pattern)
    const metrics = createMetrics({ clock: manualClock() })
    get(metrics, key)
    expect(labels(metrics)).toEqual([pattern])
  })

  it('gives one pattern to all ids of a kind, whatever surrounds them', () => {
    const name = fc.stringMatching(/^[a-z]{2,8}$/)
    const id = fc.oneof(
      fc.nat().map(String),
      fc.uuid(),
      fc.ulid(),
      fc
        .date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) })
        .map((date) => date.toISOString().slice(0, 10)),
    )
    fc.assert(
      fc.property(
        fc.array(name, { minLength: 1, maxLength: 4 }),
        id,
        fc.constantFrom(':', '/', '|'),
        (names, value, separator) => {
          expect(inferPattern([...names, value].join(separator))).toBe([...names, '*'].join(separator))
          expect(inferPattern([value, ...names].join(separator))).toBe(['*', ...names].join(separator))
        },
      ),
    )
  })

  it('is stable: a pattern is its own pattern, and ends in one wildcard at most', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string({ maxLength: 12 }), fc.nat().map(String)), {
          minLength: 1,
          maxLength: 6,
        }),
        (parts) => {
          const pattern = inferPattern(parts.join(':'))
          expect(inferPattern(pattern)).toBe(pattern)
          expect(pattern).not.toMatch(/(^|[:/|])\*[:/|]\*$/)
        },
      ),
    )
  })

  it('learns a position that keeps producing new values, and moves what was counted', () => {
    const metrics = createMetrics({ clock: manualClock() })
    const words = Array.from(
      { length: 60 },
      (_, place) =>
        `word${String.fromCharCode(97 + (place % 26))}${place > 25 ? 'x' : ''}${place > 51 ? 'y' : ''}`,
    )
    for (const word of words) get(metrics, `search:results:${word}:1`)
    get(metrics, 'search:suggest')
    expect(labels(metrics)).toEqual(['search:results:*', 'search:suggest'])
    expect(metrics.pattern('search:results:*').aggregate.totalRequests).toBe(60)
    expect(metrics.overall().totalRequests).toBe(61)
  })

  it('keeps counting with handles that were resolved before it learned', () => {
    const clock = manualClock()
    const metrics = createMetrics({ clock })
    const handles = Array.from({ length: 40 }, (_, place) =>
      metrics.recorder.patternOf(
        `shop:s${'abcdefgh'.charAt(place % 8)}${'ijklm'.charAt(Math.floor(place / 8))}:home`,
      ),
    )
    for (const handle of handles) metrics.recorder.lookup(handle, 'hit_l1', 1, 1)
    clock.advanceSync(60_000)
    for (const handle of handles) metrics.recorder.lookup(handle, 'hit_l1', 1, 1)
    expect(handles.map(({ label }) => label)).toEqual(handles.map(() => 'shop:*:home'))
    expect(metrics.patterns().patterns).toMatchObject([{ pattern: 'shop:*:home', totalRequests: 80 }])
  })

  it('does not let a flood of plain words swallow the names of other families', () => {
    const metrics = createMetrics({ clock: manualClock() })
    for (let word = 0; word < 2_000; word++) get(metrics, `w${word.toString(36)}`)
    get(metrics, 'product:1')
    get(metrics, 'user:1')
    expect(labels(metrics)).toEqual(expect.arrayContaining(['product:*', 'user:*', '*']))
    expect(metrics.patterns({ limit: 1_000 }).aggregate.totalRequests).toBe(2_002)
  })

  it('prefers the rule of the user that matches first, with its groups filled in', () => {
    const metrics = createMetrics({
      clock: manualClock(),
      patterns: [
        { match: /^tenant-\w+:(\w+):/g, pattern: 'tenant:*:$1:*' },
        { match: /^(?<kind>\w+)~/, pattern: '$<kind>~*' },
        { match: /^tenant/, pattern: 'never' },
      ],
    })
    for (const key of ['tenant-a:cart:x', 'tenant-b:cart:y', 'tenant-b:cart:y', 'cart~1', 'product:1'])
      get(metrics, key)
    expect(labels(metrics)).toEqual(['cart~*', 'product:*', 'tenant:*:cart:*'])
  })

  it('is the declared one for a keyspace, with its template and ttl', () => {
    const { recorder, patterns } = createMetrics({ clock: manualClock() })
    const declared = recorder.declare({ template: 'product:{id:int}', pattern: 'product:*', ttl: 900_000 })
    recorder.lookup(declared, 'hit_l1', 1, 1)
    recorder.lookup(recorder.patternOf('product:7'), 'miss', 1, 1)
    recorder.sawTtl(recorder.patternOf('product:7'), 5)
    recorder.lookup(recorder.patternOf('user:7'), 'hit_l1', 1, 1)
    recorder.sawTtl(recorder.patternOf('user:7'), 60_000)
    expect(patterns({ sort: 'pattern' }).patterns).toMatchObject([
      { pattern: 'product:*', keyspace: 'product:{id:int}', ttlSeconds: 900, totalRequests: 2 },
      { pattern: 'user:*', keyspace: null, ttlSeconds: 60, totalRequests: 1 },
    ])
  })

  it('of keys that end in a number is the same whether the number is looked at or not', () => {
    const word = fc.constantFrom(
      'user',
      'a1',
      '7',
      '',
      ...Array.from({ length: 30 }, (_, n) => `w${'abc'.repeat(n % 3)}${n}`),
    )
    const key = fc
      .tuple(fc.array(word, { maxLength: 9 }), fc.constantFrom(':', '/'), fc.nat(99))
      .map(([words, separator, number]) => [...words, number].join(separator))
    const counts = (keys: readonly string[], patterns: MetricsOptions['patterns']): unknown => {
      const metrics = createMetrics({ clock: manualClock(), maxPatterns: 20, ...(patterns && { patterns }) })
      for (const one of keys) get(metrics, one)
      return metrics
        .patterns({ sort: 'pattern', limit: 1_000 })
        .patterns.map(({ pattern, totalRequests }) => [pattern, totalRequests])
    }
    fc.assert(
      fc.property(fc.array(key, { minLength: 1, maxLength: 120 }), (keys) => {
        // A rule has to see the number, also one that never matches.
        expect(counts(keys, undefined)).toEqual(counts(keys, [{ match: /(?!)/, pattern: 'never' }]))
      }),
    )
  })

  it('gets a series when it becomes busy, though it was dropped as a rare one while its keys were remembered', () => {
    const clock = manualClock()
    const metrics = createMetrics({
      clock,
      maxPatterns: 2,
      patterns: [{ match: /^(\w+)~/, pattern: '$1~*' }],
    })
    for (const key of ['first~1', 'second~1', 'busy~1']) get(metrics, key)
    for (let rare = 0; rare < 100; rare++) get(metrics, `rare${rare}~1`)
    for (let time = 0; time < 1_000; time++) get(metrics, 'busy~1')
    clock.advanceSync(120_000)
    get(metrics, 'busy~1')
    expect(labels(metrics)).toContain('busy~*')
  })

  it('of a very long key stays short', () => {
    const metrics = createMetrics({ clock: manualClock() })
    get(metrics, `${'a-b'.repeat(300)}`)
    get(metrics, Array.from({ length: 300 }, (_, place) => `n${place}`).join(':'))
    for (const label of labels(metrics)) expect(label.length).toBeLessThanOrEqual(200)
  })
})

describe('patterns that match a glob', () => {
  it('come with their aggregate and their number, also when the limit cuts them', () => {
    const metrics = createMetrics({ clock: manualClock() })
    for (const page of [1, 2, 3]) get(metrics, `feed:discover:page:${page}`)
    get(metrics, 'feed:live:1', false)
    get(metrics, 'product:1')
    const report = metrics.pattern('feed:*', { limit: 1 })
    expect(report.patterns.map(({ pattern }) => pattern)).toEqual(['feed:discover:page:*'])
    expect(report.total).toBe(2)
    expect(report.aggregate).toMatchObject({ totalRequests: 4, cacheHits: 3, hitRate: 0.75 })
    expect(metrics.pattern('nothing:*')).toMatchObject({
      patterns: [],
      total: 0,
      aggregate: { totalRequests: 0, hitRate: 0 },
    })
    expect(() => metrics.pattern('')).toThrow(/pattern is ""/)
  })
  it('are sorted as asked', () => {
    const metrics = createMetrics({ clock: manualClock() })
    const { recorder } = metrics
    const [slow, rare, busy] = ['slow:1', 'rare:1', 'busy:1'].map((key) => recorder.patternOf(key))
    if (slow === undefined || rare === undefined || busy === undefined) throw new Error('no handle')
    for (let count = 0; count < 10; count++) recorder.lookup(busy, 'hit_l1', 1, 1)
    for (let count = 0; count < 5; count++) recorder.lookup(slow, 'hit_l1', 90, 90)
    recorder.lookup(rare, 'miss', 5, 5)
    recorder.load(rare, 'ok', 'lookup', 100)
    const order = (
      sort: 'total_requests' | 'hit_rate' | 'p95_response_time_ms' | 'miss_cost' | 'pattern',
    ): readonly string[] => metrics.patterns({ sort }).patterns.map(({ pattern }) => pattern.slice(0, 4))
    expect(order('total_requests')).toEqual(['busy', 'slow', 'rare'])
    expect(order('hit_rate')).toEqual(['rare', 'busy', 'slow'])
    expect(order('p95_response_time_ms')).toEqual(['slow', 'rare', 'busy'])
    expect(order('miss_cost')).toEqual(['rare', 'busy', 'slow'])
    expect(order('pattern')).toEqual(['busy', 'rare', 'slow'])
    // @ts-expect-error: not a sort
    expect(() => metrics.patterns({ sort: 'speed' })).toThrow(/sort is "speed"; accepted: total_requests/)
    expect(() => metrics.patterns({ limit: 0 })).toThrow(/limit is 0; accepted: a whole number, 1 or more/)
  })
})

describe('top patterns', () => {
  it('are those with the most lookups, most first', () => {
    const metrics = createMetrics({ clock: manualClock() })
    for (const [family, count] of Object.entries({ feed: 3, product: 5, user: 1 })) {
      for (let id = 0; id < count; id++) get(metrics, `${family}:${id}`)
    }
    expect(metrics.topPatterns(2).map(({ pattern, totalRequests }) => [pattern, totalRequests])).toEqual([
      ['product:*', 5],
      ['feed:*', 3],
    ])
    expect(metrics.topPatterns()).toHaveLength(3)
  })
})
