import type { Spread } from '../spread.ts'
import { table } from '../table.ts'
import type { Figure, RowResult, TrialResult, Verdict } from './results.ts'

export function reportOf({ title, operation, trials }: RowResult): string {
  return [`${title}: ${operation}`, ...trials.map(trialReport)].join('\n\n')
}

function trialReport({ name, figures, verdicts }: TrialResult): string {
  const withServer = figures.some(({ serverCpuNanoseconds }) => serverCpuNanoseconds !== undefined)
  const head = [name, 'each', 'middle half', 'CPU each', ...(withServer ? ['Redis CPU'] : []), 'per second']
  const rows = figures.map((figure) => [
    nameOf(figure),
    timeOf(figure.nanoseconds),
    halfOf(figure.nanoseconds),
    timeOf(figure.cpuNanoseconds),
    ...(withServer ? [timeOf(figure.serverCpuNanoseconds)] : []),
    rateOf(figure.nanoseconds),
  ])
  return [table(head, rows), ...(verdicts.length === 0 ? [] : [verdictTable(verdicts)])].join('\n\n')
}

function verdictTable(verdicts: readonly Verdict[]): string {
  return table(
    ['ratio', 'median', 'middle half', 'goal', ''],
    verdicts.map(({ text, value, goal, reached }) => [
      text,
      value === undefined ? '-' : ratioText(value.median),
      value === undefined ? '-' : `${ratioText(value.q1)}-${ratioText(value.q3)}`,
      goal.atLeast === undefined ? `<= ${goal.atMost}` : `>= ${goal.atLeast}`,
      value === undefined ? 'no figures' : reached ? 'reached' : 'MISSED',
    ]),
  )
}

export function nameOf({ name, version, disqualified }: Figure): string {
  const full = version === undefined ? name : `${name} ${version}`
  return disqualified === undefined ? full : `${full} (disqualified)`
}

export function ratioText(ratio: number): string {
  return ratio >= 10 ? ratio.toFixed(1) : ratio.toFixed(2)
}

function halfOf(spread: Spread | undefined): string {
  return spread === undefined ? '-' : `${durationText(spread.q1)}-${durationText(spread.q3)}`
}

function timeOf(spread: Spread | undefined): string {
  return spread === undefined ? '-' : durationText(spread.median)
}

function rateOf(spread: Spread | undefined): string {
  return spread === undefined ? '-' : Math.round(1e9 / spread.median).toLocaleString('en-GB')
}

export function durationText(nanoseconds: number): string {
  if (nanoseconds < 1_000) return `${nanoseconds.toFixed(0)} ns`
  if (nanoseconds < 1e6) return `${(nanoseconds / 1e3).toPrecision(3)} µs`
  return `${(nanoseconds / 1e6).toPrecision(3)} ms`
}
