import type { Ratio } from 'hitrate'
import type { HealthReason, OverallStats } from 'hitrate/metrics'
import { spanText } from '../durations.ts'
import type { AlertRule, Measured, RuleOption, RuleSettings } from './rule.ts'

/**
 * What is watched, in the order it is told. The thresholds are quiet on a healthy system: a rate needs its samples, a
 * cold start its time. What each means and what to do about it: docs/alerts.md.
 */

const SECOND = 1_000
const MINUTE = 60 * SECOND

/** One decimal, none where it is zero. */
function short(value: number): string {
  return String(Math.round(value * 10) / 10)
}

function percent(ratio: Ratio): string {
  return `${short(ratio * 100)} %`
}

/** About the whole cache. */
function overall(value: number, samples: number, summary: string): readonly Measured[] {
  return [{ pattern: null, value, samples, summary }]
}

function shareOf(part: number, { totalRequests }: OverallStats): Ratio {
  return totalRequests === 0 ? 0 : part / totalRequests
}

const RATE: readonly RuleOption[] = ['threshold', 'clear', 'window', 'for', 'minSamples']

/** Its own rules tell of L2 and of p95. */
const DEGRADING: ReadonlySet<HealthReason> = new Set(['low_hit_rate', 'high_avg_response_time'])

/** `__other__` is not one pattern. */
const OTHER = '__other__'

const l2Lost: AlertRule = {
  name: 'l2_lost',
  unit: 'state',
  raised: 'above',
  // A fact, whatever the traffic. Half a minute: a failover is over by then.
  defaults: { threshold: 1, window: 5 * MINUTE, for: 30 * SECOND, minSamples: 0 },
  tunable: ['for'],
  advice:
    'Look whether the server of L2 runs and can be reached from here: GET /info names those that are lost. Until it is back, L1 and the loaders answer; watch the load of the database.',
  measure(readings, { window }) {
    const lost = readings.health(window).reasons.includes('l2_unavailable')
    return overall(lost ? 1 : 0, 0, lost ? 'L2 is configured and out of reach' : 'L2 is in reach')
  },
}

const breakerFlapping: AlertRule = {
  name: 'breaker_flapping',
  unit: 'count',
  raised: 'above',
  defaults: { threshold: 3, window: 10 * MINUTE, for: 0, minSamples: 0 },
  tunable: ['threshold', 'clear', 'window', 'for'],
  advice:
    'L2 comes and goes. Look at its latency and its slow log, at the network between, and whether the timeout of L2 is too short for it.',
  measure(readings, { window, threshold }) {
    const openings = readings.breakerOpenings(window)
    const summary = `The breaker of L2 opened ${openings} times in ${spanText(window)} (threshold: ${threshold})`
    return overall(openings, 0, summary)
  },
}

const health: AlertRule = {
  name: 'health',
  unit: 'state',
  raised: 'above',
  // Five minutes on top of the window: a cache that was started cold is warm by then, or something is wrong.
  defaults: { threshold: 1, window: 5 * MINUTE, for: 5 * MINUTE, minSamples: 20 },
  tunable: ['window', 'for', 'minSamples'],
  advice:
    'GET /stats/low-performers names the patterns that miss and says what helps; GET /stats/endpoints tells who asks for them. After a deploy or a flush: POST /warm.',
  measure(readings, { window }) {
    const report = readings.health(window)
    const found = report.warnings.filter((_warning, place) => {
      const reason = report.reasons[place]
      return reason !== undefined && DEGRADING.has(reason)
    })
    const summary = found.length === 0 ? 'Health is not degraded' : `Health is degraded: ${found.join('; ')}`
    return overall(found.length === 0 ? 0 : 1, report.totalRequests, summary)
  },
}

const lowHitRate: AlertRule = {
  name: 'low_hit_rate',
  unit: 'ratio',
  raised: 'below',
  // Far below what health calls low: some patterns are asked for once each, and that is no incident.
  defaults: { threshold: 0.2, window: 15 * MINUTE, for: 5 * MINUTE, minSamples: 100 },
  tunable: [...RATE, 'ignore'],
  advice:
    'Something asks for keys that nobody asked for before (a crawler, a parameter that became part of the key), or invalidates too often, or the ttl is too short: GET /stats/low-performers says which. A pattern that is always like this belongs into `ignore` of this rule.',
  measure(readings, settings) {
    const { window, threshold, ignore } = settings
    return readings
      .patterns(window)
      .patterns.filter(({ pattern }) => pattern !== OTHER && !ignore.has(pattern))
      .map(({ pattern, hitRate, totalRequests }) => ({
        pattern,
        value: hitRate,
        samples: totalRequests,
        summary: `${percent(hitRate)} of ${totalRequests} lookups of ${pattern} were hits in ${spanText(window)} (threshold: < ${percent(threshold)})`,
      }))
  },
}

const slowP95: AlertRule = {
  name: 'slow_p95',
  unit: 'milliseconds',
  raised: 'above',
  defaults: { threshold: 100, window: 5 * MINUTE, for: 2 * MINUTE, minSamples: 100 },
  tunable: RATE,
  advice:
    'The cache itself is slow, loading excluded: L2 answers late, or this process is too busy to hear it. Look at the latency of L2, the size of values, and the CPU of this process.',
  measure(readings, { window, threshold }) {
    const { p95ResponseTimeMs, totalRequests } = readings.overall(window)
    const summary = `The slowest 5 % of ${totalRequests} lookups took ${short(p95ResponseTimeMs)} ms or more in ${spanText(window)} (threshold: ${short(threshold)} ms)`
    return overall(p95ResponseTimeMs, totalRequests, summary)
  },
}

const loadErrors: AlertRule = {
  name: 'load_errors',
  unit: 'ratio',
  raised: 'above',
  defaults: { threshold: 0.1, window: 5 * MINUTE, for: MINUTE, minSamples: 20 },
  tunable: RATE,
  advice:
    'The origin fails: look at the database and at the errors of the loaders in the log of the application. Stale values go on being served as long as staleFor allows.',
  measure(readings, { window, threshold }) {
    const { count, errors } = readings.overall(window).load
    const value = count === 0 ? 0 : errors / count
    const summary = `${errors} of ${count} loads failed in ${spanText(window)}: ${percent(value)} (threshold: ${percent(threshold)})`
    return overall(value, count, summary)
  },
}

const evictionPressure: AlertRule = {
  name: 'eviction_pressure',
  unit: 'ratio',
  raised: 'above',
  // Of lookups, not of evictions: an eviction that nobody misses is how a cache works.
  defaults: { threshold: 0.1, window: 15 * MINUTE, for: 5 * MINUTE, minSamples: 100 },
  tunable: RATE,
  advice:
    'What was thrown out for want of room is asked for again: raise l1.maxBytes (or the memory of L2), store smaller values, or shorten the ttl of patterns that are rarely read.',
  measure(readings, { window, threshold }) {
    const stats = readings.overall(window)
    const value = shareOf(stats.missReasons.evicted, stats)
    const summary = `${percent(value)} of ${stats.totalRequests} lookups missed what had been evicted in ${spanText(window)} (threshold: ${percent(threshold)})`
    return overall(value, stats.totalRequests, summary)
  },
}

const otherShareRule: AlertRule = {
  name: 'other_share',
  unit: 'ratio',
  raised: 'above',
  defaults: { threshold: 0.1, window: 15 * MINUTE, for: 5 * MINUTE, minSamples: 100 },
  tunable: RATE,
  advice:
    'There are more patterns than are kept apart, so figures by pattern are incomplete. Declare keyspaces, give rules in `patterns` of the metrics for keys whose ids are not recognised, or raise maxPatterns.',
  measure(readings, { window, threshold }) {
    const { otherShare, aggregate } = readings.patterns(window)
    const summary = `${percent(otherShare)} of ${aggregate.totalRequests} lookups went to ${OTHER} in ${spanText(window)} (threshold: ${percent(threshold)})`
    return overall(otherShare, aggregate.totalRequests, summary)
  },
}

export const RULES: readonly AlertRule[] = [
  l2Lost,
  breakerFlapping,
  health,
  lowHitRate,
  slowP95,
  loadErrors,
  evictionPressure,
  otherShareRule,
]

/**
 * What the value has to come back to where nothing else is set: a fifth below a threshold from above; from below, a
 * tenth of the way to 1.
 */
export function defaultClear({ raised }: AlertRule, threshold: RuleSettings['threshold']): number {
  return raised === 'above' ? threshold - threshold / 5 : threshold + (1 - threshold) / 10
}
