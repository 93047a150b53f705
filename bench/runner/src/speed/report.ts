import type { Spread } from '../spread.ts'
import { table } from '../table.ts'
import type { Figure, RowResult, TrialResult, Verdict } from './results.ts'

export function reportOf({ title, operation, trials }: RowResult): string {
  return [`${title}: ${operation}`, ...trials.map(trialReport)].join('\n\n')
}

/** A column is shown where anybody has a figure for it. */
const COLUMNS: readonly (readonly [string, (figure: Figure) => string | undefined])[] = [
  ['each', ({ nanoseconds }) => nanoseconds && durationText(nanoseconds.median)],
  ['middle half', ({ nanoseconds }) => nanoseconds && halfOf(nanoseconds, durationText)],
  ['CPU each', ({ cpuNanoseconds }) => cpuNanoseconds && durationText(cpuNanoseconds.median)],
  [
    'Redis CPU',
    ({ serverCpuNanoseconds }) => serverCpuNanoseconds && durationText(serverCpuNanoseconds.median),
  ],
  [
    'per second',
    ({ nanoseconds, cpuNanoseconds }) => cpuNanoseconds && nanoseconds && whole(1e9 / nanoseconds.median),
  ],
  ['bytes', ({ bytes }) => bytes && whole(bytes.median)],
  ['middle half', ({ bytes }) => bytes && halfOf(bytes, whole)],
  [
    'commands',
    ({ commands }) => commands && ratioText(Object.values(commands).reduce((sum, each) => sum + each, 0)),
  ],
  ['which', ({ commands }) => commands && commandsText(commands)],
]

function trialReport(trial: TrialResult): string {
  const { verdicts } = trial
  return [
    table(...figureTable(trial)),
    ...(verdicts.length === 0 ? [] : [table(...verdictTable(verdicts))]),
  ].join('\n\n')
}

type Cells = [head: readonly string[], rows: readonly (readonly string[])[]]

export function figureTable({ name, figures }: TrialResult): Cells {
  const columns = COLUMNS.filter(([, cell]) => figures.some((figure) => cell(figure) !== undefined))
  const head = [name, ...columns.map(([title]) => title)]
  return [head, figures.map((figure) => [nameOf(figure), ...columns.map(([, cell]) => cell(figure) ?? '-')])]
}

export function verdictTable(verdicts: readonly Verdict[]): Cells {
  return [
    ['goals', 'median', 'middle half', 'goal', ''],
    verdicts.map(({ text, value, goal, reached }) => [
      text,
      value === undefined ? '-' : ratioText(value.median),
      value === undefined ? '-' : halfOf(value, ratioText),
      goal.atLeast === undefined ? `≤ ${goal.atMost}` : `≥ ${goal.atLeast}`,
      value === undefined ? 'no figures' : reached ? 'reached' : 'MISSED',
    ]),
  ]
}

export function nameOf({ name, version, disqualified }: Figure): string {
  const full = version === undefined ? name : `${name} ${version}`
  return disqualified === undefined ? full : `${full} (disqualified)`
}

export function ratioText(ratio: number): string {
  return ratio >= 100 ? ratio.toFixed(0) : ratio >= 10 ? ratio.toFixed(1) : ratio.toFixed(2)
}

/** `EVALSHA 1, GET 2`. */
function commandsText(commands: Readonly<Record<string, number>>): string {
  return Object.entries(commands)
    .sort(([, one], [, other]) => other - one)
    .map(([name, each]) => `${name} ${Number(each.toFixed(2))}`)
    .join(', ')
}

function halfOf({ q1, q3 }: Spread, text: (value: number) => string): string {
  return `${text(q1)}-${text(q3)}`
}

export function whole(value: number): string {
  return Math.round(value).toLocaleString('en-GB')
}

export function durationText(nanoseconds: number): string {
  if (nanoseconds < 1_000) return `${nanoseconds.toFixed(0)} ns`
  if (nanoseconds < 1e6) return `${(nanoseconds / 1e3).toPrecision(3)} µs`
  return `${(nanoseconds / 1e6).toPrecision(3)} ms`
}
