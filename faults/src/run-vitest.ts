import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository this file belongs to. */
export const REPOSITORY: string = fileURLToPath(new URL('../..', import.meta.url))

/** How a run of Vitest ended. */
export interface TestRun {
  readonly passed: number
  /** Names of the tests that failed. */
  readonly failed: readonly string[]
  /** Files that could not even be loaded; not a test's verdict. */
  readonly broken: readonly string[]
  /** What it printed. */
  readonly output: string
}

export interface TestRunOptions {
  readonly project: string
  /** Parts of the paths of the files to run. */
  readonly files: readonly string[]
  /** Only tests whose name contains this. */
  readonly named?: string
  /** Root of the repository or of a copy. Default ours. */
  readonly root?: string
  readonly env?: Readonly<Record<string, string>>
}

interface Report {
  readonly testResults: readonly {
    readonly name: string
    readonly message: string
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[]
  }[]
}

/** Runs tests in a process of their own. Rejects when no report came of it. */
export async function runVitest({
  project,
  files,
  named,
  root = REPOSITORY,
  env = {},
}: TestRunOptions): Promise<TestRun> {
  const directory = await mkdtemp(join(tmpdir(), 'hitrate-faults-'))
  const report = join(directory, 'report.json')
  try {
    const args = [
      join(root, 'node_modules', 'vitest', 'vitest.mjs'),
      'run',
      `--project=${project}`,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
      ...(named === undefined
        ? []
        : ['--testNamePattern', named.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)]),
      ...files,
    ]
    const output = await outputOf(args, root, env)
    const { testResults }: Report = JSON.parse(
      await readFile(report, 'utf8').catch(() => Promise.reject(new Error(output))),
    )
    const tests = testResults.flatMap(({ assertionResults }) => assertionResults)
    return {
      passed: tests.filter(({ status }) => status === 'passed').length,
      failed: tests.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName),
      broken: testResults
        .filter(({ assertionResults, message }) => assertionResults.length === 0 && message !== '')
        .map(({ name, message }) => `${name}: ${message}`),
      output,
    }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

function outputOf(
  args: readonly string[],
  root: string,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...env, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const append = (chunk: Buffer): void => {
    output += chunk.toString()
  }
  child.stdout.on('data', append)
  child.stderr.on('data', append)
  child.once('error', reject)
  child.once('close', () => resolve(output))
  return promise
}
