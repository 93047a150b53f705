import { byName } from './by-name.ts'
import type { Histogram, HistogramValue } from './histogram.ts'
import {
  evictionAt,
  loadAt,
  OVERALL_LOAD,
  OVERALL_SIZE,
  outcomeAt,
  reasonAt,
  resultAt,
  SAVED_AT,
  WRITES_AT,
} from './layout.ts'
import { type Ledger, UNMATCHED } from './ledger.ts'
import {
  BREAKER_STATES,
  EVICTION_REASONS,
  INVALIDATION_KINDS,
  LOAD_RESULTS,
  LOAD_TRIGGERS,
  MISS_REASONS,
  OUTCOMES,
  type Outcome,
  TIER_OPERATIONS,
  TIER_RESULTS,
  TIERS,
  WARM_RESULTS,
} from './recorder.ts'
import type { Series } from './rollup.ts'
import { hitsAndMisses } from './stats.ts'
import type { Tally } from './tally.ts'
import type { LookupTotals, Totals } from './types.ts'

const NS_PER_SECOND = 1e9
/** All of the finest tier: what is held back can be moved as long as it is there. */
const MOVABLE = 15 * 60_000

/** Everything counted since the start. */
export function totalsOf(ledger: Ledger): Totals {
  ledger.settle()
  const overall = everCounted(ledger.overall)
  return Object.freeze({
    since: ledger.startedAt,
    lastResetAt: ledger.resetAt,
    requests: outcomes(overall),
    requestDuration: byName(OUTCOMES, (outcome) => histogram(overall, outcomeAt(outcome))),
    missReasons: byName(MISS_REASONS, (reason) => overall.count(reasonAt(reason))),
    loads: byName(LOAD_TRIGGERS, (trigger) =>
      byName(LOAD_RESULTS, (result) => overall.count(loadAt(trigger, result))),
    ),
    loadDuration: histogram(overall, OVERALL_LOAD),
    valueSize: histogram(overall, OVERALL_SIZE),
    writes: overall.count(WRITES_AT),
    timeSavedSeconds: overall.count(SAVED_AT) / NS_PER_SECOND,
    tiers: byName(TIERS, (tier) =>
      byName(TIER_OPERATIONS, (operation) => {
        const tally = everCounted(ledger.tiers[tier][operation])
        return {
          results: byName(TIER_RESULTS, (result) => tally.count(resultAt(result))),
          duration: histogram(tally, 0),
        }
      }),
    ),
    evictions: byName(TIERS, (tier) =>
      byName(EVICTION_REASONS, (reason) => overall.count(evictionAt(tier, reason))),
    ),
    invalidations: byName(INVALIDATION_KINDS, (kind) => ({ ...ledger.invalidations[kind] })),
    incidents: { ...ledger.incidents },
    breaker: byName(BREAKER_STATES, (state) => ledger.breaker[state]),
    warmKeys: byName(WARM_RESULTS, (result) => ledger.warmKeys[result]),
    lastWarmAt: ledger.warmedAt,
    patterns: [...ledger.patterns.handles()].map(({ label, series }) => ({
      pattern: label,
      series: series.id,
      ...lookups(everCounted(series)),
      inherited: lookups(series.inherited),
    })),
    endpoints: [...ledger.endpoints.handles()].map(({ label, series }) => {
      const tally = everCounted(series)
      if (label === UNMATCHED) tally.merge(settled(ledger))
      return {
        endpoint: label,
        series: series.id,
        outcomes: outcomes(tally),
        ...lookups(tally),
        inherited: lookups(series.inherited),
      }
    }),
    patternsTracked: ledger.patterns.size,
    selfDropped: { ...ledger.dropped },
  })
}

function outcomes(tally: Tally): Readonly<Record<Outcome, number>> {
  return byName(OUTCOMES, (outcome) => tally.count(outcomeAt(outcome)))
}

function lookups(tally: Tally | undefined): LookupTotals {
  if (tally === undefined) return NO_LOOKUPS
  const stale = tally.count(outcomeAt('stale'))
  const { hits, misses } = hitsAndMisses(tally)
  return { hit: hits - stale, stale, miss: misses }
}

const NO_LOOKUPS: LookupTotals = Object.freeze({ hit: 0, stale: 0, miss: 0 })

function everCounted({ total, open }: Series): Tally {
  const tally = total.copy()
  tally.merge(open)
  return tally
}

/** What was held back for a route that can no longer be told: its bucket is gone. What still may move is left out. */
function settled({ pending, endpointRollup }: Ledger): Tally {
  const tally = everCounted(pending)
  const movable = endpointRollup.read(MOVABLE)(pending)
  if (movable !== undefined) tally.merge(movable, -1)
  return tally
}

function histogram(tally: Tally, place: number): HistogramValue {
  const found: Histogram | undefined = tally.histograms[place]
  if (found === undefined) throw new RangeError(`no histogram ${place}`)
  return found
}
