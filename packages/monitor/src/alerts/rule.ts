import type { Milliseconds } from 'hitrate'
import type { HealthReport, OverallStats, PatternsReport } from 'hitrate/metrics'
import type { AlertRuleName, AlertUnit } from './alert.ts'

/** What rules look at. */
export interface Readings {
  health(window: Milliseconds): HealthReport
  overall(window: Milliseconds): OverallStats
  /** Most lookups first. */
  patterns(window: Milliseconds): PatternsReport
  /** How often breakers of L2 opened. */
  breakerOpenings(window: Milliseconds): number
}

/** When a rule raises and when it clears. */
export interface RuleSettings {
  readonly threshold: number
  /** What the value has to come back to: hysteresis, so that a value that wavers about the threshold raises once. */
  readonly clear: number
  /** Over how long it is measured. */
  readonly window: Milliseconds
  /** For how long it must be so before it is raised, and back beyond `clear` before it is resolved. */
  readonly for: Milliseconds
  /** With fewer in the window (lookups; of `load_errors`, loads) nothing is raised, and what was raised is over. */
  readonly minSamples: number
  /** Patterns it says nothing about. */
  readonly ignore: ReadonlySet<string>
}

/** What a rule found about one thing. */
export interface Measured {
  /** `null`: about the whole cache. */
  readonly pattern: string | null
  readonly value: number
  readonly samples: number
  readonly summary: string
}

/** Names of the settings. */
export const RULE_OPTIONS = ['threshold', 'clear', 'window', 'for', 'minSamples', 'ignore'] as const
export type RuleOption = (typeof RULE_OPTIONS)[number]

/** One thing to watch. Pure: it keeps nothing between two looks. */
export interface AlertRule {
  readonly name: AlertRuleName
  readonly unit: AlertUnit
  /** `above`: raised from the threshold on; `below`: raised below it. */
  readonly raised: 'above' | 'below'
  readonly defaults: Pick<RuleSettings, 'threshold' | 'window' | 'for' | 'minSamples'>
  /** What may be set; the rest has no meaning for it. */
  readonly tunable: readonly RuleOption[]
  /** What to do, for a person at night. */
  readonly advice: string
  measure(readings: Readings, settings: RuleSettings): readonly Measured[]
}

/** A rule as it is in force. */
export interface RuleInForce {
  readonly rule: AlertRule
  readonly settings: RuleSettings
}

/** Whether a value is so that the alert is raised. */
export function breaches({ rule, settings }: RuleInForce, value: number): boolean {
  return rule.raised === 'above' ? value >= settings.threshold : value < settings.threshold
}

/** Whether a value is so that the alert is over: not the opposite of `breaches`, between the two nothing changes. */
export function isClear({ rule, settings }: RuleInForce, value: number): boolean {
  return rule.raised === 'above' ? value < settings.clear : value >= settings.clear
}
