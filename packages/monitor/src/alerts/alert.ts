import type { Milliseconds } from 'hitrate'

/** What can be wrong; `rules.ts` says when. */
export const ALERT_RULES = [
  'l2_lost',
  'breaker_flapping',
  'health',
  'low_hit_rate',
  'slow_p95',
  'load_errors',
  'eviction_pressure',
  'other_share',
] as const
export type AlertRuleName = (typeof ALERT_RULES)[number]

/** What a rule's value is; `state` is 1 for "it is so" and 0 for "it is not". */
export const ALERT_UNITS = ['ratio', 'milliseconds', 'count', 'state'] as const
export type AlertUnit = (typeof ALERT_UNITS)[number]

/**
 * - `pending`: so, but not for long enough yet
 * - `firing`: raised, and not resolved
 * - `resolved`: was raised, and is over
 */
export const ALERT_STATES = ['pending', 'firing', 'resolved'] as const
export type AlertState = (typeof ALERT_STATES)[number]

/** One thing that is or was wrong. A value: what changes is another one with the same id. */
export interface Alert {
  readonly id: string
  readonly rule: AlertRuleName
  /** Of which keys; `null` where it is about the whole cache. */
  readonly pattern: string | null
  readonly state: AlertState
  /** As last measured with enough samples. */
  readonly value: number
  readonly threshold: number
  readonly unit: AlertUnit
  /** One sentence that names value and threshold. */
  readonly summary: string
  /** What to do about it. */
  readonly advice: string
  /** Since when it has been so, Unix milliseconds. */
  readonly since: Milliseconds
  readonly raisedAt: Milliseconds | null
  readonly resolvedAt: Milliseconds | null
}

/** An alert was raised, or is over: what is logged and delivered, once each. */
export interface Transition {
  readonly event: 'raised' | 'resolved'
  readonly alert: Alert
}
