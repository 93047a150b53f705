import { readFile, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { startRedis } from '@hitrate/test-support'
import { provenance } from '../provenance.ts'
import { table } from '../table.ts'
import {
  type Baseline,
  isWorse,
  type KnownRatio,
  limitOf,
  type RatioOfRun,
  ratiosOf,
  withRuns,
} from './baseline.ts'
import { ratioText } from './report.ts'
import type { Row, RowPace } from './row.ts'
import { chosenRows } from './rows/index.ts'
import { WARM_UP_MS } from './run-race.ts'

const BASELINE = new URL('../../../results/baseline.json', import.meta.url)
const PACE: RowPace = { warmUpMs: WARM_UP_MS, rounds: 9, turnMs: 150, goalsOnly: true, trials: 1 }
const RUNS = 3

/**
 * Whether a ratio got worse than all kept ones by more than a tenth: the main rows of `speed`, in short form. What seems worse is measured once more, in new processes, before it is called so. `--only ROW` (repeatable) leaves
 * the others out; `--save` takes three runs as the new baseline.
 */
export async function guard(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: { only: { type: 'string', multiple: true }, save: { type: 'boolean', default: false } },
  })
  const rows = chosenRows(values.only).filter(({ guarded }) => guarded)
  if (values.save) await saveBaseline(rows)
  else await compare(rows)
}

async function saveBaseline(rows: readonly Row[]): Promise<void> {
  const measured: RatioOfRun[] = []
  for (let run = 1; run <= RUNS; run++) {
    for (const row of rows) {
      console.log(`run ${run} of ${RUNS}, ${row.name}`)
      measured.push(...ratiosOf(await row.measure(PACE)))
    }
  }
  const before = await readBaseline()
  await using redis = await startRedis()
  const baseline: Baseline = { ...(await provenance(redis)), ratios: withRuns(before, measured) }
  await writeFile(BASELINE, `${JSON.stringify(baseline, undefined, 2)}\n`)
  console.log('kept in bench/results/baseline.json')
}

async function compare(rows: readonly Row[]): Promise<void> {
  const known = await readBaseline()
  const missing = rows.filter(({ name }) => known.every(({ row }) => row !== name))
  if (missing.length > 0) {
    throw new Error(`no baseline of ${missing.map(({ name }) => name).join(', ')}: --save takes one`)
  }
  const cells: string[][] = []
  let worse = 0
  for (const row of rows) {
    console.log(row.name)
    const found = ratiosOf(await row.measure(PACE))
    const doubted = found.some((ratio) => suspects(known, ratio))
    if (doubted) console.log(`${row.name} seems worse: once more`)
    const again = doubted ? ratiosOf(await row.measure(PACE)) : found
    for (const [index, first] of found.entries()) {
      const second = again[index] ?? first
      const before = known.find(({ row: of, text }) => of === first.row && text === first.text)
      const confirmed = suspects(known, first) && suspects(known, second)
      if (confirmed) worse++
      cells.push([
        `${first.row}: ${first.text}`,
        before === undefined ? '-' : before.runs.map(ratioText).join(' '),
        before === undefined ? '-' : `${before.better === 'more' ? '≥' : '≤'} ${ratioText(limitOf(before))}`,
        doubted ? `${ratioText(first.value)} ${ratioText(second.value)}` : ratioText(first.value),
        before === undefined ? 'new' : confirmed ? 'WORSE' : 'as before',
      ])
    }
  }
  console.log(`\n${table(['ratio', 'baseline', 'allowed', 'now', ''], cells)}`)
  if (worse === 0) return
  console.log(`\n${worse} of ${cells.length} got worse`)
  process.exitCode = 1
}

function suspects(known: readonly KnownRatio[], { row, text, value }: RatioOfRun): boolean {
  const before = known.find((ratio) => ratio.row === row && ratio.text === text)
  return before !== undefined && isWorse(before, value)
}

async function readBaseline(): Promise<readonly KnownRatio[]> {
  const text = await readFile(BASELINE, 'utf8').catch(() => '{"ratios":[]}')
  const { ratios }: Baseline = JSON.parse(text)
  return ratios
}
