import { readFile, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { startPostgres, startRedis } from '@hitrate/test-support'
import { provenance } from '../provenance.ts'
import { table } from '../table.ts'
import { wholeNumber } from '../whole-number.ts'
import { ABUSES, type AbuseName } from './abuses/index.ts'
import type { ShopServers } from './children/shop.ts'
import { measure, type Pace, rehearse, VISITORS_PER_SECOND } from './measure.ts'
import { problemsOf } from './problems.ts'
import { HEAD, rows, withTable } from './report.ts'
import type { AbuseResult, AbuseResults } from './results.ts'
import { type Stage, setStage } from './stage.ts'

const RESULTS = new URL('../../../results/abuse.json', import.meta.url)
const PAGE = new URL('../../../../docs/securing-the-monitor.md', import.meta.url)
const REHEARSAL_MS = 1_500

/**
 * What an application's own visitors suffer while its monitor is abused, in each of several ways. `--only NAME` (repeatable)
 * leaves the others out; `--rounds N` and `--turn MS` set the pace; `--save` keeps the figures and writes the page's table.
 * Fails when anything was answered wrongly, or when memory grew.
 */
export async function abuse(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', multiple: true },
      rounds: { type: 'string', default: '2' },
      turn: { type: 'string', default: '3000' },
      save: { type: 'boolean', default: false },
    },
  })
  const chosen = chosenAbuses(values.only)
  if (values.save && values.only !== undefined) throw new Error('--save wants all abuses, without --only')
  const pace = {
    rounds: wholeNumber('--rounds', values.rounds),
    turnMs: wholeNumber('--turn', values.turn),
  }
  await using redis = await startRedis()
  await using postgres = await startPostgres()
  const abuses = await abuseAll({ redisUrl: redis.url, databaseUrl: postgres.url }, chosen, pace)
  console.log(`\n${table(HEAD, rows(abuses))}`)
  if (values.save) {
    await save({
      ...(await provenance(redis)),
      visitorsPerSecond: VISITORS_PER_SECOND,
      seconds: (pace.rounds * pace.turnMs) / 1_000,
      abuses,
    })
  }
  for (const problem of abuses.flatMap(problemsOf)) {
    console.log(`WRONG ${problem}`)
    process.exitCode = 1
  }
}

async function abuseAll(
  servers: ShopServers,
  names: readonly AbuseName[],
  pace: Pace,
): Promise<readonly AbuseResult[]> {
  await using stage: Stage = await setStage(servers)
  console.log(`a marketplace with ${VISITORS_PER_SECOND} visits a second, and its monitor abused:`)
  for (const name of names) await rehearse(stage, name, REHEARSAL_MS)
  const results: AbuseResult[] = []
  for (const name of names) {
    const result = await measure(stage, name, pace)
    const [alone, beside, abused] = [result.alone, result.beside, result.abused].map(({ p99Ms }) =>
      p99Ms.toFixed(2),
    )
    console.log(`  ${name}: p99 ${alone} ms alone, ${beside} beside another that is, ${abused} abused`)
    results.push(result)
  }
  return results
}

function isAbuse(name: string): name is AbuseName {
  return Object.hasOwn(ABUSES, name)
}

function chosenAbuses(names: readonly string[] | undefined): readonly AbuseName[] {
  const all = Object.keys(ABUSES).filter(isAbuse)
  const unknown = names?.find((name) => !isAbuse(name))
  if (unknown !== undefined) {
    throw new Error(`no abuse is called ${JSON.stringify(unknown)}; accepted: ${all.join(', ')}`)
  }
  return all.filter((name) => names?.includes(name) ?? true)
}

async function save(results: AbuseResults): Promise<void> {
  await writeFile(RESULTS, `${JSON.stringify(results, undefined, 2)}\n`)
  await writeFile(PAGE, withTable(await readFile(PAGE, 'utf8'), results))
  console.log('\nkept in bench/results/abuse.json and in docs/securing-the-monitor.md')
}
