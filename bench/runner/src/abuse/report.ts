import { taken } from '../provenance.ts'
import { markdownTable } from '../table.ts'
import { withWritten } from '../written.ts'
import type { AbuseResult, AbuseResults, Suffered } from './results.ts'

const MEGABYTE = 2 ** 20

export const HEAD: readonly string[] = [
  '',
  'alone: p50, p99, max ms',
  'another server abused so',
  'the monitor abused so',
  'processor',
  'answers',
  'memory in use, resident MB',
]

export function rows(results: readonly AbuseResult[]): readonly (readonly string[])[] {
  return results.map(({ about, alone, beside, abused, answers, before, after }) => [
    about,
    times(alone),
    times(beside),
    times(abused),
    `${percent(alone)} → ${percent(abused)}`,
    Object.entries(answers.answers)
      .map(([answer, count]) => `${answer}: ${count.toLocaleString('en-GB')}`)
      .join(', '),
    `${megabytes(before.inUseBytes)} → ${megabytes(after.inUseBytes)}, ${megabytes(before.residentBytes)} → ${megabytes(after.residentBytes)}`,
  ])
}

function times({ p50Ms, p99Ms, maxMs }: Suffered): string {
  return [p50Ms, p99Ms, maxMs].map((ms) => ms.toFixed(ms < 10 ? 2 : 1)).join(', ')
}

/** Of one core. */
function percent({ cpuMsPerSecond }: Suffered): string {
  return cpuMsPerSecond === undefined ? '-' : `${(cpuMsPerSecond / 10).toFixed(0)} %`
}

function megabytes(bytes: number): string {
  return (bytes / MEGABYTE).toFixed(1)
}

/** The page with its table replaced. Throws where the page has no place for one. */
export function withTable(page: string, results: AbuseResults): string {
  const text = `${markdownTable(HEAD, rows(results.abuses))}\n\n${taken(results)}`
  return withWritten(page, 'abuse', 'npm run bench -- abuse --save', text)
}
