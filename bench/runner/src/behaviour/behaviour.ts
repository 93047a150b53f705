import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { provenance } from '../provenance.ts'
import { dependenciesOf, SUBJECTS, type SubjectEntry } from '../subjects.ts'
import { table } from '../table.ts'
import { cell } from './cells.ts'
import type { ProbeReport } from './order.ts'
import { PROBES, type ProbeName } from './probes/index.ts'
import { broken } from './promises.ts'
import { HEAD, rows, withTable } from './report.ts'
import type { BehaviourResults, Reports, SubjectResults } from './results.ts'
import { runProbe } from './run-probe.ts'
import { type Servers, startServers } from './servers.ts'

const RESULTS = new URL('../../../results/behaviour.json', import.meta.url)
const README = new URL('../../../../README.md', import.meta.url)

/**
 * What Hitrate and its peers do when something goes wrong: each probe of each subject in a process of its own. `--only
 * NAME` (repeatable) leaves the others out; `--save` keeps the results and writes the README's table.
 */
export async function behaviour(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { only: { type: 'string', multiple: true }, save: { type: 'boolean', default: false } },
  })
  const chosen = choose(values.only)
  if (values.save && chosen.length < SUBJECTS.length)
    throw new Error('--save wants all subjects, without --only')

  await using servers = await startServers()
  const subjects: SubjectResults[] = []
  for (const subject of chosen) subjects.push(await examine(subject, servers))
  const results: BehaviourResults = { ...(await provenance(servers.redis)), subjects }

  console.log(`\n${table(HEAD, rows(results))}`)
  if (values.save) await save(results)
  for (const problem of subjects.flatMap(problems)) {
    console.log(problem)
    process.exitCode = 1
  }
}

function choose(names: readonly string[] | undefined): readonly SubjectEntry[] {
  const unknown = names?.find((name) => SUBJECTS.every((subject) => subject.name !== name))
  if (unknown === undefined) return SUBJECTS.filter(({ name }) => names?.includes(name) ?? true)
  const accepted = SUBJECTS.map(({ name }) => JSON.stringify(name)).join(', ')
  throw new Error(`no subject is called ${JSON.stringify(unknown)}; accepted: ${accepted}`)
}

async function examine(subject: SubjectEntry, servers: Servers): Promise<SubjectResults> {
  const dependencies = dependenciesOf(subject)
  const version = dependencies[subject.package] ?? 'unknown'
  console.log(`${subject.name} ${version}`)
  const reports: { -readonly [P in keyof Reports]: Reports[P] } = {}
  let setUp = ''
  const probe = async <P extends ProbeName>(name: P): Promise<ProbeReport<P>> => {
    const { about, server } = PROBES[name]
    const report = await runProbe(subject.module, name, await servers.address(server))
    console.log(`  ${about}: ${cell(name, { [name]: report })}`)
    setUp ||= report.setUp ?? ''
    return report
  }
  reports.wiring = await probe('wiring')
  reports.wiringRedis = await probe('wiringRedis')
  // Figures of a cache that isn't set up as they claim would be worth nothing.
  if (reports.wiring.finding !== undefined && reports.wiringRedis.finding !== undefined) {
    reports.errorStampede = await probe('errorStampede')
    reports.invalidation = await probe('invalidation')
    reports.invalidationRedis = await probe('invalidationRedis')
    reports.refused = await probe('refused')
    reports.mute = await probe('mute')
    reports.counters = await probe('counters')
  }
  return { name: subject.name, version, setUp, dependencies, reports }
}

function problems(results: SubjectResults): readonly string[] {
  if (results.reports.errorStampede === undefined)
    return [`${results.name}: the wiring is wrong, nothing was measured`]
  return results.name === 'Hitrate' ? broken(results).map((promise) => `Hitrate MISSED: ${promise}`) : []
}

async function save(results: BehaviourResults): Promise<void> {
  await mkdir(new URL('.', RESULTS), { recursive: true })
  await writeFile(RESULTS, `${JSON.stringify(results, undefined, 2)}\n`)
  await writeFile(README, withTable(await readFile(README, 'utf8'), results))
  console.log('\nkept in bench/results/behaviour.json and in the README')
}
