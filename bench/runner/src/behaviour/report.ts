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

/** The table of the README. */
export function markdown(results: BehaviourResults): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const { takenAt, commit, machine, node, redisServer } = results
  return [
    line(HEAD),
    line(HEAD.map(() => '---')),
    ...rows(results).map(line),
    '',
    `Taken on ${takenAt.slice(0, 10)} at commit ${commit}: ${machine.cores} cores (${machine.cpu}), Node ${node}, Redis ${redisServer}.`,
  ].join('\n')
}

const BEGIN = '<!-- behaviour: written by `npm run bench -- behaviour --save` -->'
const END = '<!-- /behaviour -->'

/** The page with its table replaced. Throws where the page has no place for one. */
export function withTable(page: string, results: BehaviourResults): string {
  const begin = page.indexOf(BEGIN)
  const end = page.indexOf(END)
  if (begin === -1 || end < begin) throw new Error(`the page has no lines ${BEGIN} and ${END}`)
  return `${page.slice(0, begin)}${BEGIN}\n${markdown(results)}\n${page.slice(end)}`
}
