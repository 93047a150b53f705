import type { StatsAnswer } from '../../contract/answers.ts'
import { type Command, withQuery } from '../command.ts'
import { EXIT } from '../failure.ts'
import { count, instant, milliseconds, percent, printable, span } from '../format.ts'
import { scopeLines } from '../scope.ts'
import { table } from '../table.ts'

const FIELDS = ['total_requests', 'hit_rate', 'outcomes', 'load', 'since'] as const

export const stats: Command = async ({ client, arguments: { window, scope }, style }) => {
  const { value, text } = await client.get<StatsAnswer>(withQuery('/stats', { window, scope }), FIELDS)
  const { total_requests: total, outcomes, load } = value
  const share = (part: number): string => percent(total === 0 ? 0 : part / total)
  const rows = [
    ['Lookups', count(total), ''],
    ['Hits', count(value.cache_hits), percent(value.hit_rate)],
    ['Misses', count(value.cache_misses), percent(value.miss_rate)],
    ...Object.entries(outcomes)
      .filter(([, times]) => times > 0)
      .map(([outcome, times]) => [`  ${printable(outcome)}`, count(times), share(times)]),
    ['Loads', count(load.count), ''],
    ['  failed', count(load.errors), percent(load.count === 0 ? 0 : load.errors / load.count)],
  ]
  const times = [
    ['', 'avg', 'p50', 'p95', 'p99'].map((name) => style('faint', name)),
    [
      'Response time',
      milliseconds(value.avg_response_time_ms),
      milliseconds(value.p50_response_time_ms),
      milliseconds(value.p95_response_time_ms),
      milliseconds(value.p99_response_time_ms),
    ],
    ['Load time', milliseconds(load.avg_ms), '', milliseconds(load.p95_ms), ''],
  ]
  const lines = [
    ...scopeLines(value, style),
    style('faint', `Window of ${span(value.window_seconds)}, figures since ${instant(value.since)}`),
    ...table(rows, ['left', 'right', 'right']),
    '',
    ...table(times, ['left', 'right', 'right', 'right', 'right']),
  ]
  return { lines, json: text, exitCode: EXIT.ok }
}
