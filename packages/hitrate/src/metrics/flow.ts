import { LOAD, OVERALL_SHAPE, outcomeAt } from './layout.ts'
import type { Ledger } from './ledger.ts'
import type { FlowPart, FlowReport } from './live.ts'
import { settledWindow } from './queries.ts'
import { asSeries, latenciesOf, ratio, statsOf } from './stats.ts'
import { Tally } from './tally.ts'
import type { WindowQuery } from './types.ts'

/** The outcomes but `bypass`, from the nearest to the farthest. */
const FLOW = ['hit_l1', 'hit_l2', 'stale', 'coalesced', 'miss', 'error'] as const

/** What became of the lookups of a window, each outcome with its own response times. */
export function flowOf(ledger: Ledger, query: WindowQuery = {}): FlowReport {
  const window = settledWindow(ledger, query)
  const counts = ledger.overallRollup.read(window)(ledger.overall) ?? new Tally(OVERALL_SHAPE)
  const series = asSeries(counts)
  const { totalRequests, outcomes, load } = statsOf(series)
  return Object.freeze({
    windowSeconds: window / 1_000,
    since: Math.max(ledger.overallRollup.begin(window), ledger.since),
    totalRequests,
    parts: FLOW.map(
      (outcome): FlowPart =>
        Object.freeze({
          outcome,
          count: outcomes[outcome],
          share: ratio(outcomes[outcome], totalRequests),
          ...latenciesOf(counts.histograms[outcomeAt(outcome)]),
        }),
    ),
    bypass: outcomes.bypass,
    load: Object.freeze({ count: load.count, errors: load.errors, ...latenciesOf(series.histograms[LOAD]) }),
  })
}
