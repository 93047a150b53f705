import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { type AskedProcess, startProcess } from '../speed/asked-process.ts'
import { BASE, type Target } from './abuses/abuse.ts'
import type { AbuseName } from './abuses/index.ts'
import type { Tallied } from './abuses/tally.ts'
import type { AbuserOrder } from './children/abuser.ts'
import type { BystanderFound } from './children/bystander.ts'
import type { Memory, ShopFound, ShopOrder, ShopServers } from './children/shop.ts'
import type { VisitorsFound, VisitorsOrder } from './children/visitors.ts'

const WARMED_WITHIN_MS = 30_000

/** Shop, visitors, abuser and bystander, each in a process of its own. */
export interface Stage extends AsyncDisposable {
  /** Of the shop. */
  readonly pid: number
  readonly shop: Target
  readonly bystander: Target
  /** @returns milliseconds that each visit of the shop took */
  visit(perSecond: number, milliseconds: number): Promise<readonly number[]>
  abuse(abuse: AbuseName, target: Target, milliseconds: number): Promise<Tallied>
  /** The shop's memory. */
  weigh(): Promise<Memory>
}

export async function setStage(servers: ShopServers): Promise<Stage> {
  const child = (name: string): URL => new URL(`children/${name}.ts`, import.meta.url)
  const shop: AskedProcess<ShopOrder, ShopFound> = startProcess(child('shop'), ['--expose-gc'])
  const visitors: AskedProcess<VisitorsOrder, VisitorsFound> = startProcess(child('visitors'))
  const abuser: AskedProcess<AbuserOrder, Tallied> = startProcess(child('abuser'))
  const bystander: AskedProcess<object, BystanderFound> = startProcess(child('bystander'))
  const stop = async () => {
    await Promise.all([shop, visitors, abuser, bystander].map((process) => process.stop()))
  }
  try {
    const token = randomBytes(16).toString('hex')
    const { url = '' } = await shop.ask({ do: 'open', ...servers, token })
    const other = await bystander.ask({})
    await warmed(url, token)
    const paths = await pagesOf(url)
    return {
      pid: shop.pid,
      shop: { port: portOf(url), token },
      bystander: { port: portOf(other.url), token },
      visit: async (perSecond, milliseconds) =>
        (await visitors.ask({ url, paths, perSecond, milliseconds })).times,
      abuse: (abuse, target, milliseconds) => abuser.ask({ abuse, target, milliseconds }),
      async weigh() {
        const { memory } = await shop.ask({ do: 'weigh' })
        if (memory === undefined) throw new Error('the shop does not tell its memory')
        return memory
      },
      [Symbol.asyncDispose]: stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

function portOf(url: string): number {
  return Number(new URL(url).port)
}

/** The shop warms its cache when it has started, which takes its processor. */
async function warmed(url: string, token: string): Promise<void> {
  const until = performance.now() + WARMED_WITHIN_MS
  while (performance.now() < until) {
    const response = await fetch(`${url}${BASE}/warm/runs`, { headers: { authorization: `Bearer ${token}` } })
    const { runs }: { readonly runs: readonly { readonly status: string }[] } = JSON.parse(
      await response.text(),
    )
    if (runs.length > 0 && runs.every(({ status }) => status !== 'running')) return
    await wait(100)
  }
  throw new Error(`the shop's cache was not warm within ${WARMED_WITHIN_MS} ms`)
}

/** A feed and a product, which are both in memory afterwards. */
async function pagesOf(url: string): Promise<readonly string[]> {
  const catalogue = await fetch(`${url}/api/catalogue?codes=1`)
  const { codes }: { readonly codes: readonly string[] } = JSON.parse(await catalogue.text())
  const paths = ['/api/feeds/discover?page=1', `/api/products/${encodeURIComponent(codes[0] ?? '')}`]
  for (const path of paths) {
    const response = await fetch(`${url}${path}`)
    await response.arrayBuffer()
    if (!response.ok) throw new Error(`${path} answered ${response.status}`)
  }
  return paths
}
