import type { Cache, Keyspace, LoadContext } from 'hitrate'
import type {
  CategoryPage,
  FeedProduct,
  ListedCategory,
  LiveSeller,
  Origin,
  Page,
  Product,
  SearchPage,
  Seller,
  TrendingSearch,
  User,
} from './origin.ts'

/** How long "there is no such thing" is remembered, so that asking for it again and again can't hammer the database. */
const ABSENT_FOR = '30s'

type NoParams = Record<never, string>

/**
 * Everything the shop keeps in its cache, one keyspace for each kind of page. `null` stands for what doesn't exist.
 */
export interface Pages {
  readonly discover: Keyspace<{ readonly page: number }, Page<FeedProduct>>
  readonly product: Keyspace<{ readonly id: string }, Product | null>
  readonly search: Keyspace<{ readonly q: string; readonly page: number }, SearchPage>
  readonly trending: Keyspace<NoParams, readonly TrendingSearch[]>
  readonly categories: Keyspace<NoParams, readonly ListedCategory[]>
  readonly category: Keyspace<{ readonly slug: string; readonly page: number }, CategoryPage | null>
  readonly liveSellers: Keyspace<NoParams, readonly LiveSeller[]>
  readonly seller: Keyspace<{ readonly id: string }, Seller | null>
  readonly user: Keyspace<{ readonly id: string }, User | null>
}

/**
 * Declares the shop's keyspaces over an origin. Lists carry the tag of every product they show, and a product that of
 * its seller: whoever changes one of them invalidates by its tag all that shows it, without knowing where that is.
 */
export function createPages(cache: Cache, origin: Origin): Pages {
  return {
    discover: cache.keyspace('feed:discover:page:{page:int}', {
      ttl: '5m',
      load: ({ page }, { signal }) => origin.discover(page, { signal }),
      tags: (page) => [FEED_TAG, ...shownProducts(page)],
    }),
    product: cache.keyspace('product:{id}', {
      ttl: '15m',
      load: async ({ id }, context) => (await origin.product(id, context)) ?? absent(context),
      tags: (product) => [sellerTag(product.seller.id)],
    }),
    search: cache.keyspace('search:results:{q}:{page:int}', {
      ttl: '5m',
      load: ({ q, page }, { signal }) => origin.search(q, page, { signal }),
      tags: shownProducts,
    }),
    trending: cache.keyspace('search:trending', {
      ttl: '1m',
      load: (_, { signal }) => origin.trending({ signal }),
    }),
    categories: cache.keyspace('categories', {
      ttl: '30m',
      load: (_, { signal }) => origin.categories({ signal }),
    }),
    category: cache.keyspace('category:{slug}:page:{page:int}', {
      ttl: '30m',
      load: async ({ slug, page }, context) =>
        (await origin.category(slug, page, context)) ?? absent(context),
      tags: shownProducts,
    }),
    liveSellers: cache.keyspace('sellers:live', {
      ttl: '15s',
      load: (_, { signal }) => origin.liveSellers({ signal }),
    }),
    seller: cache.keyspace('seller:{id}', {
      ttl: '30m',
      load: async ({ id }, context) => (await origin.seller(id, context)) ?? absent(context),
    }),
    user: cache.keyspace('user:{id}', {
      ttl: '1h',
      load: async ({ id }, context) => (await origin.user(id, context)) ?? absent(context),
    }),
  }
}

/** On everything that shows the discover feed. */
export const FEED_TAG = 'feed'

/** On every list that shows the product. */
export function productTag(id: string): string {
  return `product:${id}`
}

/** On every product of the seller. */
export function sellerTag(id: string): string {
  return `seller:${id}`
}

function shownProducts(page: Page<{ readonly id: string }>): readonly string[] {
  return page.items.map(({ id }) => productTag(id))
}

function absent({ store }: LoadContext): null {
  store({ ttl: ABSENT_FOR })
  return null
}
