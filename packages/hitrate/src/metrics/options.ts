import { type Clock, systemClock } from '../clock.ts'
import { CacheError, describe } from '../errors.ts'
import { DURATION_FORMS, type Milliseconds, parseDuration } from '../units.ts'
import type { HealthThresholds, MetricsOptions, PatternRule } from './types.ts'

export interface ResolvedMetricsOptions {
  readonly retention: Milliseconds
  readonly patterns: readonly PatternRule[]
  readonly maxPatterns: number
  readonly maxEndpoints: number
  readonly health: HealthThresholds
  readonly clock: Clock
}

const MIN_RETENTION: Milliseconds = 15 * 60_000
const MAX_RETENTION: Milliseconds = 24 * 3_600_000
/** More series than this would no longer fit the memory that is promised, nor anybody's eyes. */
const MAX_SERIES = 1_000

const OPTIONS: readonly string[] = ['retention', 'patterns', 'maxPatterns', 'maxEndpoints', 'health', 'clock']

/** See {@link HealthThresholds}. */
const HEALTH_DEFAULTS: HealthThresholds = Object.freeze({
  minHitRate: 0.5,
  maxAvgResponseMs: 50,
  maxP95ResponseMs: 100,
  minRequests: 20,
})

/** Checks and completes. Throws `CacheError` `invalid_option`. */
export function resolveOptions(options: MetricsOptions): ResolvedMetricsOptions {
  refuseUnknown('', options, OPTIONS)
  return Object.freeze({
    retention: retentionOf(options.retention),
    patterns: rulesOf(options.patterns),
    maxPatterns: wholeNumber('maxPatterns', options.maxPatterns ?? 200, 1, MAX_SERIES),
    maxEndpoints: wholeNumber('maxEndpoints', options.maxEndpoints ?? 100, 1, MAX_SERIES),
    health: healthOf(options.health),
    clock: clockOf(options.clock),
  })
}

function retentionOf(given: MetricsOptions['retention']): Milliseconds {
  const retention = parseDuration(given ?? MAX_RETENTION)
  if (retention === undefined || retention < MIN_RETENTION || retention > MAX_RETENTION) {
    refuse('retention', given, `from '15m' to '24h', as ${DURATION_FORMS}`)
  }
  return retention
}

function rulesOf(given: MetricsOptions['patterns']): readonly PatternRule[] {
  const accepted = 'an array of { match: RegExp, pattern: non-empty text }'
  if (given === undefined) return []
  if (!Array.isArray(given)) refuse('patterns', given, accepted)
  return given.map((rule: unknown, place) => {
    if (!isRule(rule)) refuse(`patterns[${place}]`, rule, accepted)
    return Object.freeze({ match: rule.match, pattern: rule.pattern })
  })
}

function isRule(rule: unknown): rule is PatternRule {
  if (typeof rule !== 'object' || rule === null || !('match' in rule) || !('pattern' in rule)) return false
  return rule.match instanceof RegExp && typeof rule.pattern === 'string' && rule.pattern !== ''
}

function healthOf(given: MetricsOptions['health']): HealthThresholds {
  if (given === undefined) return HEALTH_DEFAULTS
  refuseUnknown('health.', given, Object.keys(HEALTH_DEFAULTS))
  const { minHitRate, maxAvgResponseMs, maxP95ResponseMs, minRequests } = { ...HEALTH_DEFAULTS, ...given }
  return Object.freeze({
    minHitRate: number('health.minHitRate', minHitRate, 1, 'a number from 0 to 1'),
    maxAvgResponseMs: number(
      'health.maxAvgResponseMs',
      maxAvgResponseMs,
      Number.MAX_VALUE,
      'milliseconds, 0 or more',
    ),
    maxP95ResponseMs: number(
      'health.maxP95ResponseMs',
      maxP95ResponseMs,
      Number.MAX_VALUE,
      'milliseconds, 0 or more',
    ),
    minRequests: wholeNumber('health.minRequests', minRequests, 0, Number.MAX_SAFE_INTEGER),
  })
}

function clockOf(given: unknown): Clock {
  if (given === undefined) return systemClock
  if (!isClock(given)) refuse('clock', given, 'a Clock with now, wall, random, timer and afterIo')
  return given
}

function isClock(given: unknown): given is Clock {
  if (typeof given !== 'object' || given === null) return false
  const methods = new Map(Object.entries(given))
  return ['now', 'wall', 'random', 'timer', 'afterIo'].every(
    (name) => typeof methods.get(name) === 'function',
  )
}

function number(name: string, given: unknown, max: number, accepted: string): number {
  if (typeof given !== 'number' || !(given >= 0 && given <= max)) refuse(name, given, accepted)
  return given
}

function wholeNumber(name: string, given: unknown, min: number, max: number): number {
  if (typeof given !== 'number' || !Number.isInteger(given) || given < min || given > max) {
    refuse(name, given, `a whole number from ${min} to ${max}`)
  }
  return given
}

function refuseUnknown(prefix: string, given: unknown, known: readonly string[]): void {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new CacheError(
      'invalid_option',
      `metrics options${prefix === '' ? '' : ` (${prefix.slice(0, -1)})`} are ${describe(given)}; accepted: an object with ${known.join(', ')}`,
    )
  }
  for (const name of Object.keys(given)) {
    if (known.includes(name)) continue
    throw new CacheError(
      'invalid_option',
      `unknown metrics option ${describe(prefix + name)}; accepted: ${known.map((one) => prefix + one).join(', ')}`,
    )
  }
}

function refuse(name: string, given: unknown, accepted: string): never {
  throw new CacheError(
    'invalid_option',
    `metrics option ${name} is ${describe(given)}; accepted: ${accepted}`,
  )
}
