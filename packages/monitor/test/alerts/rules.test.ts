import type { MetricsCollector } from 'hitrate/metrics'
import { describe, expect, test } from 'vitest'
import { ALERT_RULES, type AlertRuleName } from '../../src/alerts/alert.ts'
import { lookups, type Watched, watch } from '../support/watched.ts'

type Traffic = (metrics: MetricsCollector) => void

const loads =
  (total: number, failed: number): Traffic =>
  ({ recorder }) => {
    const pattern = recorder.patternOf('product:1')
    for (let load = 0; load < total; load++)
      recorder.load(pattern, load < failed ? 'error' : 'ok', 'lookup', 1)
  }

const misses =
  (total: number, evicted: number): Traffic =>
  ({ recorder }) => {
    const pattern = recorder.patternOf('product:1')
    for (let lookup = 0; lookup < total; lookup++) {
      if (lookup < evicted) recorder.lookup(pattern, 'miss', 1, 1, 'evicted')
      else recorder.lookup(pattern, 'hit_l1', 1, 1)
    }
  }

/** Of `total` lookups this many of patterns for which there is no room. */
const crowd =
  (total: number, others: number): Traffic =>
  (metrics) => {
    for (let lookup = 0; lookup < total; lookup++) {
      const key = lookup < others ? `crowd-${String.fromCharCode(97 + lookup)}:1` : 'product:1'
      metrics.record({ operation: 'get', key, hit: true, responseTimeMs: 1 })
    }
  }

const l2 =
  (available: boolean): Traffic =>
  (metrics) =>
    metrics.setL2Available(available)

const opened =
  (times: number): Traffic =>
  ({ recorder }) => {
    for (let time = 0; time < times; time++) recorder.incident('breaker_opened')
  }

interface Case {
  readonly rule: AlertRuleName
  /** Every ten seconds, so that it is raised. */
  readonly bad: Traffic
  /** So that a new one is not raised, and one that fires goes on; `undefined`: its value has no between. */
  readonly between: Traffic | undefined
  readonly good: Traffic
  /** Within this many minutes of `bad` it is not raised, and within `raised` it is. */
  readonly quiet: number
  readonly raised: number
  /** Minutes of `good` after which it is over. */
  readonly over: number
  /** As bad as can be, with too few samples; `undefined`: it needs none. */
  readonly few: Traffic | undefined
}

const ROOMY = 20

const CASES: readonly Case[] = [
  {
    rule: 'l2_lost',
    bad: l2(false),
    between: undefined,
    good: l2(true),
    quiet: 0.5,
    raised: 0.7,
    over: 0.7,
    few: undefined,
  },
  {
    rule: 'breaker_flapping',
    bad: opened(1),
    between: undefined,
    good: opened(0),
    quiet: 1 / 3,
    raised: 0.5,
    over: 11,
    few: undefined,
  },
  {
    rule: 'health',
    bad: lookups(ROOMY, 6),
    between: undefined,
    good: lookups(ROOMY, ROOMY),
    quiet: 5,
    raised: 5.5,
    over: 10,
    few: undefined,
  },
  {
    rule: 'low_hit_rate',
    bad: lookups(ROOMY, 2),
    between: lookups(ROOMY * 5, 24),
    good: lookups(ROOMY, ROOMY),
    quiet: 5,
    raised: 6,
    over: 20,
    few: lookups(1, 0),
  },
  {
    rule: 'slow_p95',
    bad: lookups(ROOMY, ROOMY, 150),
    between: lookups(ROOMY, ROOMY, 90),
    good: lookups(ROOMY, ROOMY, 1),
    quiet: 2,
    raised: 3,
    over: 8,
    few: lookups(1, 1, 500),
  },
  {
    rule: 'load_errors',
    bad: loads(ROOMY, 4),
    between: loads(100, 9),
    good: loads(ROOMY, 0),
    quiet: 1,
    raised: 1.5,
    over: 7,
    few: (metrics) => {
      if (metrics.overall().load.count < 19) loads(1, 1)(metrics)
    },
  },
  {
    rule: 'eviction_pressure',
    bad: misses(ROOMY, 4),
    between: misses(100, 9),
    good: misses(ROOMY, 0),
    quiet: 5,
    raised: 6,
    over: 20,
    few: misses(1, 1),
  },
  {
    rule: 'other_share',
    bad: crowd(ROOMY, 8),
    between: undefined,
    good: crowd(ROOMY, 0),
    quiet: 5,
    raised: 6,
    over: 20,
    few: crowd(1, 1),
  },
]

/** Watches one rule alone, as it is by default. */
function watchOnly(rule: AlertRuleName): Watched {
  const others = ALERT_RULES.filter((name) => name !== rule).map((name) => [name, false])
  return watch(
    { rules: Object.fromEntries(others) },
    { maxPatterns: 2, patterns: [{ match: /^(crowd-\w):/, pattern: '$1:*' }] },
  )
}

test('there is a case for every rule', () => {
  expect(CASES.map(({ rule }) => rule)).toEqual([...ALERT_RULES])
})

/** As it is told. */
function nameOf(rule: AlertRuleName): string {
  return rule === 'low_hit_rate' ? `${rule} product:*` : rule
}

describe.each(CASES)('$rule', ({ rule, bad, good, quiet, raised, over }) => {
  const name = nameOf(rule)

  test('is raised once when it is so for long enough, and resolved once when it is over', async () => {
    const watched = watchOnly(rule)
    await watched.pass(quiet, bad)
    expect(watched.told).toEqual([])
    await watched.pass(raised - quiet, bad)
    expect(watched.told).toEqual([`raised ${name}`])
    const { current, recent } = await watched.alerts()
    expect(current).toMatchObject([{ rule, state: 'firing', resolved_at: null }])
    expect(recent).toEqual([])

    await watched.pass(5, bad)
    expect(watched.told).toEqual([`raised ${name}`])
    expect((await watched.alerts()).current).toMatchObject([{ id: current[0]?.id, state: 'firing' }])

    await watched.pass(over, good)
    expect(watched.told).toEqual([`raised ${name}`, `resolved ${name}`])
    const after = await watched.alerts()
    expect(after.current).toEqual([])
    expect(after.recent).toMatchObject([{ id: current[0]?.id, rule, state: 'resolved' }])

    await watched.pass(5, good)
    expect(watched.told).toHaveLength(2)
  })

  test('says nothing while all is well', async () => {
    const watched = watchOnly(rule)
    await watched.pass(30, good)
    expect(watched.told).toEqual([])
    expect(await watched.alerts()).toMatchObject({ current: [], recent: [], failures: 0 })
  })
})

describe.each(CASES.filter(({ between }) => between !== undefined))(
  '$rule between its thresholds',
  ({ rule, bad, between, good, raised, over }) => {
    const name = nameOf(rule)

    test('is not raised when it did not fire, and goes on when it did', async () => {
      const calm = watchOnly(rule)
      await calm.pass(30, between)
      expect(calm.told).toEqual([])
      const firing = watchOnly(rule)
      await firing.pass(raised, bad)
      await firing.pass(30, between)
      expect(firing.told).toEqual([`raised ${name}`])
      await firing.pass(over, good)
      expect(firing.told).toEqual([`raised ${name}`, `resolved ${name}`])
    })
  },
)

test.each(CASES.filter(({ few }) => few !== undefined))(
  '$rule says nothing with too few samples',
  async ({ rule, few }) => {
    const watched = watchOnly(rule)
    await watched.pass(15, few)
    expect(watched.told).toEqual([])
    expect((await watched.alerts()).current).toEqual([])
  },
)

test('under twenty lookups nothing is raised, however bad they are', async () => {
  const watched = watch()
  await watched.pass(1 / 6, lookups(19, 0, 500))
  await watched.pass(30)
  expect(watched.told).toEqual([])
})

test('that L2 is lost is a fact, whatever the traffic', async () => {
  const watched = watch()
  await watched.pass(1, l2(false))
  expect(watched.told).toEqual(['raised l2_lost'])
})

test('a cache that starts cold and warms up raises nothing', async () => {
  const watched = watch()
  for (let minute = 0; minute < 40; minute++) await watched.pass(1, lookups(50, Math.min(48, minute * 12)))
  expect(watched.told).toEqual([])
})

test('a summary names value and threshold, and beside it stands what to do', async () => {
  const watched = watchOnly('low_hit_rate')
  await watched.pass(6, lookups(100, 5))
  const { current } = await watched.alerts()
  expect(current).toMatchObject([
    {
      pattern: 'product:*',
      value: 0.05,
      threshold: 0.2,
      unit: 'ratio',
      summary: '5 % of 3600 lookups of product:* were hits in 15m (threshold: < 20 %)',
      advice: expect.stringContaining('/stats/low-performers'),
    },
  ])
  expect(watched.log.at(-1)).toContain('5 % of')
})
