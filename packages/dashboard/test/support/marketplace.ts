import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const REPOSITORY = fileURLToPath(new URL('../../../..', import.meta.url))
const READY = /dashboard (http:\/\/[^"\s]+)\//

/** A marketplace in a process of its own. */
export interface Marketplace extends AsyncDisposable {
  /** Of the shop. */
  readonly origin: string
  /** Of the dashboard, without a slash at its end. */
  readonly url: string
  /** An answer of the monitoring API. */
  ask<T>(path: string): Promise<T>
  /** Changes something through it. */
  post(path: string): Promise<void>
  /** Requests of shoppers, one after the other. */
  visit(paths: readonly string[]): Promise<void>
  stop(): Promise<void>
  /** Ends it without a word to anybody. */
  kill(): Promise<void>
}

/** Starts the shop on a free port, without traffic of its own unless the environment says so. */
export async function startMarketplace(
  environment: Readonly<Record<string, string>> = {},
): Promise<Marketplace> {
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(process.execPath, ['--conditions=@hitrate/source', 'apps/marketplace/src/main.ts'], {
    cwd: REPOSITORY,
    env: { PATH, HOME, PORT: '0', TRAFFIC: 'off', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const url = await addressOf(child)
  const { origin } = new URL(url)
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill(signal)
    await once(child, 'exit')
  }
  const stop = (): Promise<void> => end('SIGTERM')
  const { CACHE_ADMIN_TOKEN: token } = environment
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` }
  return {
    origin,
    url,
    async ask(path) {
      const response = await fetch(`${url}${path}`, { headers })
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
      return response.json()
    },
    async post(path) {
      const response = await fetch(`${url}${path}`, { method: 'POST', headers })
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    },
    async visit(paths) {
      for (const path of paths) await (await fetch(`${origin}${path}`)).arrayBuffer()
    },
    stop,
    kill: () => end('SIGKILL'),
    [Symbol.asyncDispose]: stop,
  }
}

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let log = ''
    const listen = (text: string): void => {
      log += text
      const address = READY.exec(log)?.[1]
      if (address !== undefined) resolve(address)
    }
    child.stdout?.setEncoding('utf8').on('data', listen)
    child.stderr?.setEncoding('utf8').on('data', listen)
    child.once('exit', (code) => reject(new Error(`the marketplace ended with ${code}: ${log}`)))
  })
}

/** What a few visitors ask for: hits, misses, things that are not there. */
export function shopping(visitors: number): readonly string[] {
  return Array.from({ length: visitors }, (_, visitor) => [
    '/api/feeds/discover?page=1',
    `/api/feeds/discover?page=${1 + (visitor % 4)}`,
    `/api/products/${10_001 + (visitor % 17)}`,
    `/api/products/${10_001 + ((visitor * 7) % 90)}`,
    `/api/search?q=word${visitor % 23}`,
    '/api/categories',
    '/api/sellers/live',
    ...(visitor % 3 === 0 ? [`/api/users/nobody-${visitor}`] : []),
  ]).flat()
}
