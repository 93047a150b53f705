/**
 * `npm run faults`: the scenarios, one after the other. `--long`: their long variants, random schedules and histories, and
 * the check that known bugs would be noticed; up to an hour. `--only NN`: one of them; also `schedules` and `mutations`.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Figures } from './figures.ts'
import { checkMutations } from './mutations.ts'
import { REPOSITORY, runVitest } from './run-vitest.ts'
import { aligned, figuresTable } from './table.ts'

const USAGE = 'npm run faults -- [--long] [--only NN|schedules|mutations]'
/** Random schedules of a long run. */
const SEEDS = '10000'
const TELL_EVERY_MS = 30_000

/** One part of a run: how it is called, and how it ended. */
interface Part {
  readonly name: string
  run(): Promise<Ending>
}
interface Ending {
  readonly ok: boolean
  readonly what: string
}

const directory = mkdtempSync(join(tmpdir(), 'hitrate-faults-'))
const figuresFile = join(directory, 'figures.jsonl')
const progressFile = join(directory, 'progress.txt')
process.on('exit', () => rmSync(directory, { recursive: true, force: true }))

const { long, only } = readArguments()
const parts = [...scenarios(), ...(long || only !== undefined ? [schedules(), mutations()] : [])].filter(
  ({ name }) => only === undefined || name === only || name.startsWith(`${only.padStart(2, '0')}-`),
)
if (parts.length === 0) refuse(`nothing is called ${only}`)

const began = performance.now()
const endings: string[][] = []
let failed = false
for (const [index, part] of parts.entries()) {
  const since = performance.now()
  console.log(`[${clock(began)}] ${index + 1} of ${parts.length}: ${part.name}`)
  const telling = setInterval(
    () => console.log(`[${clock(began)}]   ${lastLine(progressFile)}`),
    TELL_EVERY_MS,
  )
  const { ok, what } = await part.run().finally(() => clearInterval(telling))
  failed ||= !ok
  endings.push([part.name, ok ? 'passed' : 'FAILED', clock(since), what])
  if (!ok) console.log(what)
}

console.log(`\n${figuresTable(linesOf(figuresFile).map((line): Figures => JSON.parse(line)))}`)
const firstLines = endings.map(([name = '', verdict = '', took = '', what = '']) => [
  name,
  verdict,
  took,
  firstLine(what),
])
console.log(`\n${aligned([['part', 'verdict', 'took', ''], ...firstLines])}`)
console.log(`\n${failed ? 'FAILED' : 'All passed'} in ${clock(began)}`)
if (failed) process.exitCode = 1

function scenarios(): Part[] {
  const folder = join(REPOSITORY, 'faults', 'scenarios')
  return readdirSync(folder)
    .filter((file) => file.endsWith('.test.ts'))
    .sort()
    .map((file) => ({
      name: file.replace('.test.ts', ''),
      run: () => runTests('faults', join('faults', 'scenarios', file)),
    }))
}

function schedules(): Part {
  const file = 'packages/hitrate/test/model/scheduled.test.ts'
  return { name: 'schedules', run: () => runTests('hitrate', file, { SEEDS }) }
}

function mutations(): Part {
  return {
    name: 'mutations',
    async run() {
      const verdicts = await checkMutations(({ name, caught, by }) =>
        console.log(`[${clock(began)}]   ${name}: ${caught ? 'caught by' : 'NOT CAUGHT:'} ${firstLine(by)}`),
      )
      const missed = verdicts.filter(({ caught }) => !caught)
      const what = `${verdicts.length - missed.length} of ${verdicts.length} caught`
      return { ok: missed.length === 0, what }
    },
  }
}

async function runTests(
  project: string,
  file: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Ending> {
  const { passed, failed, broken, output } = await runVitest({
    project,
    files: [file],
    env: {
      ...env,
      FAULTS_LONG: long ? '1' : '0',
      FAULTS_FIGURES: figuresFile,
      FAULTS_PROGRESS: progressFile,
    },
  })
  const ok = failed.length === 0 && broken.length === 0 && passed > 0
  return {
    ok,
    what: ok ? `${passed} tests` : `${failed.length} of ${passed + failed.length} tests failed\n${output}`,
  }
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .filter((line) => line !== '')
  } catch {
    return []
  }
}

function lastLine(file: string): string {
  return linesOf(file).at(-1) ?? 'running'
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? ''
}

function clock(since: number): string {
  const seconds = Math.round((performance.now() - since) / 1_000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

function readArguments(): { readonly long: boolean; readonly only: string | undefined } {
  try {
    const { values } = parseArgs({
      options: { long: { type: 'boolean', default: false }, only: { type: 'string' } },
    })
    return { long: values.long, only: values.only }
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error))
  }
}

function refuse(reason: string): never {
  console.error(`${reason}\n${USAGE}`)
  process.exit(2)
}
