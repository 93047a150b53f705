import { setTimeout as sleep } from 'node:timers/promises'
import type { Catalogue } from '../catalogue/catalogue.ts'
import { seededRandom } from '../catalogue/chance.ts'
import { type ShopMap, visitPlanner } from '../traffic/visits.ts'
import type { Shop } from './shops.ts'

/** No answer within it is a failure; the shop itself is never that slow. */
const TIMEOUT_MS = 30_000

/** How exactly the rate is kept. */
const TICK_MS = 5

/** Who would have come while this process itself stood still doesn't come afterwards, all at once. */
const MAX_LATE_MS = 100

/** Pages open at a time; beyond, nobody comes. Only a machine without room for the shops gets there. */
const MAX_OPEN = 500

/** What became of a page that was asked for. */
export interface Answer {
  readonly path: string
  readonly tookMs: number
  /** What it said; `undefined` when it failed. */
  readonly body: unknown
  /** A status other than 200, or no answer. */
  readonly failure: string | undefined
}

export interface Visitors {
  /** Sends nothing more; resolves when the last page is answered. */
  stop(): Promise<void>
}

/**
 * Sends visitors at a steady rate, however long the answers take: who waits for an answer before the next question would ask
 * less just when it takes long. They take the shops in turn.
 * @param asking called when a page is asked for; what it returns is called with the answer
 */
export function sendVisitors(options: {
  readonly shops: readonly Shop[]
  readonly catalogue: Catalogue
  /** Pages a second. */
  readonly rate: number
  readonly asking: () => (answer: Answer) => void
}): Visitors {
  const { shops, catalogue, rate, asking } = options
  const nextPage = pagePlanner(catalogue)
  const open = new Set<Promise<void>>()
  let sent = 0
  let stopped = false

  const send = (): void => {
    const shop = shops[sent++ % shops.length]
    if (shop === undefined) return
    const answered = asking()
    const question = ask(shop, nextPage()).then(answered)
    open.add(question)
    void question.finally(() => open.delete(question))
  }
  const run = async (): Promise<void> => {
    let due = performance.now()
    while (!stopped) {
      const now = performance.now()
      for (due = Math.max(due, now - MAX_LATE_MS); due <= now; due += 1_000 / rate) {
        if (open.size < MAX_OPEN) send()
      }
      await sleep(TICK_MS)
    }
  }
  const running = run()
  return {
    async stop() {
      stopped = true
      await running
      await Promise.all(open)
    },
  }
}

/** Asks for one page; never rejects. */
async function ask({ url }: Shop, path: string): Promise<Answer> {
  const began = performance.now()
  try {
    const response = await fetch(`${url}${path}`, { signal: AbortSignal.timeout(TIMEOUT_MS) })
    const body: unknown = await response.json()
    const tookMs = performance.now() - began
    const failure = response.status === 200 ? undefined : `GET ${path} was answered with ${response.status}`
    return { path, tookMs, body, failure }
  } catch (error) {
    const failure = `GET ${path} was not answered: ${error instanceof Error ? error.message : String(error)}`
    return { path, tookMs: performance.now() - began, body: undefined, failure }
  }
}

/** The pages of simulated visits, one after the other. What visitors change is left out: see `changes.ts`. */
function pagePlanner(catalogue: Catalogue): () => string {
  const nextVisit = visitPlanner(mapOf(catalogue), seededRandom(1))
  const pages: string[] = []
  return () => {
    for (;;) {
      const page = pages.shift()
      if (page !== undefined) return page
      for (const { method, url } of nextVisit()) if (method === 'GET') pages.push(url)
    }
  }
}

/** As much as `TRAFFIC=demo` walks through. */
function mapOf({ products, users, sellers, categories, searches }: Catalogue): ShopMap {
  const ids = (rows: readonly { readonly id: string }[], count: number) =>
    rows.slice(0, count).map(({ id }) => id)
  return {
    productIds: ids(products, 1_000),
    userIds: ids(users, 500),
    sellerIds: ids(sellers, 100),
    categorySlugs: categories.map(({ slug }) => slug),
    searches: [...new Set(searches)].slice(0, 50),
  }
}
