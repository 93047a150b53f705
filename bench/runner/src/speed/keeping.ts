import { mkdir, readFile, writeFile } from 'node:fs/promises'
import type { Provenance } from '../provenance.ts'
import { chartOf, isDrawn, PAGES, withRows } from './pages.ts'
import type { KeptRow, RowResult, SpeedResults } from './results.ts'

const ROOT = new URL('../../../../', import.meta.url)
const RESULTS = new URL('bench/results/speed.json', ROOT)
const CHARTS = new URL('docs/images/bench/', ROOT)

/** Keeps the rows in place of those of their names, draws their charts, and writes what the pages say of them. */
export async function keep(
  rows: readonly RowResult[],
  provenance: Provenance,
  order: readonly string[],
): Promise<void> {
  const before = await readKept()
  const measured = rows.map((row): KeptRow => ({ ...provenance, ...row }))
  const kept = order.flatMap((name) =>
    [measured, before].flatMap((from) => from.find((row) => row.name === name) ?? []).slice(0, 1),
  )
  const results: SpeedResults = { rows: kept }
  await writeFile(RESULTS, `${JSON.stringify(results, undefined, 2)}\n`)
  await mkdir(CHARTS, { recursive: true })
  for (const row of measured.filter(isDrawn))
    await writeFile(new URL(`${row.name}.svg`, CHARTS), chartOf(row))
  for (const [path, names] of Object.entries(PAGES)) {
    const page = new URL(path, ROOT)
    await writeFile(page, withRows(await readFile(page, 'utf8'), names, kept))
  }
}

async function readKept(): Promise<readonly KeptRow[]> {
  const text = await readFile(RESULTS, 'utf8').catch(() => '{"rows":[]}')
  const { rows }: SpeedResults = JSON.parse(text)
  return rows
}
