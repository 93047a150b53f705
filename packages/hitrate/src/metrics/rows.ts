import type { Ratio } from '../units.ts'
import { CELL_LOAD_TIME, SIZE_SUM_AT, SIZES_AT } from './layout.ts'
import { dominantMissReason } from './recommendations.ts'
import { MISS_REASONS } from './recorder.ts'
import { type Handle, OTHER } from './series-table.ts'
import { hitsAndMisses, NS_PER_MS, ratio, statsOf } from './stats.ts'
import type { Tally } from './tally.ts'
import type { CacheStats, EndpointPatternStats, Evidence, PatternSort, PatternStats } from './types.ts'

/** A label and its counts in a window: of the row that is being looked at, see `Reading`. */
export interface Row {
  readonly handle: Handle
  readonly tally: Tally
}

/** Those that have any, one after the other. */
export function* rowsOf(
  handles: Iterable<Handle>,
  countsOf: (handle: Handle) => Tally | undefined,
): Iterable<Row> {
  for (const handle of handles) {
    const tally = countsOf(handle)
    if (tally !== undefined) yield { handle, tally }
  }
}

/** Which share of the lookups of all rows went to `__other__`. */
export class OtherShare {
  #all = 0
  #others = 0

  add({ handle, tally }: Row): void {
    const { total } = hitsAndMisses(tally)
    this.#all += total
    if (handle.label === OTHER) this.#others += total
  }

  get value(): Ratio {
    return ratio(this.#others, this.#all)
  }
}

export function patternStatsOf({ handle, tally }: Row): PatternStats {
  const stats = statsOf(tally)
  return Object.freeze({
    // First: an object that others are added to is copied as it is, while one that is added to others grows step by step.
    ...stats,
    pattern: handle.label,
    keyspace: handle.keyspace,
    avgLoadTimeMs: stats.load.avgMs,
    avgSizeBytes: ratio(tally.count(SIZE_SUM_AT), tally.count(SIZES_AT)),
    ttlSeconds: handle.ttl === null ? null : handle.ttl / 1_000,
  })
}

export function cellStatsOf(pattern: string, tally: Tally): EndpointPatternStats {
  const { hits, total } = hitsAndMisses(tally)
  const loadTimeMs = tally.count(CELL_LOAD_TIME) / NS_PER_MS
  return Object.freeze({ pattern, totalRequests: total, hitRate: ratio(hits, total), loadTimeMs })
}

/** What the pairs counted lack of the endpoint's own figures, since there was no room, is shown as `__other__`. */
export function withRemainder(
  used: readonly EndpointPatternStats[],
  stats: CacheStats,
): readonly EndpointPatternStats[] {
  const rest = used.reduce(
    (left, { totalRequests, hitRate, loadTimeMs }) => ({
      total: left.total - totalRequests,
      hits: left.hits - Math.round(totalRequests * hitRate),
      loadTimeMs: left.loadTimeMs - loadTimeMs,
    }),
    { total: stats.totalRequests, hits: stats.cacheHits, loadTimeMs: stats.load.count * stats.load.avgMs },
  )
  const all = [...used]
  if (rest.total > 0) {
    const hits = Math.min(Math.max(rest.hits, 0), rest.total)
    const loadTimeMs = Math.max(rest.loadTimeMs, 0)
    all.push(
      Object.freeze({ pattern: OTHER, totalRequests: rest.total, hitRate: hits / rest.total, loadTimeMs }),
    )
  }
  return Object.freeze(all.sort((a, b) => b.totalRequests - a.totalRequests || compare(a.pattern, b.pattern)))
}

export function evidenceOf(stats: PatternStats): Evidence {
  return Object.freeze({
    hit_rate: stats.hitRate,
    total_requests: stats.totalRequests,
    cache_misses: stats.cacheMisses,
    ttl_seconds: stats.ttlSeconds,
    avg_load_time_ms: stats.avgLoadTimeMs,
    dominant_miss_reason: dominantMissReason(stats.missReasons) ?? null,
    ...Object.fromEntries(MISS_REASONS.map((reason) => [`misses_${reason}`, stats.missReasons[reason]])),
  })
}

export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

type Order = (a: PatternStats, b: PatternStats) => number

function missCost({ cacheMisses, avgLoadTimeMs }: PatternStats): number {
  return cacheMisses * avgLoadTimeMs
}

const byPattern: Order = (a, b) => compare(a.pattern, b.pattern)
const byRequests: Order = (a, b) => b.totalRequests - a.totalRequests || byPattern(a, b)
export const ORDERS: Readonly<Record<PatternSort, Order>> = {
  total_requests: byRequests,
  hit_rate: (a, b) => a.hitRate - b.hitRate || byRequests(a, b),
  p95_response_time_ms: (a, b) => b.p95ResponseTimeMs - a.p95ResponseTimeMs || byRequests(a, b),
  miss_cost: (a, b) => missCost(b) - missCost(a) || byRequests(a, b),
  pattern: byPattern,
}
