/**
 * Runs test files again and again, and stops at the first run that fails: what is stable passes every time.
 *
 *     npm run test:repeat -- <files> [--times 20]
 */
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'

const USAGE = 'Usage: npm run test:repeat -- <files> [--times 20]'

const { files, times } = readArguments()
const startedAt = performance.now()

for (let run = 1; run <= times; run++) {
  const runStartedAt = performance.now()
  const { status, stdout, stderr } = spawnSync('vitest', ['run', ...files], { encoding: 'utf8' })
  if (status !== 0) {
    process.stdout.write(`${stdout}${stderr}`)
    console.error(`Run ${run} of ${times} failed`)
    process.exit(1)
  }
  console.log(`Run ${run} of ${times} passed in ${seconds(runStartedAt)}`)
}
console.log(`${times} runs passed in ${seconds(startedAt)}`)

function readArguments(): { readonly files: readonly string[]; readonly times: number } {
  const { positionals, values } = parse()
  const given = Number(values.times)
  if (positionals.length === 0) refuse('No test files given')
  if (!Number.isInteger(given) || given < 1)
    refuse(`--times is ${values.times}, accepted is a whole number from 1`)
  return { files: positionals, times: given }
}

function parse() {
  try {
    return parseArgs({ allowPositionals: true, options: { times: { type: 'string', default: '20' } } })
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error))
  }
}

function refuse(reason: string): never {
  console.error(`${reason}\n${USAGE}`)
  process.exit(2)
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`
}
