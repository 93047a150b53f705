import { VERSION } from 'hitrate'
import {
  BREAKER_STATES,
  DROP_REASONS,
  EVICTION_REASONS,
  HEALTH_STATUSES,
  type HealthStatus,
  INVALIDATION_KINDS,
  LOAD_RESULTS,
  LOAD_TRIGGERS,
  type Metrics,
  MISS_REASONS,
  OUTCOMES,
  TIER_OPERATIONS,
  TIERS,
  type Tier,
  type TierResult,
  type Totals,
  WARM_RESULTS,
} from 'hitrate/metrics'
import type { Family, Labels, Sample } from './exposition.ts'
import type { LabelCounts } from './most-used.ts'

/** What is told at one scrape. */
export interface Told {
  readonly totals: Totals
  readonly l1: ReturnType<Metrics['l1']>
  readonly l2: ReturnType<Metrics['l2']>
  readonly health: HealthStatus
  readonly patterns: readonly LabelCounts[]
  readonly endpoints: readonly LabelCounts[]
}

type Value = readonly [labels: Labels, value: number]

/** How a tier can answer a lookup, and a write. */
const LOOKUP_RESULTS = ['hit', 'stale', 'miss', 'error', 'timeout', 'open'] as const satisfies TierResult[]
const WRITE_RESULTS = ['ok', 'refused', 'error', 'timeout', 'open'] as const satisfies TierResult[]

/** A bypass has no response: the cache did nothing. */
const ANSWERED = OUTCOMES.filter((outcome) => outcome !== 'bypass')

/** From a microsecond to four seconds. */
const TIME_BORDERS = exponents(-20, 2, 1)
/** From 64 bytes to 16 MiB, in steps of four. */
const SIZE_BORDERS = exponents(6, 24, 2)

/**
 * Everything that is exported of one cache, in base units, without ratios and quantiles: those are made of sums by whoever
 * asks. Under 1 000 series with 100 patterns and 100 endpoints; what is known in advance is there from the start, at 0.
 */
export function familiesOf(cache: string, told: Told): readonly Family[] {
  const { totals, l1, l2 } = told
  const labelled = (values: readonly Value[]): Sample[] =>
    values.map(([labels, value]) => ({ labels: { cache, ...labels }, value }))
  const counter = (name: string, help: string, values: readonly Value[]): Family => ({
    name: `hitrate_${name}`,
    help,
    type: 'counter',
    samples: labelled(values),
  })
  const gauge = (name: string, help: string, values: readonly Value[]): Family => ({
    name: `hitrate_${name}`,
    help,
    type: 'gauge',
    samples: labelled(values),
  })

  return [
    counter(
      'requests',
      'Lookups by how they ended: hit_l1, hit_l2 and stale are hits, bypass did not use the cache.',
      OUTCOMES.map((outcome) => [{ outcome }, totals.requests[outcome]]),
    ),
    counter(
      'misses',
      'Lookups that were no hit (miss, coalesced, error) by why nothing usable was there.',
      missesOf(totals),
    ),
    counter(
      'tier_lookups',
      'Keys asked for in a tier by its answer; of l1 whether it had them fresh.',
      tierLookupsOf(totals),
    ),
    counter(
      'loads',
      'Loads from the origin by what started them and how they ended.',
      LOAD_TRIGGERS.flatMap((trigger) =>
        LOAD_RESULTS.map((result): Value => [{ trigger, result }, totals.loads[trigger][result]]),
      ),
    ),
    counter(
      'writes',
      'Keys and marks written to a tier by its answer.',
      writtenTiers(totals).flatMap((tier) =>
        WRITE_RESULTS.map((result): Value => [{ tier, result }, totals.tiers[tier].write.results[result]]),
      ),
    ),
    counter(
      'evictions',
      'Entries that left a tier unasked.',
      EVICTION_REASONS.map((reason) => [{ tier: 'l1', reason }, totals.evictions.l1[reason]]),
    ),
    counter(
      'invalidations',
      'Calls that deleted or expired entries, by how those were named.',
      INVALIDATION_KINDS.map((kind) => [{ kind }, totals.invalidations[kind].calls]),
    ),
    counter(
      'warm_keys',
      'Keys that warming was given by what became of them.',
      WARM_RESULTS.map((result) => [{ result }, totals.warmKeys[result]]),
    ),
    counter(
      'breaker_transitions',
      'Changes of the breaker in front of L2 by the state it came to.',
      BREAKER_STATES.map((to) => [{ to }, totals.breaker[to]]),
    ),
    counter(
      'fills_refused',
      'Loaded values that were not stored, since the key had been invalidated meanwhile.',
      [[{}, totals.incidents.fill_refused]],
    ),
    counter('time_saved_seconds', 'Estimate: loading that hits avoided, by the mean load of their pattern.', [
      [{}, totals.timeSavedSeconds],
    ]),
    counter(
      'pattern_requests',
      'Lookups by key pattern, bypass aside; __other__ is all that is not told by name.',
      told.patterns.flatMap(({ label, counts }) => byOutcome({ pattern: label }, counts)),
    ),
    counter(
      'endpoint_requests',
      'Lookups by the route during which they ran, bypass aside; __other__ is all that is not told by name.',
      told.endpoints.flatMap(({ label, counts }) => byOutcome({ endpoint: label }, counts)),
    ),
    counter(
      'self_dropped',
      'What the metrics could not keep apart; it is counted under __other__ or __unmatched__.',
      DROP_REASONS.map((reason) => [{ reason }, totals.selfDropped[reason]]),
    ),

    gauge('entries', 'Entries in L1.', l1 === undefined ? [] : [[{}, l1.entries]]),
    gauge('size_bytes', 'Size of L1 as it reckons.', l1 === undefined ? [] : [[{}, l1.sizeBytes]]),
    gauge('max_bytes', 'Bound of L1.', l1 === undefined ? [] : [[{}, l1.maxBytes]]),
    gauge('breaker_open', 'Servers of L2 that fail and are left alone.', [
      [{}, l2?.nodes.filter(({ breaker }) => breaker !== 'closed').length ?? 0],
    ]),
    gauge(
      'health',
      'Which state GET /health tells: 1, the others 0.',
      HEALTH_STATUSES.map((status) => [{ status }, status === told.health ? 1 : 0]),
    ),
    gauge('patterns_tracked', 'Key patterns that are counted apart.', [[{}, totals.patternsTracked]]),
    gauge('last_warm_timestamp_seconds', 'When a warming call last succeeded; 0: never.', [
      [{}, (totals.lastWarmAt ?? 0) / 1_000],
    ]),
    gauge('last_reset_timestamp_seconds', 'When the statistics of the API were last reset; 0: never.', [
      [{}, (totals.lastResetAt ?? 0) / 1_000],
    ]),
    gauge('build_info', 'Version of Hitrate.', [[{ version: VERSION }, 1]]),

    {
      name: 'hitrate_request_duration_seconds',
      help: "The cache's own time for a lookup, loading excluded, by how it ended.",
      type: 'histogram',
      exponents: TIME_BORDERS,
      samples: ANSWERED.map((outcome) => ({
        labels: { cache, outcome },
        value: totals.requestDuration[outcome],
      })),
    },
    {
      name: 'hitrate_tier_duration_seconds',
      help: 'Time of a call to L2, which may be for many keys; a call the breaker did not let through took 0.',
      type: 'histogram',
      exponents: TIME_BORDERS,
      samples: TIER_OPERATIONS.map((op) => ({
        labels: { cache, tier: 'l2', op },
        value: totals.tiers.l2[op].duration,
      })),
    },
    {
      name: 'hitrate_load_duration_seconds',
      help: 'Time of a load from the origin.',
      type: 'histogram',
      exponents: TIME_BORDERS,
      samples: [{ labels: { cache }, value: totals.loadDuration }],
    },
    {
      name: 'hitrate_value_size_bytes',
      help: 'Size of encoded values before compression.',
      type: 'histogram',
      exponents: SIZE_BORDERS,
      samples: [{ labels: { cache }, value: totals.valueSize }],
    },
  ]
}

function missesOf({ requests, missReasons }: Totals): readonly Value[] {
  const known = MISS_REASONS.map((reason): Value => [{ reason }, missReasons[reason]])
  const all = requests.miss + requests.coalesced + requests.error
  return [...known, [{ reason: 'unknown' }, known.reduce((rest, [, count]) => rest - count, all)]]
}

/** L1 is asked by every lookup, too often to count each: what it answered is told by the outcomes. */
function tierLookupsOf({ requests, tiers }: Totals): readonly Value[] {
  const further = ANSWERED.reduce((sum, outcome) => sum + requests[outcome], -requests.hit_l1)
  return [
    [{ tier: 'l1', result: 'hit' }, requests.hit_l1],
    [{ tier: 'l1', result: 'miss' }, further],
    ...LOOKUP_RESULTS.map((result): Value => [{ tier: 'l2', result }, tiers.l2.read.results[result]]),
  ]
}

/** L2, and L1 where somebody counts what is written to it: Hitrate's own caches don't. */
function writtenTiers({ tiers }: Totals): readonly Tier[] {
  return TIERS.filter((tier) => tier === 'l2' || tiers[tier].write.duration.count > 0)
}

function byOutcome(labels: Labels, counts: LabelCounts['counts']): readonly Value[] {
  return [
    [{ ...labels, outcome: 'hit' }, counts.hit],
    [{ ...labels, outcome: 'stale' }, counts.stale],
    [{ ...labels, outcome: 'miss' }, counts.miss],
  ]
}

function exponents(from: number, to: number, step: number): readonly number[] {
  return Array.from({ length: (to - from) / step + 1 }, (_, place) => from + place * step)
}
