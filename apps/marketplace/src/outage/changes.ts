import { setTimeout as sleep } from 'node:timers/promises'
import type { Shop } from './shops.ts'

/** As long as the cache may take to bring a change from one process to another: its `staleBound`. */
const STALE_BOUND_MS = 2_000

const EVERY_MS = 1_000
const TIMEOUT_MS = 30_000

/** Above all stocks of the catalogue, so that a product once changed is known by it. */
const FIRST_STOCK = 1_000

/** Changes products, and knows which pages are too old to be shown. */
export interface Changes {
  /** Whether the answer shows a product as it was before a change that all shops had confirmed {@link STALE_BOUND_MS} before the page was asked for. */
  isOutdated(path: string, body: unknown, askedAt: number): boolean
  /** Changes nothing more; resolves when the last change is answered. */
  stop(): Promise<void>
}

interface Confirmed {
  readonly at: number
  readonly stock: number
}

/**
 * Once a second gives a product the next higher stock, in every shop: each has a database of its own.
 * @param onChange is told how each ended; `failure` where a shop did not confirm it
 */
export function makeChanges(
  shops: readonly Shop[],
  productIds: readonly string[],
  onChange: (failure: string | undefined) => void,
): Changes {
  const confirmed = new Map<string, Confirmed[]>()
  const stopping = new AbortController()
  let stock = FIRST_STOCK

  const change = async (id: string): Promise<void> => {
    stock++
    const path = pathOf(id)
    const failures = await Promise.all(shops.map(({ url }) => patch(`${url}${path}`, { stock })))
    const failure = failures.find((text) => text !== undefined)
    if (failure === undefined) {
      confirmed.set(path, [...(confirmed.get(path) ?? []), { at: performance.now(), stock }])
    }
    onChange(failure)
  }
  const run = async (): Promise<void> => {
    for (let turn = 0; !stopping.signal.aborted; turn++) {
      const id = productIds[turn % productIds.length]
      if (id !== undefined) await change(id)
      await sleep(EVERY_MS, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  }
  const running = run()
  return {
    isOutdated(path, body, askedAt) {
      const last = confirmed.get(path)?.findLast(({ at }) => at + STALE_BOUND_MS <= askedAt)
      return last !== undefined && stockOf(body) < last.stock
    },
    async stop() {
      stopping.abort()
      await running
    },
  }
}

function pathOf(id: string): string {
  return `/api/products/${encodeURIComponent(id)}`
}

/** @returns what went wrong, if anything */
async function patch(url: string, body: object): Promise<string | undefined> {
  try {
    const response = await fetch(url, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    await response.arrayBuffer()
    return response.status === 200 ? undefined : `PATCH ${url} was answered with ${response.status}`
  } catch (error) {
    return `PATCH ${url} was not answered: ${error instanceof Error ? error.message : String(error)}`
  }
}

/** A product without a stock counts as outdated. */
function stockOf(body: unknown): number {
  const stock = typeof body === 'object' && body !== null && 'stock' in body ? body.stock : undefined
  return typeof stock === 'number' ? stock : Number.NEGATIVE_INFINITY
}
