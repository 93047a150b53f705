import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { RedisAddress } from '../subject.ts'
import type { Order, ProbeReport } from './order.ts'
import type { ProbeName } from './probes/index.ts'

/** A probe bounds every wait of its own; this is for a process that no longer answers at all. */
const LIMIT_MS = 90_000
const KEPT_OUTPUT = 2_000

/** Runs one probe in a process of its own, which is gone when this resolves. It never rejects. */
export async function runProbe<P extends ProbeName>(
  module: URL,
  probe: P,
  redis: RedisAddress | undefined,
): Promise<ProbeReport<P>> {
  const child = fork(fileURLToPath(new URL('child.ts', import.meta.url)), {
    execArgv: ['--conditions=@hitrate/source'],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let output = ''
  const keep = (text: Buffer) => {
    output = (output + text.toString()).slice(-KEPT_OUTPUT)
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const failed = (why: string): ProbeReport<P> => ({ error: `${why}: ${output.trim()}`, uncaught: [] })

  const report = await new Promise<ProbeReport<P>>((resolve) => {
    const limit = setTimeout(() => resolve(failed(`no answer within ${LIMIT_MS / 1_000} s`)), LIMIT_MS)
    const settle = (reached: ProbeReport<P>) => {
      clearTimeout(limit)
      resolve(reached)
    }
    child.once('message', (message) => settle(JSON.parse(String(message))))
    child.once('error', (error) => settle(failed(error.message)))
    child.once('close', (code, signal) => settle(failed(`the process ended with ${code ?? signal}`)))
    const order: Order = { module: module.href, probe, ...(redis === undefined ? {} : { redis }) }
    child.send(JSON.stringify(order))
  })
  child.kill('SIGKILL')
  await gone
  return report
}
