import type { Metrics, Outcome, SeriesPoint, Totals } from 'hitrate/metrics'
import { OUTCOMES } from 'hitrate/metrics'
import type { MonitorClock } from '../clock.ts'
import type { RecentFigures, TickAnswer } from '../contract/live-answers.ts'
import { instant, ofAny, perSecond } from '../endpoints/figures.ts'
import type { Figures } from '../scope.ts'

/** After so long without a tick the next one begins anew: rates over a longer time would not be of now. */
const LONGEST_GAP = 60_000

interface Baseline {
  readonly at: number
  readonly totals: Pick<Totals, 'requests' | 'loads'>
}

const HITS: readonly Outcome[] = ['hit_l1', 'hit_l2', 'stale']

/** Says what happened since it was last asked, and how things are now. */
export function createTicker(metrics: Metrics, clock: MonitorClock): () => TickAnswer {
  let before: Baseline | undefined
  return () => {
    const now: Baseline = { at: clock.now(), totals: metrics.totals() }
    const since = before !== undefined && now.at - before.at <= LONGEST_GAP ? before : now
    before = now
    const outcomes = lookupsBetween(since, now)
    const seconds = (now.at - since.at) / 1_000
    const hits = HITS.reduce((sum, outcome) => sum + outcomes[outcome], 0)
    const requests = OUTCOMES.reduce((sum, outcome) => sum + outcomes[outcome], 0) - outcomes.bypass
    return {
      at: instant(clock.wall()),
      scope: 'process',
      seconds,
      outcomes,
      requests_per_second: seconds === 0 ? null : requests / seconds,
      hit_rate: ofAny(requests, hits / requests),
      loads: loadsBetween(since, now),
      recent: recentOf(metrics.series({ window: '10s' })),
      health: healthOf(metrics),
      l2_available: metrics.l2()?.available ?? null,
    }
  }
}

function lookupsBetween(since: Baseline, now: Baseline): Readonly<Record<Outcome, number>> {
  const counts = { ...now.totals.requests }
  for (const outcome of OUTCOMES) counts[outcome] -= since.totals.requests[outcome]
  return counts
}

function loadsBetween(since: Baseline, now: Baseline): TickAnswer['loads'] {
  const counted = ({ totals }: Baseline): { count: number; errors: number } => {
    let count = 0
    let errors = 0
    for (const { ok, absent, error, timeout } of Object.values(totals.loads)) {
      count += ok + absent + error + timeout
      errors += error + timeout
    }
    return { count, errors }
  }
  const [first, last] = [counted(since), counted(now)]
  return { count: last.count - first.count, errors: last.errors - first.errors }
}

export function healthOf(figures: Figures): TickAnswer['health'] {
  const { status, reasons, warnings, sample } = figures.health()
  return { status, reasons, warnings, sample }
}

export function recentOf(points: readonly SeriesPoint[]): RecentFigures | null {
  const last = points.findLast(({ unfinished }) => !unfinished)
  if (last === undefined) return null
  const { stats, at, coveredMs } = last
  const count = stats.totalRequests
  return {
    at: instant(at),
    requests_per_second: perSecond(count, coveredMs) ?? 0,
    hit_rate: ofAny(count, stats.hitRate),
    p50_response_time_ms: ofAny(count, stats.p50ResponseTimeMs),
    p95_response_time_ms: ofAny(count, stats.p95ResponseTimeMs),
    p99_response_time_ms: ofAny(count, stats.p99ResponseTimeMs),
  }
}
