import type { PatternFigures } from '@hitrate/monitor'
import { missCost } from '../../figures/traffic.ts'
import { type Interval, wilsonInterval } from '../../figures/wilson.ts'

/** A pattern with what the table adds to its figures. */
export interface PatternRow {
  readonly figures: PatternFigures
  /** Of all lookups of the window. */
  readonly share: number
  readonly interval: Interval
  readonly missCostMs: number
  /** What low performers are told, where it is one. */
  readonly advice: string | undefined
}

export const COLUMNS = ['pattern', 'share', 'hit_rate', 'p95', 'load', 'cost', 'size', 'ttl'] as const
export type Column = (typeof COLUMNS)[number]

const VALUES: Readonly<Record<Column, (row: PatternRow) => number | string>> = {
  pattern: ({ figures }) => figures.pattern,
  share: ({ share }) => share,
  hit_rate: ({ figures }) => figures.hit_rate,
  p95: ({ figures }) => figures.p95_response_time_ms,
  load: ({ figures }) => figures.avg_load_time_ms,
  cost: ({ missCostMs }) => missCostMs,
  size: ({ figures }) => figures.avg_size_bytes,
  ttl: ({ figures }) => figures.ttl_seconds ?? 0,
}

export function rowsOf(
  patterns: readonly PatternFigures[],
  total: number,
  adviceOf: ReadonlyMap<string, string>,
): readonly PatternRow[] {
  return patterns.map((figures) => ({
    figures,
    share: total === 0 ? 0 : figures.total_requests / total,
    interval: wilsonInterval(figures.cache_hits, figures.total_requests),
    missCostMs: missCost(figures),
    advice: adviceOf.get(figures.pattern),
  }))
}

/** Equal ones by lookups and then by name, as the API has them, so that rows do not dance. */
export function sorted(
  rows: readonly PatternRow[],
  column: Column,
  descending: boolean,
): readonly PatternRow[] {
  const orderOf = VALUES[column]
  const direction = descending ? -1 : 1
  return rows.toSorted((left, right) => {
    const a = orderOf(left)
    const b = orderOf(right)
    if (a !== b) return a < b ? -direction : direction
    const more = right.figures.total_requests - left.figures.total_requests
    if (more !== 0) return more
    return left.figures.pattern < right.figures.pattern ? -1 : 1
  })
}
