import { compileGlob } from '../glob.ts'
import { flowOf } from './flow.ts'
import type { Ledger } from './ledger.ts'
import { textOf } from './queries.ts'
import type { Reports } from './reports.ts'
import { Timeline } from './timeline.ts'
import type { Metrics } from './types.ts'

/** What can be asked of counts, whoever counted them. */
export type Figures = Pick<
  Metrics,
  | 'overall'
  | 'patterns'
  | 'pattern'
  | 'topPatterns'
  | 'endpoints'
  | 'lowPerformers'
  | 'health'
  | 'series'
  | 'seriesBy'
  | 'flow'
  | 'tiers'
  | 'snapshot'
>

export function figuresOf(ledger: Ledger, reports: Reports): Figures {
  const timeline = new Timeline(ledger)
  return {
    overall: (query) => reports.overall(query),
    patterns: (query) => reports.patterns(() => true, query),
    pattern: (glob, query) => reports.patterns(compileGlob(textOf('pattern', glob)), query),
    topPatterns: (limit, query) => reports.topPatterns(limit, query),
    endpoints: (query) => reports.endpoints(query),
    lowPerformers: (query) => reports.lowPerformers(query),
    health: (query) => reports.health(query),
    series: (query) => timeline.series(query),
    seriesBy: (query) => timeline.seriesBy(query),
    flow: (query) => flowOf(ledger, query),
    tiers: (query) => reports.tiers(query),
    snapshot: (query) => reports.snapshot(query),
  }
}
