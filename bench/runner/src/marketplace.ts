import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** A marketplace in a process of its own. */
export interface Marketplace {
  readonly url: string
  stop(): Promise<void>
}

const START_DEADLINE_MS = 60_000

/** Starts it without traffic of its own; resolves when its cache has been warmed. */
export async function startMarketplace(
  port: number,
  env: Readonly<Record<string, string>>,
): Promise<Marketplace> {
  const child = spawn('npm', ['run', '--silent', 'start'], {
    cwd: fileURLToPath(new URL('../../../', import.meta.url)),
    env: { ...process.env, ...env, PORT: String(port), TRAFFIC: 'off' },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  const url = `http://127.0.0.1:${port}`
  let output = ''
  child.stdout?.setEncoding('utf8')
  await new Promise<void>((resolve, reject) => {
    const deadline = setTimeout(
      () => reject(new Error(`the marketplace was not ready within ${START_DEADLINE_MS} ms:\n${output}`)),
      START_DEADLINE_MS,
    )
    child.stdout?.on('data', (text: string) => {
      output += text
      if (!output.includes('cache warming done')) return
      clearTimeout(deadline)
      resolve()
    })
    child.once('exit', (code) => {
      clearTimeout(deadline)
      reject(new Error(`the marketplace ended with ${code}:\n${output}`))
    })
  })
  return { url, stop: () => stop(child) }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return
  const exited = once(child, 'exit')
  // npm does not pass the signal on to what it started: the whole group is asked.
  process.kill(-child.pid, 'SIGTERM')
  await exited
}
