import { taken } from '../provenance.ts'
import { markdownTable } from '../table.ts'
import { withWritten } from '../written.ts'
import { cell } from './cells.ts'
import type { ProbeName } from './probes/index.ts'
import type { BehaviourResults } from './results.ts'

/** What a reader compares; the wiring is only checked. */
const COLUMNS = [
  ['errorStampede', 'loads for 20 callers, all failing'],
  ['invalidation', 'deleted during a load: then cached'],
  ['invalidationRedis', 'the same, with Redis'],
  ['refused', 'Redis refuses: a lookup takes'],
  ['mute', 'Redis is mute: a lookup takes'],
  ['counters', '100 callers, one load, counted as'],
] as const satisfies readonly (readonly [ProbeName, string])[]

export const HEAD: readonly string[] = ['', ...COLUMNS.map(([, title]) => title)]

export function rows({ subjects }: Pick<BehaviourResults, 'subjects'>): readonly (readonly string[])[] {
  return subjects.map(({ name, version, reports }) => [
    `${name} ${version}`,
    ...COLUMNS.map(([probe]) => cell(probe, reports)),
  ])
}

/** The page with its table replaced. Throws where the page has no place for one. */
export function withTable(page: string, results: BehaviourResults): string {
  const text = `${markdownTable(HEAD, rows(results))}\n\n${taken(results)}`
  return withWritten(page, 'behaviour', 'npm run bench -- behaviour --save', text)
}
