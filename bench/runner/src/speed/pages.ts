import { taken } from '../provenance.ts'
import { markdownTable } from '../table.ts'
import { withWritten } from '../written.ts'
import { type Bar, barChart } from './chart.ts'
import { durationText, figureTable, nameOf, verdictTable, whole } from './report.ts'
import type { Figure, KeptRow } from './results.ts'

/** The pages that tell of rows, as paths in the repository. */
export const PAGES = {
  'docs/how-fast.md': [
    'l1-hit',
    'l1-million',
    'recording',
    'allocation',
    'l2-hit',
    'l2-hit-alone',
    'l2-get-many',
    'l2-set-many',
    'l2-miss',
    'http',
    'monitor',
  ],
  'docs/what-it-costs.md': ['memory', 'footprint', 'redis-commands'],
} as const

/** Seen at a glance; of the others the table says it as well. */
const DRAWN: readonly string[] = [
  'l1-hit',
  'l1-million',
  'l2-hit',
  'l2-hit-alone',
  'l2-get-many',
  'l2-set-many',
  'l2-miss',
  'http',
  'memory',
]

const COMMAND = 'npm run bench -- speed --save'

/** The page with what is kept of each of its rows. */
export function withRows(page: string, names: readonly string[], rows: readonly KeptRow[]): string {
  return names.reduce((text, name) => {
    const row = rows.find((kept) => kept.name === name)
    return row === undefined ? text : withWritten(text, name, COMMAND, markdown(row))
  }, page)
}

function markdown(row: KeptRow): string {
  const { title, operation, trials } = row
  const parts = trials.flatMap((trial) => [
    markdownTable(...figureTable(trial)),
    ...(trial.verdicts.length === 0 ? [] : [markdownTable(...verdictTable(trial.verdicts))]),
  ])
  const chart = isDrawn(row) ? [`![${title}: ${operation}](images/bench/${row.name}.svg)`] : []
  return [...chart, `Measured: ${operation}.`, ...parts, taken(row)].join('\n\n')
}

export function isDrawn({ name }: Pick<KeptRow, 'name'>): boolean {
  return DRAWN.includes(name)
}

/** Of the first circumstances. */
export function chartOf({ title, trials }: KeptRow): string {
  const [trial] = trials
  const figures = trial?.figures ?? []
  const inBytes = figures.some(({ bytes }) => bytes !== undefined)
  const about = `${trial?.name}; ${inBytes ? 'bytes' : 'time'}, shorter is better; the line is the middle half of the ${inBytes ? 'processes' : 'rounds'}`
  return barChart(title, about, figures.flatMap(barOf))
}

function barOf(figure: Figure): readonly Bar[] {
  const spread = figure.nanoseconds ?? figure.bytes
  if (spread === undefined) return []
  const text = figure.bytes === undefined ? durationText(spread.median) : `${whole(spread.median)} bytes`
  const kind = isOurs(figure) ? 'ours' : figure.version === undefined ? 'limit' : 'peer'
  return [{ name: nameOf(figure), value: spread.median, low: spread.q1, high: spread.q3, text, kind }]
}

function isOurs({ name }: Figure): boolean {
  return name.startsWith('Hitrate') || name === 'marketplace, cached'
}
