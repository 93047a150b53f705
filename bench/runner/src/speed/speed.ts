import { parseArgs } from 'node:util'
import { startRedis } from '@hitrate/test-support'
import { provenance } from '../provenance.ts'
import { wholeNumber } from '../whole-number.ts'
import { keep } from './keeping.ts'
import { reportOf } from './report.ts'
import type { RowResult } from './results.ts'
import { chosenRows, ROWS } from './rows/index.ts'
import { WARM_UP_MS } from './run-race.ts'

const ROUNDS = 15
const TURN_MS = 150

/**
 * How fast Hitrate is beside its peers and beside what the runtime and Redis allow. `--only ROW` (repeatable) leaves the
 * others out, `--trials N` the later circumstances, `--goals` whom no goal names; `--warm-up MS`, `--rounds N` and
 * `--turn MS` set the pace; `--save` keeps the results, draws them, and writes the pages that tell of them.
 */
export async function speed(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', multiple: true },
      trials: { type: 'string' },
      goals: { type: 'boolean', default: false },
      'warm-up': { type: 'string', default: String(WARM_UP_MS) },
      rounds: { type: 'string', default: String(ROUNDS) },
      turn: { type: 'string', default: String(TURN_MS) },
      save: { type: 'boolean', default: false },
    },
  })
  const chosen = chosenRows(values.only)
  const pace = {
    warmUpMs: wholeNumber('--warm-up', values['warm-up']),
    rounds: wholeNumber('--rounds', values.rounds),
    turnMs: wholeNumber('--turn', values.turn),
    goalsOnly: values.goals,
    trials: values.trials === undefined ? undefined : wholeNumber('--trials', values.trials),
  }
  if (values.save && (values.goals || values.trials !== undefined)) {
    throw new Error('--save wants everybody and all circumstances, without --goals and --trials')
  }
  const rows: RowResult[] = []
  for (const row of chosen) {
    console.log(`${row.name}: ${row.title}`)
    const result = await row.measure(pace)
    console.log(`\n${reportOf(result)}\n`)
    rows.push(result)
  }
  if (!values.save) return
  await using redis = await startRedis()
  await keep(
    rows,
    await provenance(redis),
    ROWS.map(({ name }) => name),
  )
  console.log('kept in bench/results/speed.json, docs/images/bench and the pages that tell of it')
}
