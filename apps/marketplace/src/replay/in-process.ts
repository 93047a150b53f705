import { createCache, type LookupMessage } from 'hitrate'
import { manualClock } from 'hitrate/testing'
import { listenToLookups } from '../shop/lookups.ts'
import { type ListedProduct, type Origin, PAGE_SIZE, type Product } from '../shop/origin.ts'
import { createPages, type Pages } from '../shop/pages.ts'
import { normalisedQuery } from '../shop/search-query.ts'
import type { ProductView } from './shopping.ts'
import { type Column, count, percent, textTable } from './table.ts'

/** `own`: the time between orders passes, on a clock of its own. `max`: everything at once, inside every ttl. */
export type InProcessPace = 'own' | 'max'

export interface PatternHits {
  /** `product:*`. */
  readonly pattern: string
  readonly requests: number
  readonly hits: number
  readonly hitRate: number
}

/** The outcomes that count as hits. */
const HITS: ReadonlySet<LookupMessage['outcome']> = new Set(['hit_l1', 'hit_l2', 'stale'])

/**
 * Replays shopping through the shop's keyspaces, in this process, in memory, over an origin that answers at once: what
 * remains is the hit rate. A month at its own pace takes seconds.
 * @returns most requested pattern first
 */
export async function replayInProcess(
  views: readonly ProductView[],
  pace: InProcessPace,
): Promise<readonly PatternHits[]> {
  const clock = manualClock({ start: views[0]?.at ?? 0 })
  const cache = createCache({ name: 'replay-in-process', clock })
  const pages = createPages(cache, memoryOrigin(views))
  const tally = new Map<string, { requests: number; hits: number }>()
  const stopListening = listenToLookups(({ cache: name, pattern, outcome }) => {
    if (name !== cache.name) return
    const counts = tally.get(pattern) ?? { requests: 0, hits: 0 }
    tally.set(pattern, counts)
    counts.requests++
    if (HITS.has(outcome)) counts.hits++
  })
  try {
    let now = views[0]?.at ?? 0
    for (const view of views) {
      if (pace === 'own' && view.at > now) {
        await clock.advance(view.at - now)
        now = view.at
      }
      await lookUp(pages, view)
    }
  } finally {
    stopListening()
    await cache.close()
  }
  return [...tally]
    .map(([pattern, { requests, hits }]) => ({ pattern, requests, hits, hitRate: hits / requests }))
    .sort((one, other) => other.requests - one.requests)
}

/** The same lookups that the requests of a view lead to. */
async function lookUp(pages: Pages, { code, visit }: ProductView): Promise<void> {
  if (visit !== undefined) {
    await pages.discover.get({ page: 1 })
    if (visit.customer !== undefined) await pages.user.get({ id: visit.customer })
    if (visit.search !== undefined) await pages.search.get({ q: normalisedQuery(visit.search), page: 1 })
  }
  await pages.product.get({ id: code })
}

/** Knows every product and user, and shows the same ones on every list. */
function memoryOrigin(views: readonly ProductView[]): Origin {
  const category = { slug: 'all', name: 'All' }
  const seller = { id: '1', name: 'Seller 1', live: true }
  const listed = (id: string): ListedProduct => ({ id, name: id, price: 1, category, seller })
  const product = (id: string): Product => ({ ...listed(id), seller, description: '', stock: 1, sold: 1 })
  const codes = [...new Set(views.map(({ code }) => code))].slice(0, PAGE_SIZE)
  const page = { page: 1, pageSize: PAGE_SIZE, hasMore: false, items: codes.map(product) }
  return {
    discover: () => Promise.resolve(page),
    product: (id) => Promise.resolve(product(id)),
    search: (query) => Promise.resolve({ ...page, query }),
    trending: () => Promise.resolve([]),
    categories: () => Promise.resolve([]),
    category: () => Promise.resolve({ ...page, category }),
    liveSellers: () => Promise.resolve([]),
    seller: () => Promise.resolve(undefined),
    user: (id) => Promise.resolve({ id, name: id, country: '', memberSince: '', orders: 1 }),
  }
}

const COLUMNS: readonly Column<PatternHits>[] = [
  { title: 'pattern', cell: ({ pattern }) => pattern, left: true },
  { title: 'requests', cell: ({ requests }) => count(requests) },
  { title: 'hits', cell: ({ hits }) => count(hits) },
  { title: 'hit rate', cell: ({ hitRate }) => percent(hitRate) },
]

export function hitsTable(rows: readonly PatternHits[]): string {
  return textTable(rows, COLUMNS)
}
