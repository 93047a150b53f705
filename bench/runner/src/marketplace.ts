import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** A marketplace in a process of its own. */
export interface Marketplace {
  readonly url: string
  readonly pid: number
  stop(): Promise<void>
}

const START_DEADLINE_MS = 60_000

/** Starts it without traffic of its own; resolves when it listens and its cache, where it has one, has been warmed. */
export async function startMarketplace(
  port: number,
  env: Readonly<Record<string, string>>,
): Promise<Marketplace> {
  const child = spawn(process.execPath, ['--conditions=@hitrate/source', 'apps/marketplace/src/main.ts'], {
    cwd: fileURLToPath(new URL('../../../', import.meta.url)),
    env: { ...process.env, ...env, PORT: String(port), TRAFFIC: 'off' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const url = `http://127.0.0.1:${port}`
  const ready = ['marketplace ready', ...(env.CACHE === 'off' ? [] : ['cache warming done'])]
  let output = ''
  child.stdout?.setEncoding('utf8')
  await new Promise<void>((resolve, reject) => {
    const deadline = setTimeout(
      () => reject(new Error(`the marketplace was not ready within ${START_DEADLINE_MS} ms:\n${output}`)),
      START_DEADLINE_MS,
    )
    child.stdout?.on('data', (text: string) => {
      output += text
      if (!ready.every((line) => output.includes(line))) return
      clearTimeout(deadline)
      resolve()
    })
    child.once('exit', (code) => {
      clearTimeout(deadline)
      reject(new Error(`the marketplace ended with ${code}:\n${output}`))
    })
  })
  return { url, pid: child.pid ?? 0, stop: () => stop(child) }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  await exited
}
