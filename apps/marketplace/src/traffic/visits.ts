import { pick, zipf } from '../catalogue/chance.ts'

/** What simulated shoppers know of the shop. */
export interface ShopMap {
  /** Most popular first. */
  readonly productIds: readonly string[]
  readonly userIds: readonly string[]
  readonly sellerIds: readonly string[]
  readonly categorySlugs: readonly string[]
  readonly searches: readonly string[]
}

/** A request of a simulated shopper. */
export type ShopRequest =
  | { readonly method: 'GET'; readonly url: string }
  | { readonly method: 'PATCH' | 'POST'; readonly url: string; readonly payload: object }

/** How often a visitor does what: measured nowhere, chosen so that every pattern of the dashboard moves. */
const CHANCE = {
  profile: 0.5,
  secondPage: 0.3,
  search: 0.4,
  category: 0.3,
  streams: 0.35,
  /** Somebody restocks, or goes live: what invalidation is for. */
  restock: 0.05,
  stream: 0.03,
} as const

const MAX_PRODUCTS = 4

/** A plan of visits: each call gives the requests of one, in their order. */
export function visitPlanner(map: ShopMap, random: () => number): () => readonly ShopRequest[] {
  const popular = <T>(items: readonly T[]): (() => T) => {
    const draw = zipf(items.length, random)
    return () => items[draw()] ?? pick(items, random)
  }
  const product = popular(map.productIds)
  const user = popular(map.userIds)
  const search = popular(map.searches)
  const category = popular(map.categorySlugs)
  const seller = popular(map.sellerIds)
  const happens = (chance: number): boolean => random() < chance
  const get = (path: string): ShopRequest => ({ method: 'GET', url: path })

  return () => {
    const requests: ShopRequest[] = [get('/api/feeds/discover?page=1')]
    if (happens(CHANCE.profile)) requests.push(get(`/api/users/${encodeURIComponent(user())}`))
    if (happens(CHANCE.secondPage)) requests.push(get('/api/feeds/discover?page=2'))
    if (happens(CHANCE.search)) {
      requests.push(get('/api/search/trending'), get(`/api/search?q=${encodeURIComponent(search())}`))
    }
    if (happens(CHANCE.category)) {
      requests.push(get('/api/categories'), get(`/api/categories/${encodeURIComponent(category())}`))
    }
    if (happens(CHANCE.streams)) {
      requests.push(get('/api/sellers/live'), get(`/api/sellers/${encodeURIComponent(seller())}`))
    }
    const viewed = Array.from({ length: 1 + Math.floor(random() * MAX_PRODUCTS) }, product)
    requests.push(...viewed.map((id) => get(`/api/products/${encodeURIComponent(id)}`)))
    if (happens(CHANCE.restock)) {
      const url = `/api/products/${encodeURIComponent(product())}`
      requests.push({ method: 'PATCH', url, payload: { stock: Math.floor(random() * 200) } })
    }
    if (happens(CHANCE.stream)) {
      const url = `/api/sellers/${encodeURIComponent(seller())}/stream`
      requests.push({ method: 'POST', url, payload: { live: happens(0.5) } })
    }
    return requests
  }
}
