import type { PatternsAnswer } from '../../contract/answers.ts'
import { type Command, withQuery } from '../command.ts'
import { EXIT } from '../failure.ts'
import { bytes, count, milliseconds, percent, printable, span } from '../format.ts'
import { scopeLines } from '../scope.ts'
import { table } from '../table.ts'

const COLUMNS = ['Pattern', 'Lookups', 'Hit rate', 'p95', 'Load avg', 'Value avg', 'ttl'] as const

/** Below it a pattern is one of the low performers. */
const LOW = 0.5

export const patterns: Command = async ({ client, arguments: { window, scope }, style }) => {
  const path = withQuery('/stats/patterns', { window, scope })
  const { value, text } = await client.get<PatternsAnswer>(path, ['patterns', 'aggregate', 'total'])
  const rows = value.patterns.map((pattern) => {
    const rate = percent(pattern.hit_rate)
    return [
      printable(pattern.pattern),
      count(pattern.total_requests),
      pattern.total_requests > 0 && pattern.hit_rate < LOW ? style('doubtful', rate) : rate,
      milliseconds(pattern.p95_response_time_ms),
      milliseconds(pattern.avg_load_time_ms),
      bytes(pattern.avg_size_bytes),
      pattern.ttl_seconds === null ? '-' : span(pattern.ttl_seconds),
    ]
  })
  const { aggregate } = value
  const cut =
    value.total > value.patterns.length ? [`(${value.patterns.length} of ${value.total} patterns)`] : []
  const lines = [
    ...scopeLines(value, style),
    ...table(
      [
        COLUMNS.map((name) => style('faint', name)),
        ...rows,
        ['All', count(aggregate.total_requests), percent(aggregate.hit_rate)].map((cell) =>
          style('strong', cell),
        ),
      ],
      ['left', 'right', 'right', 'right', 'right', 'right', 'right'],
    ),
    ...cut,
  ]
  return { lines, json: text, exitCode: EXIT.ok }
}
