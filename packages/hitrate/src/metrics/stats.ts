import type { Milliseconds, Ratio } from '../units.ts'
import { byName } from './by-name.ts'
import type { CacheStats, LoadStats } from './cache-stats.ts'
import { Histogram } from './histogram.ts'
import {
  LOAD,
  loadAt,
  OVERALL_LOAD,
  outcomeAt,
  RESPONSE,
  reasonAt,
  SAVED_AT,
  SECONDS,
  SERIES_SHAPE,
  WAIT_AT,
} from './layout.ts'
import type { Latencies } from './live.ts'
import { LOAD_RESULTS, LOAD_TRIGGERS, MISS_REASONS, OUTCOMES } from './recorder.ts'
import { Tally } from './tally.ts'

const MS_PER_SECOND = 1_000
export const NS_PER_MS = 1e6
const PERCENTILES = [0.5, 0.95, 0.99] as const

/** Places of outcomes that give a caller a value from the cache, and of those that don't; `bypass` is neither. */
const HITS = (['hit_l1', 'hit_l2', 'stale'] as const).map(outcomeAt)
const MISSES = (['miss', 'coalesced', 'error'] as const).map(outcomeAt)

/** Places of loads that ended so, whatever started them. */
const LOADS = byName(LOAD_RESULTS, (result) => LOAD_TRIGGERS.map((trigger) => loadAt(trigger, result)))

/** Hits, misses and both, from counters that begin with the outcomes: those of a series or of a cell. */
export function hitsAndMisses(tally: Tally): { hits: number; misses: number; total: number } {
  const hits = sumOf(tally, HITS)
  const misses = sumOf(tally, MISSES)
  return { hits, misses, total: hits + misses }
}

function sumOf(tally: Tally, places: readonly number[]): number {
  let sum = 0
  for (const place of places) sum += tally.count(place)
  return sum
}

/** A share; of nothing, 0. */
export function ratio(part: number, whole: number): Ratio {
  return whole === 0 ? 0 : part / whole
}

/** The figures of a pattern's, an endpoint's or the whole's counts. */
export function statsOf(tally: Tally): CacheStats {
  const { hits, misses, total } = hitsAndMisses(tally)
  const response = tally.histograms[RESPONSE]
  const { p50Ms, p95Ms, p99Ms } = latenciesOf(response)
  return Object.freeze({
    totalRequests: total,
    cacheHits: hits,
    cacheMisses: misses,
    hitRate: ratio(hits, total),
    missRate: ratio(misses, total),
    avgResponseTimeMs: meanMs(response),
    p50ResponseTimeMs: p50Ms,
    p95ResponseTimeMs: p95Ms,
    p99ResponseTimeMs: p99Ms,
    avgWaitTimeMs: ratio(tally.count(WAIT_AT), total + tally.count(outcomeAt('bypass'))) / NS_PER_MS,
    timeSavedMs: tally.count(SAVED_AT) / NS_PER_MS,
    outcomes: byName(OUTCOMES, (outcome) => tally.count(outcomeAt(outcome))),
    missReasons: byName(MISS_REASONS, (reason) => tally.count(reasonAt(reason))),
    load: loadStatsOf(tally),
  })
}

function loadStatsOf(tally: Tally): LoadStats {
  const results = byName(LOAD_RESULTS, (result) => sumOf(tally, LOADS[result]))
  const histogram = tally.histograms[LOAD]
  const { p50Ms, p95Ms, p99Ms } = latenciesOf(histogram)
  return Object.freeze({
    count: results.ok + results.absent + results.error + results.timeout,
    errors: results.error + results.timeout,
    avgMs: meanMs(histogram),
    p50Ms,
    p95Ms,
    p99Ms,
    results,
  })
}

/** Percentiles of a histogram of times. */
export function latenciesOf(histogram: Histogram | undefined): Latencies {
  const seconds = histogram?.quantiles(PERCENTILES)
  return { p50Ms: inMs(seconds?.[0]), p95Ms: inMs(seconds?.[1]), p99Ms: inMs(seconds?.[2]) }
}

/** Response times of all hits, from the counts of the whole cache. */
export function hitLatencies(overall: Tally): Latencies {
  const all = new Histogram(SECONDS)
  for (const place of HITS) merge(all, overall.histograms[place])
  return Object.freeze(latenciesOf(all))
}

export function meanMs(histogram: Histogram | undefined): Milliseconds {
  return inMs(histogram?.mean)
}

function inMs(seconds = 0): Milliseconds {
  return seconds * MS_PER_SECOND
}

/** The counts of the whole cache in the form of a pattern's: response times of all outcomes but `bypass` in one. */
export function asSeries(overall: Tally): Tally {
  const series = new Tally(SERIES_SHAPE)
  series.counters.set(overall.counters)
  for (const place of [...HITS, ...MISSES]) merge(series.histograms[RESPONSE], overall.histograms[place])
  merge(series.histograms[LOAD], overall.histograms[OVERALL_LOAD])
  return series
}

function merge(into: Histogram | undefined, from: Histogram | undefined): void {
  if (into !== undefined && from !== undefined) into.merge(from, 1)
}
