import type { StatsAnswer } from '@hitrate/monitor'
import { coveredSeconds, MIN_SAMPLE } from '../../figures/traffic.ts'
import { duration, percent, perSecond, textOf } from '../../format.ts'
import type { Condition } from '../../live/condition.ts'

/**
 * The state of things in one sentence. What is not well leads; then the figures of the window.
 * @param at when the figures came, Unix milliseconds
 * @param phrase the window in words: `the last hour`
 */
export function verdictSentence(
  condition: Condition | undefined,
  stats: StatsAnswer,
  at: number,
  phrase: string,
): string {
  if (stats.total_requests === 0) return `No lookups in ${phrase}.`
  const rate = textOf(perSecond(stats.total_requests / coveredSeconds(stats, at))).replace('/s', 'lookups/s')
  if (stats.total_requests < MIN_SAMPLE) {
    return `${stats.total_requests} lookups in ${phrase}: too few to judge by.`
  }
  const hits = textOf(percent(stats.hit_rate))
  const slow = textOf(duration(stats.p95_response_time_ms))
  const figures = `${hits} of ${rate} are hits; the slowest 5\u202f% wait ${slow} or more for the cache.`
  return `${leadOf(condition)}${figures}`
}

function leadOf(condition: Condition | undefined): string {
  if (condition === undefined) return ''
  if (condition.isL2Lost) return 'L2 is out of reach, lookups go on without it: '
  if (condition.status === 'degraded') return 'Degraded: '
  if (condition.status === 'warning') return 'Slow at times: '
  return condition.sample === 'insufficient' ? '' : 'Healthy: '
}
