import type { SeriesAnswer } from '@hitrate/monitor'
import { serverNow } from '../../api/ask.ts'
import { MIN_SAMPLE } from '../../figures/traffic.ts'

/** What is called the same time yesterday lies at least so far back. */
const AT_LEAST_MS = 23.5 * 3_600_000

/**
 * The hit rate of the time that began a day ago, as long as the window: a quarter of an hour, or an hour. `undefined` while
 * nothing is remembered of it, or too little was looked up in it, and for longer windows, of which yesterday's is forgotten.
 */
export function hitRateYesterday(day: SeriesAnswer | undefined, windowSeconds: number): number | undefined {
  const first = day?.steps.findIndex(({ seconds }) => seconds >= 600) ?? -1
  const step = day?.steps[first]
  if (day === undefined || step === undefined || windowSeconds > 3_600) return undefined
  if (serverNow() - Date.parse(step.at) < AT_LEAST_MS) return undefined
  const values = day.series[0]?.values
  const end = Date.parse(step.at) + Math.max(windowSeconds, 900) * 1_000
  let lookups = 0
  let hits = 0
  day.steps.forEach(({ at, seconds }, place) => {
    if (place < first || Date.parse(at) >= end) return
    const count = (values?.requests_per_second?.[place] ?? 0) * seconds
    lookups += count
    hits += count * (values?.hit_rate?.[place] ?? 0)
  })
  return lookups < MIN_SAMPLE ? undefined : hits / lookups
}

/** `+1.2 points` */
export function pointsOf(difference: number): string {
  const points = (difference * 100).toFixed(1)
  return `${difference >= 0 ? '+' : ''}${points.replace('-', '−')} points`
}
