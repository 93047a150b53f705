import type { SeriesAnswer } from '@hitrate/monitor'
import { serverNow } from '../../api/ask.ts'
import { MIN_SAMPLE } from '../../figures/traffic.ts'

/** What is called the same time yesterday lies at least so far back. */
const AT_LEAST_MS = 23.5 * 3_600_000

/**
 * The hit rate of the quarter of an hour that began a day ago; `undefined` while nothing is remembered of it, or too little
 * was looked up in it.
 */
export function hitRateYesterday(day: SeriesAnswer | undefined): number | undefined {
  const place = day?.steps.findIndex(({ seconds }) => seconds >= 600) ?? -1
  const step = day?.steps[place]
  const values = day?.series[0]?.values
  if (step === undefined || values === undefined) return undefined
  if (serverNow() - Date.parse(step.at) < AT_LEAST_MS) return undefined
  const lookups = (values.requests_per_second?.[place] ?? 0) * step.seconds
  return lookups < MIN_SAMPLE ? undefined : (values.hit_rate?.[place] ?? undefined)
}

/** `+1.2 points` */
export function pointsOf(difference: number): string {
  const points = (difference * 100).toFixed(1)
  return `${difference >= 0 ? '+' : ''}${points.replace('-', '−')} points`
}
