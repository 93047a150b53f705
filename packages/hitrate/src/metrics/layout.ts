import {
  EVICTION_REASONS,
  type EvictionReason,
  LOAD_RESULTS,
  LOAD_TRIGGERS,
  type LoadResult,
  type LoadTrigger,
  MISS_REASONS,
  type MissReason,
  OUTCOMES,
  type Outcome,
  TIER_RESULTS,
  TIERS,
  type Tier,
  type TierResult,
} from './recorder.ts'
import type { Shape } from './tally.ts'

/**
 * Which counter and which histogram of a tally means what: encoded buckets know only numbers. The functions give the
 * place of a counter; those lists are short and most asked for at their beginning, so searching them is quick.
 */

/** Times are histograms of seconds, summed in nanoseconds. */
export const SECONDS = 1e9
const BYTES = 1

const REASONS_AT = OUTCOMES.length
const LOADS_AT = REASONS_AT + MISS_REASONS.length
const EVICTIONS_AT = LOADS_AT + LOAD_TRIGGERS.length * LOAD_RESULTS.length
const SINGLES_AT = EVICTIONS_AT + TIERS.length * EVICTION_REASONS.length

export function outcomeAt(outcome: Outcome): number {
  return OUTCOMES.indexOf(outcome)
}
export function reasonAt(reason: MissReason): number {
  return REASONS_AT + MISS_REASONS.indexOf(reason)
}
export function loadAt(trigger: LoadTrigger, result: LoadResult): number {
  return LOADS_AT + LOAD_TRIGGERS.indexOf(trigger) * LOAD_RESULTS.length + LOAD_RESULTS.indexOf(result)
}
export function evictionAt(tier: Tier, reason: EvictionReason): number {
  return EVICTIONS_AT + TIERS.indexOf(tier) * EVICTION_REASONS.length + EVICTION_REASONS.indexOf(reason)
}
/** Nanoseconds that callers waited. */
export const WAIT_AT: number = SINGLES_AT
/** Nanoseconds of loading that hits avoided. */
export const SAVED_AT: number = SINGLES_AT + 1
export const WRITES_AT: number = SINGLES_AT + 2
/** Nanoseconds that writes took. */
export const WRITE_TIME_AT: number = SINGLES_AT + 3
/** Values encoded, and their bytes in all. */
export const SIZES_AT: number = SINGLES_AT + 4
export const SIZE_SUM_AT: number = SINGLES_AT + 5

const COUNTERS = SINGLES_AT + 6

/** A pattern or an endpoint. */
export const SERIES_SHAPE: Shape = Object.freeze({
  counters: COUNTERS,
  histograms: Object.freeze([SECONDS, SECONDS]),
})
export const RESPONSE = 0
export const LOAD = 1

/** What is kept of a pattern or an endpoint for ever: a histogram of each would be too much to export. */
export const COUNTERS_SHAPE: Shape = Object.freeze({ counters: COUNTERS, histograms: Object.freeze([]) })

/** The whole cache: response times by outcome (in their order), then loads, then sizes of values. */
export const OVERALL_SHAPE: Shape = Object.freeze({
  counters: COUNTERS,
  histograms: Object.freeze([...OUTCOMES.map(() => SECONDS), SECONDS, BYTES]),
})
export const OVERALL_LOAD: number = OUTCOMES.length
export const OVERALL_SIZE: number = OUTCOMES.length + 1

/** One operation on one tier: a counter for each result. */
export const TIER_SHAPE: Shape = Object.freeze({
  counters: TIER_RESULTS.length,
  histograms: Object.freeze([SECONDS]),
})
export function resultAt(result: TierResult): number {
  return TIER_RESULTS.indexOf(result)
}

/** An endpoint's use of a pattern: outcomes, then loads and the nanoseconds they took. */
export const CELL_SHAPE: Shape = Object.freeze({
  counters: OUTCOMES.length + 2,
  histograms: Object.freeze([]),
})
export const CELL_LOADS: number = OUTCOMES.length
export const CELL_LOAD_TIME: number = OUTCOMES.length + 1
