import type { PatternFigures, PatternsAnswer } from '@hitrate/monitor'
import type { LatencyFigures } from './latencies.ts'
import type { Shopping } from './shopping.ts'
import { type Column, count, milliseconds, percent, textTable } from './table.ts'

/** Unreadable lines shown in full; the rest is counted. */
const SHOWN_PROBLEMS = 10

/** The row that adds all patterns up; no keyspace can be called so. */
const ALL = '(all)'

type PatternRow = Pick<PatternFigures, 'pattern' | 'total_requests' | 'cache_hits' | 'hit_rate'> &
  Pick<PatternFigures, 'p50_response_time_ms' | 'p95_response_time_ms' | 'p99_response_time_ms'>

const PATTERN_COLUMNS: readonly Column<PatternRow>[] = [
  { title: 'pattern', cell: ({ pattern }) => pattern, left: true },
  { title: 'requests', cell: (row) => count(row.total_requests) },
  { title: 'hits', cell: (row) => count(row.cache_hits) },
  { title: 'hit rate', cell: (row) => percent(row.hit_rate) },
  { title: 'p50 ms', cell: (row) => milliseconds(row.p50_response_time_ms, 3) },
  { title: 'p95 ms', cell: (row) => milliseconds(row.p95_response_time_ms, 3) },
  { title: 'p99 ms', cell: (row) => milliseconds(row.p99_response_time_ms, 3) },
]

/** What the cache says of itself, most requested pattern first. */
export function patternTable({ patterns, aggregate }: PatternsAnswer): string {
  return textTable([...patterns, { ...aggregate, pattern: ALL }], PATTERN_COLUMNS)
}

type LatencyRow = LatencyFigures & { readonly kind: string }

const LATENCY_COLUMNS: readonly Column<LatencyRow>[] = [
  { title: 'request', cell: ({ kind }) => kind, left: true },
  { title: 'sent', cell: (row) => count(row.requests) },
  { title: 'failed', cell: (row) => count(row.failed) },
  { title: 'p50 ms', cell: (row) => milliseconds(row.p50Ms, 2) },
  { title: 'p95 ms', cell: (row) => milliseconds(row.p95Ms, 2) },
  { title: 'p99 ms', cell: (row) => milliseconds(row.p99Ms, 2) },
  { title: 'max ms', cell: (row) => milliseconds(row.maxMs, 2) },
]

/** What the client waited for its answers. */
export function latencyTable(rows: readonly LatencyRow[]): string {
  return textTable(rows, LATENCY_COLUMNS)
}

/** What the files held, with the lines that could not be read. */
export function shoppingText({ views, visits, codes, skipped, unreadable }: Shopping): string {
  const lines = [
    `${count(views.length)} lines of orders: ${count(visits)} visits, ${count(codes.size)} products; ${count(skipped)} skipped without a StockCode, ${count(unreadable.length)} unreadable`,
    ...unreadable.slice(0, SHOWN_PROBLEMS).map((problem) => `  ${problem}`),
  ]
  const more = unreadable.length - SHOWN_PROBLEMS
  return [...lines, ...(more > 0 ? [`  and ${count(more)} more`] : [])].join('\n')
}

/** Whether the cache has counted what was sent; other traffic, or another process behind the same address, shows here. */
export function countingText(answer: PatternsAnswer, sent: number, codes: number): string {
  const product = answer.patterns.find(({ pattern }) => pattern === 'product:*')
  if (product === undefined) return `product:* has no lookups, though ${count(sent)} lines were sent`
  const { hit_l1 = 0, hit_l2 = 0, stale = 0, miss = 0, coalesced = 0, bypass = 0 } = product.outcomes
  const lookups = product.total_requests + bypass
  const compared = lookups === sent ? 'equal' : 'DIFFER FROM'
  return [
    `product:* lookups ${count(lookups)} ${compared} the lines sent ${count(sent)}:`,
    `hits ${count(hit_l1 + hit_l2 + stale)} + misses ${count(miss)} + coalesced ${count(coalesced)}`,
    `(products in the files: ${count(codes)})`,
  ].join(' ')
}
