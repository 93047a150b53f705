import type { Figures, StatsAnswer } from '@hitrate/monitor'
import { serverTime } from '../api/ask.ts'

/** Below, rates are as good as dice: as health has it. */
export const MIN_SAMPLE = 20

/**
 * Seconds that the figures really cover: less than the window while the process is young or was reset.
 * Those of a fleet end some seconds ago.
 * @param at when the figures came, Unix milliseconds of this machine
 */
export function coveredSeconds(
  stats: Pick<StatsAnswer, 'since' | 'window_seconds' | 'fleet'>,
  at: number,
): number {
  const asOf = stats.fleet?.as_of ?? null
  const end = asOf === null ? serverTime(at) : Date.parse(asOf)
  const elapsed = (end - Date.parse(stats.since)) / 1_000
  return Math.max(1, Math.min(stats.window_seconds, elapsed))
}

/** Lookups that did not have to wait for a load of their own. */
export function loadsAvoided({ cache_hits: hits, outcomes }: Figures): number {
  return hits + outcomes.coalesced
}

/** Misses times load time, in milliseconds: what a pattern's misses cost in the window. */
export function missCost(figures: Figures): number {
  return figures.cache_misses * figures.load.avg_ms
}

/** Hits that were fresh, over all. */
export function strictHitRate({ outcomes, total_requests: total }: Figures): number {
  return total === 0 ? 0 : (outcomes.hit_l1 + outcomes.hit_l2) / total
}
