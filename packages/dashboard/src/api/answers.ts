import type {
  AboutAnswer,
  AlertsAnswer,
  EndpointsAnswer,
  EventsAnswer,
  FleetAnswer,
  FlowAnswer,
  HealthAnswer,
  InfoAnswer,
  L2Answer,
  LowPerformersAnswer,
  PatternsAnswer,
  SelfAnswer,
  SeriesAnswer,
  StatsAnswer,
  WarmRunsAnswer,
} from '@hitrate/monitor'
import { useView } from '../state/view.tsx'
import { WINDOW_SETTINGS } from '../state/window.ts'
import { type Answered, useAnswer, useStatsParameters } from './use-answer.ts'

/**
 * The questions the views ask. Two that ask the same share one request.
 */

export function useStats(): Answered<StatsAnswer> {
  return useAnswer('/stats', useStatsParameters())
}

/** Of the last five minutes, whatever the window: it is well now, or it is not. */
export function useHealth(): Answered<HealthAnswer> {
  return useAnswer('/health', { scope: useView().scope }, { everyMs: 3_000 })
}

export function usePatterns(): Answered<PatternsAnswer> {
  return useAnswer('/stats/patterns', { ...useStatsParameters(), sort: 'miss_cost', limit: 200 })
}

export function useEndpoints(): Answered<EndpointsAnswer> {
  return useAnswer('/stats/endpoints', { ...useStatsParameters(), limit: 100 })
}

export function useLowPerformers(): Answered<LowPerformersAnswer> {
  return useAnswer('/stats/low-performers', useStatsParameters())
}

/** Nobody's window: what is stored now. Not asked for where there is nothing to tell, or not to this reader. */
export function useInfo(): Answered<InfoAnswer> {
  const about = useAbout().data
  const enabled = about?.info_told === true && about.actions.includes('read:info')
  return useAnswer('/info', {}, { everyMs: 5_000, enabled })
}

export function useWarmRuns(everyMs: number): Answered<WarmRunsAnswer> {
  return useAnswer('/warm/runs', { scope: useView().scope }, { everyMs })
}

export function useFlow(): Answered<FlowAnswer> {
  return useAnswer('/flow', useStatsParameters())
}

/** What the charts over time draw. */
const CHARTED = [
  'hit_l1_per_second',
  'hit_l2_per_second',
  'stale_per_second',
  'coalesced_per_second',
  'miss_per_second',
  'error_per_second',
  'requests_per_second',
  'hit_rate',
  'hit_p50_ms',
  'hit_p95_ms',
  'load_p50_ms',
  'load_p95_ms',
  'evictions_per_second',
  'l1_entries',
  'l1_size_bytes',
].join(',')

export function useSeries(): Answered<SeriesAnswer> {
  const { window, scope } = useView()
  return useAnswer('/series', { metric: CHARTED, window: WINDOW_SETTINGS[window].series, scope })
}

/** The hit rate and traffic of the busiest patterns over time, for what is drawn small. */
export function usePatternSeries(): Answered<SeriesAnswer> {
  const { window, scope } = useView()
  const { series, everyMs } = WINDOW_SETTINGS[window]
  return useAnswer(
    '/series',
    { metric: 'hit_rate,requests_per_second', window: series, by: 'pattern', limit: 50, scope },
    { everyMs: Math.max(everyMs, 10_000) },
  )
}

/** Quarters of an hour over a day, to compare now with the same time yesterday. */
export function useDaySeries(): Answered<SeriesAnswer> {
  return useAnswer(
    '/series',
    { metric: 'hit_rate,requests_per_second', window: '24h', step: '15m', scope: useView().scope },
    { everyMs: 60_000 },
  )
}

export function useEvents(): Answered<EventsAnswer> {
  return useAnswer('/events', {}, { everyMs: 5_000 })
}

export function useL2(): Answered<L2Answer> {
  return useAnswer('/l2', useStatsParameters())
}

export function useSelf(): Answered<SelfAnswer> {
  return useAnswer('/self', {}, { everyMs: 15_000 })
}

/** Who and what answers, and what this reader may do. */
export function useAbout(): Answered<AboutAnswer> {
  return useAnswer('/about', {}, { everyMs: 60_000 })
}

/** The processes that share this cache. */
export function useFleet(): Answered<FleetAnswer> {
  return useAnswer('/fleet', {}, { everyMs: 5_000 })
}

/** What rules have found; not offered by every monitor. */
export function useAlerts(): Answered<AlertsAnswer> {
  return useAnswer('/alerts', {}, { everyMs: 5_000 })
}
