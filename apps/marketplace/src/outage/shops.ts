import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { OutageError } from './arguments.ts'

/** A running marketplace. */
export interface Shop {
  /** `shop 1` */
  readonly name: string
  readonly url: string
}

export interface Shops extends AsyncDisposable {
  readonly all: readonly Shop[]
}

/** How long a shop may take to stop; its own bound is ten seconds. */
const STOP_WITHIN_MS = 12_000

/**
 * Starts marketplaces on free ports, each in a process of its own with the generated catalogue in a database of its own,
 * all on one Redis. They end with the process that started them.
 * @throws {OutageError} when one doesn't start; none is left then
 */
export async function startShops(options: {
  readonly count: number
  readonly redisUrl: string
  /** Is told what they log. */
  readonly onLog: (shop: string, message: string) => void
  /** Ends the start. */
  readonly signal: AbortSignal
}): Promise<Shops> {
  const { count, redisUrl, onLog, signal } = options
  const children: ChildProcess[] = []
  const start = async (_: unknown, index: number): Promise<Shop> => {
    const name = `shop ${index + 1}`
    const child = forkShop(redisUrl)
    children.push(child)
    return { name, url: await urlOf(child, name, (message) => onLog(name, message)) }
  }
  const stop = async () => {
    await Promise.all(children.map(stopShop))
  }
  const kill = () => {
    for (const child of children) child.kill('SIGKILL')
  }
  signal.addEventListener('abort', kill, { once: true })
  try {
    const all = await Promise.all(Array.from({ length: count }, start))
    return { all, [Symbol.asyncDispose]: stop }
  } catch (error) {
    await stop()
    throw error
  } finally {
    signal.removeEventListener('abort', kill)
  }
}

function forkShop(redisUrl: string): ChildProcess {
  const { PATH, HOME } = process.env
  return fork(fileURLToPath(new URL('./shop-process.ts', import.meta.url)), {
    // Nothing else of the caller's: not their database, not their data.
    env: { PATH, HOME, PORT: '0', TRAFFIC: 'off', REDIS_URL: redisUrl },
    execArgv: ['--conditions=@hitrate/source'],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
}

/** The address that the shop names once it serves. */
async function urlOf(child: ChildProcess, name: string, onLog: (message: string) => void): Promise<string> {
  let errors = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  if (child.stdout !== null) {
    createInterface({ input: child.stdout }).on('line', (line) => onLog(messageOf(line)))
  }
  const ended = once(child, 'close').then(([code, signal]) => {
    throw new OutageError(`${name} ended with ${code ?? signal} before it served: ${errors.trim()}`)
  })
  const [url]: unknown[] = await Promise.race([once(child, 'message'), ended])
  return String(url)
}

/** What a line of the log says; the line itself where it is none. */
function messageOf(line: string): string {
  try {
    const { msg }: { readonly msg: unknown } = JSON.parse(line)
    return String(msg)
  } catch {
    return line
  }
}

async function stopShop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  // Not `close`: it never comes where the parent has disconnected.
  const ended = once(child, 'exit')
  if (child.connected) child.disconnect()
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS)
  await ended
  clearTimeout(timer)
}
