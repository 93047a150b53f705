import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** Root of the repository. */
export const repository: string = fileURLToPath(new URL('../../../..', import.meta.url))

/** A program that was started, with what it has written. */
export interface Child {
  readonly process: ChildProcess
  readonly stdout: string
  readonly stderr: string
  /** Resolves with the first match in the standard output; rejects when the program ends without one. */
  saw(pattern: RegExp): Promise<RegExpMatchArray>
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>
}

/** Runs a program without the variables that this test run may have been given. */
export function run(
  program: string,
  args: readonly string[],
  environment: Record<string, string> = {},
): Child {
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(program, [...args], { cwd: repository, env: { PATH, HOME, ...environment } })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const ended = once(child, 'close').then(([code, signal]) => Number(code ?? Number.NaN) || (signal ?? 0))
  return {
    process: child,
    ended,
    get stdout() {
      return stdout
    },
    get stderr() {
      return stderr
    },
    saw: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = stdout.match(pattern)
          if (match !== null) resolve(match)
        }
        look()
        child.stdout.on('data', look)
        void ended.then((code) =>
          reject(new Error(`ended with ${code} before ${pattern}: ${stdout}${stderr}`)),
        )
      }),
  }
}

/** The marketplace's main program, started straight. */
export function startMain(environment: Record<string, string> = {}): Child {
  const args = ['--conditions=@hitrate/source', 'apps/marketplace/src/main.ts']
  return run(process.execPath, args, { PORT: '0', TRAFFIC: 'off', ...environment })
}
