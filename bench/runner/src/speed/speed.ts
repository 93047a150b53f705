import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { startRedis } from '@hitrate/test-support'
import { provenance } from '../provenance.ts'
import { reportOf } from './report.ts'
import type { RowResult, SpeedResults } from './results.ts'
import { ROWS } from './rows/index.ts'

const RESULTS = new URL('../../../results/speed.json', import.meta.url)
const ROUNDS = 15
const TURN_MS = 150

/**
 * How fast Hitrate is beside its peers and beside what the runtime and Redis allow. `--only ROW` (repeatable) leaves the
 * others out, `--trials N` the later circumstances, `--goals` whom no goal names; `--rounds N` and `--turn MS` set the pace; `--save` keeps the results.
 */
export async function speed(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', multiple: true },
      trials: { type: 'string' },
      goals: { type: 'boolean', default: false },
      rounds: { type: 'string', default: String(ROUNDS) },
      turn: { type: 'string', default: String(TURN_MS) },
      save: { type: 'boolean', default: false },
    },
  })
  const unknown = values.only?.find((given) => ROWS.every(({ name }) => name !== given))
  if (unknown !== undefined) {
    const accepted = ROWS.map(({ name }) => name).join(', ')
    throw new Error(`--only: no row is called ${JSON.stringify(unknown)}; accepted: ${accepted}`)
  }
  const pace = {
    rounds: wholeNumber('--rounds', values.rounds),
    turnMs: wholeNumber('--turn', values.turn),
    goalsOnly: values.goals,
    trials: values.trials === undefined ? undefined : wholeNumber('--trials', values.trials),
  }
  const rows: RowResult[] = []
  for (const row of ROWS.filter(({ name }) => values.only?.includes(name) ?? true)) {
    console.log(`${row.name}: ${row.title}`)
    const result = await row.measure(pace)
    console.log(`\n${reportOf(result)}\n`)
    rows.push(result)
  }
  if (!values.save) return
  await using redis = await startRedis()
  const results: SpeedResults = { ...(await provenance(redis)), rows }
  await writeFile(RESULTS, `${JSON.stringify(results, undefined, 2)}\n`)
  console.log('kept in bench/results/speed.json')
}

function wholeNumber(name: string, given: string): number {
  const value = Number(given)
  if (Number.isSafeInteger(value) && value >= 1) return value
  throw new Error(`${name} must be a whole number from 1, got ${JSON.stringify(given)}`)
}
