import { describe, expect, it } from 'vitest'
import { createMetrics, MISS_REASONS } from '../../src/metrics/index.ts'
import { recommend } from '../../src/metrics/recommendations.ts'
import type { MissReason } from '../../src/metrics/recorder.ts'
import type { MetricsCollector } from '../../src/metrics/types.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'

const MINUTE = 60_000

function traffic(
  metrics: MetricsCollector,
  key: string,
  hits: number,
  misses: number,
  reason?: MissReason,
): void {
  const handle = metrics.recorder.patternOf(key)
  for (let count = 0; count < hits; count++) metrics.recorder.lookup(handle, 'hit_l2', 1, 1)
  for (let count = 0; count < misses; count++) metrics.recorder.lookup(handle, 'miss', 1, 1, reason)
}

describe('low hit rate patterns', () => {
  it('are those below the threshold with enough lookups, worst first', () => {
    const metrics = createMetrics({ clock: manualClock() })
    traffic(metrics, 'good:1', 80, 20)
    traffic(metrics, 'half:1', 50, 50)
    traffic(metrics, 'poor:1', 4, 6)
    traffic(metrics, 'worst:1', 1, 9)
    traffic(metrics, 'rare:1', 0, 9)
    const names = (query: Parameters<MetricsCollector['lowPerformers']>[0]): readonly string[] =>
      metrics.lowPerformers(query).map(({ pattern }) => pattern)
    expect(names({})).toEqual(['worst:*', 'poor:*'])
    expect(names({ threshold: 0.9 })).toEqual(['worst:*', 'poor:*', 'half:*', 'good:*'])
    expect(names({ minRequests: 9 })).toEqual(['rare:*', 'worst:*', 'poor:*'])
    expect(names({ threshold: 0 })).toEqual([])
    expect(() => names({ threshold: 2 })).toThrow(/threshold is 2; accepted: a number from 0 to 1/)
    expect(() => names({ minRequests: 1.5 })).toThrow(/minRequests is 1.5/)
  })
  it('come with numbers beside the advice', () => {
    const metrics = createMetrics({ clock: manualClock() })
    traffic(metrics, 'feed:1', 2, 8, 'expired')
    metrics.recorder.sawTtl(metrics.recorder.patternOf('feed:1'), 5 * MINUTE)
    metrics.recorder.load(metrics.recorder.patternOf('feed:1'), 'ok', 'lookup', 30)
    expect(metrics.lowPerformers()).toEqual([
      {
        pattern: 'feed:*',
        hitRate: 0.2,
        totalRequests: 10,
        recommendation: 'Consider increasing TTL (currently 5 min, try 10 min)',
        evidence: {
          hit_rate: 0.2,
          total_requests: 10,
          cache_misses: 8,
          ttl_seconds: 300,
          avg_load_time_ms: 30,
          dominant_miss_reason: 'expired',
          ...Object.fromEntries(
            MISS_REASONS.map((reason) => [`misses_${reason}`, reason === 'expired' ? 8 : 0]),
          ),
        },
      },
    ])
  })
  it('leave out what is no pattern', () => {
    const metrics = createMetrics({ clock: manualClock(), maxPatterns: 1 })
    traffic(metrics, 'a:1', 10, 0)
    traffic(metrics, 'b:1', 0, 20)
    expect(metrics.lowPerformers()).toEqual([])
  })
})

describe('a recommendation', () => {
  const none = Object.fromEntries(MISS_REASONS.map((reason) => [reason, 0])) as Record<MissReason, number>
  const given = (
    pattern: string,
    ttl: number | null = null,
    missReasons: Partial<typeof none> = {},
  ): string => recommend({ pattern, ttl, missReasons: { ...none, ...missReasons } })

  it.each([
    [5 * MINUTE, '5 min', '10 min'],
    [30_000, '30 s', '1 min'],
    [45 * MINUTE, '45 min', '90 min'],
    [30 * MINUTE, '30 min', '1 h'],
    [60 * MINUTE, '1 h', '2 h'],
    [12 * 60 * MINUTE, '12 h', '1 d'],
    [1_500, '1500 ms', '3 s'],
  ])('for a feed with a ttl of %d ms says %s, and to try %s', (ttl, now, double) => {
    expect(given('feed:*', ttl)).toBe(`Consider increasing TTL (currently ${now}, try ${double})`)
  })
  it('for a feed without a known ttl has no parenthesis', () => {
    expect(given('feed:discover:page:*')).toBe('Consider increasing TTL')
  })
  it('for search, product and user is that of the original', () => {
    expect(given('search:results:*')).toBe(
      'Search results may be too varied. Consider broader cache keys or longer TTL',
    )
    expect(given('product:*')).toBe('Review invalidation logic for frequently changing data')
    expect(given('user:*')).toBe('Profiles rarely change, consider longer TTL (1+ hours)')
    expect(given('user:*', 59 * MINUTE)).toBe('Profiles rarely change, consider longer TTL (1+ hours)')
  })
  it('for users that are kept for an hour already goes by the evidence', () => {
    expect(given('user:*', 60 * MINUTE, { evicted: 5 })).toMatch(/evicted before they are read again/)
  })
  it.each([
    [
      'expired',
      /Entries expire before they are asked for again. Consider increasing TTL \(currently 5 min, try 10 min\)/,
    ],
    ['cold', /keys not asked for before/],
    ['invalidated', /follow an invalidation/],
    ['evicted', /Consider more memory/],
    ['uncacheable', /can not be cached/],
    ['l2_error', /errors of L2/],
    ['l2_open', /breaker of L2/],
    ['decode_error', /can not be read/],
  ] as const)('for any other goes by the dominant evidence: %s', (reason, advice) => {
    const others = reason === 'cold' ? { expired: 2 } : { cold: 2 }
    expect(given('cart:*', 5 * MINUTE, { [reason]: 3, ...others })).toMatch(advice)
  })
  it('without any evidence says so', () => {
    expect(given('cart:*')).toMatch(/why is not recorded/)
  })
})
