import type { Fleet, Milliseconds } from 'hitrate'
import type { CacheStats, Metrics } from 'hitrate/metrics'
import type { MonitorClock } from '../clock.ts'
import type { TickAnswer } from '../contract/live-answers.ts'
import { instant, ofAny } from '../endpoints/figures.ts'
import { summaryOf } from '../scope.ts'
import type { NextTick } from './channel.ts'
import { createTicker, healthOf, recentOf } from './ticker.ts'

/** Between two looks: a fleet adds up every ten seconds, and a look asks L2. */
const LOOK_MS: Milliseconds = 5_000
/** After so long without a tick the next one begins anew. */
const LONGEST_GAP: Milliseconds = 60_000

const NOTHING: Pick<TickAnswer, 'outcomes' | 'requests_per_second' | 'hit_rate' | 'loads'> = {
  outcomes: { hit_l1: 0, hit_l2: 0, stale: 0, coalesced: 0, miss: 0, error: 0, bypass: 0 },
  requests_per_second: null,
  hit_rate: null,
  loads: { count: 0, errors: 0 },
}

/** Says what the fleet did since it was last added up; while it can't be seen, what this process did. */
export function createFleetTicker(fleet: Fleet | undefined, metrics: Metrics, clock: MonitorClock): NextTick {
  const own = createTicker(metrics, clock)
  let lookedAt = Number.NEGATIVE_INFINITY
  /** Where the last tick ended. */
  let told: Milliseconds | undefined
  return async (first): Promise<TickAnswer | undefined> => {
    if (!first && clock.now() - lookedAt < LOOK_MS) return undefined
    lookedAt = clock.now()
    const view = await fleet?.view({ window: LONGEST_GAP })
    const summary = summaryOf(view)
    if (view === undefined || view.asOf === null) return { ...own(), fleet: summary }
    const { figures, asOf } = view
    const goesOn = told !== undefined && asOf >= told && asOf - told <= LONGEST_GAP
    const since = goesOn && told !== undefined ? told : asOf
    if (!first && told === asOf) return undefined
    told = asOf
    const window = asOf - since
    return {
      at: instant(asOf),
      scope: view.scope,
      fleet: summary,
      seconds: window / 1_000,
      ...(window === 0 ? NOTHING : countsOf(figures.overall({ window }), window)),
      recent: recentOf(figures.series({ window: '10s' })),
      health: healthOf(figures),
      l2_available: metrics.l2()?.available ?? null,
    }
  }
}

function countsOf(
  { outcomes, totalRequests, hitRate, load }: CacheStats,
  window: Milliseconds,
): typeof NOTHING {
  return {
    outcomes,
    requests_per_second: totalRequests / (window / 1_000),
    hit_rate: ofAny(totalRequests, hitRate),
    loads: { count: load.count, errors: load.errors },
  }
}
