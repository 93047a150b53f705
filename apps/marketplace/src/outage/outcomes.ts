import type { StatsAnswer } from '@hitrate/monitor'

/** How many lookups ended how. */
export type Outcomes = StatsAnswer['outcomes']

export function plus(left: Outcomes, right: Outcomes): Outcomes {
  return combine(left, right, 1)
}

export function minus(left: Outcomes, right: Outcomes): Outcomes {
  return combine(left, right, -1)
}

function combine(left: Outcomes, right: Outcomes, sign: 1 | -1): Outcomes {
  return {
    hit_l1: left.hit_l1 + sign * right.hit_l1,
    hit_l2: left.hit_l2 + sign * right.hit_l2,
    stale: left.stale + sign * right.stale,
    miss: left.miss + sign * right.miss,
    coalesced: left.coalesced + sign * right.coalesced,
    error: left.error + sign * right.error,
    bypass: left.bypass + sign * right.bypass,
  }
}

/** Hits, stale ones among them, of all lookups but those that bypassed the cache; 0 without any. */
export function hitRate({ hit_l1, hit_l2, stale, miss, coalesced, error }: Outcomes): number {
  const hits = hit_l1 + hit_l2 + stale
  const lookups = hits + miss + coalesced + error
  return lookups === 0 ? 0 : hits / lookups
}
