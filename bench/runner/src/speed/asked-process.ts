import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const KEPT_OUTPUT = 2_000

/** A file of ours that runs alone in a process and answers, one at a time, what it is asked. */
export interface AskedProcess<Order, Found> {
  readonly pid: number
  /** Sends and gets JSON. Rejects when it ends, fails, or takes longer than three minutes. */
  ask(order: Order): Promise<Found>
  stop(): Promise<void>
}

/** For one that no longer answers at all; to fill a million entries takes the slowest half a minute. */
const LIMIT_MS = 180_000

export function startProcess<Order, Found>(
  file: URL,
  flags: readonly string[] = [],
): AskedProcess<Order, Found> {
  const child = fork(fileURLToPath(file), {
    execArgv: ['--conditions=@hitrate/source', ...flags],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let output = ''
  const keep = (text: Buffer) => {
    output = (output + text.toString()).slice(-KEPT_OUTPUT)
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()))
  return {
    pid: child.pid ?? 0,
    ask: (order) => {
      const { promise, resolve, reject } = Promise.withResolvers<Found>()
      const fail = (why: string) => reject(new Error(`${why} ${output.trim()}`.trim()))
      const limit = setTimeout(() => fail(`no answer within ${LIMIT_MS / 1_000} s`), LIMIT_MS)
      const heard = (message: unknown) => {
        const reply: Reply<Found> = JSON.parse(String(message))
        if ('error' in reply) reject(new Error(reply.error))
        else resolve(reply.found)
      }
      const ended = (code: number | null, signal: string | null) =>
        fail(`the process ended with ${code ?? signal}`)
      child.once('message', heard)
      child.once('close', ended)
      child.send(JSON.stringify(order))
      return promise.finally(() => {
        clearTimeout(limit)
        child.off('message', heard)
        child.off('close', ended)
      })
    },
    stop: async () => {
      child.kill('SIGKILL')
      await gone
    },
  }
}

type Reply<Found> = { readonly found: Found } | { readonly error: string }

/** The other end: called once by a file that is started so. It ends with the process that asks. */
export function answerOrders<Order, Found>(answer: (order: Order) => Promise<Found>): void {
  process.on('disconnect', () => process.exit(1))
  process.on('message', async (message) => {
    const reply = await answer(JSON.parse(String(message))).then(
      (found): Reply<Found> => ({ found }),
      (error: unknown): Reply<Found> => ({ error: error instanceof Error ? error.message : String(error) }),
    )
    process.send?.(JSON.stringify(reply))
  })
}

/** Asks one thing of a process that is there for nothing else, and that can collect its garbage on demand. */
export async function askOnce<Order, Found>(file: URL, order: Order): Promise<Found> {
  const asked = startProcess<Order, Found>(file, ['--expose-gc'])
  try {
    return await asked.ask(order)
  } finally {
    await asked.stop()
  }
}
