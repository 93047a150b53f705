import type { Cache, LookupOptions } from 'hitrate'
import { catalogueFigures, productIds } from '../database/catalogue-queries.ts'
import { setStream } from '../database/people-queries.ts'
import { updateProduct } from '../database/product-queries.ts'
import type { Database } from '../database/schema.ts'
import type { SearchLog } from '../database/search-log.ts'
import type { CatalogueFigures, Origin, Product, ProductChange, Seller } from './origin.ts'
import { FEED_TAG, type Pages, productTag, sellerTag } from './pages.ts'

/** What the shop's routes need: pages out of the cache, and changes that invalidate what they make wrong. */
export interface Shop {
  readonly pages: Pages
  /** How routes look pages up: through the cache, or past it. */
  readonly lookup: LookupOptions
  /** Writes down that somebody searched; costs the caller nothing. */
  searched(query: string): void
  figures(): Promise<CatalogueFigures>
  productIds(): Promise<readonly string[]>
  /** @returns the product as it is now; `undefined`: there is none */
  changeProduct(id: string, change: ProductChange): Promise<Product | undefined>
  /** @returns the seller as they are now; `undefined`: there is none */
  changeStream(id: string, live: boolean): Promise<Seller | undefined>
}

export interface ShopParts {
  readonly cache: Cache
  readonly pages: Pages
  readonly origin: Origin
  readonly db: Database
  readonly searchLog: SearchLog
  /** `false`: every lookup bypasses the cache, for comparison. */
  readonly cached: boolean
}

export function createShop({ cache, pages, origin, db, searchLog, cached }: ShopParts): Shop {
  return {
    pages,
    lookup: { cache: cached ? 'use' : 'bypass' },
    searched: (query) => searchLog.add(query),
    figures: () => catalogueFigures(db),
    productIds: () => productIds(db),

    // First the database, then the cache: the other way round a load in between would bring the old value back.
    async changeProduct(id, change) {
      if (!(await updateProduct(db, id, change))) return undefined
      await Promise.all([pages.product.delete({ id }), cache.invalidate({ tags: [productTag(id)] })])
      return origin.product(id)
    },
    async changeStream(id, live) {
      if (!(await setStream(db, id, live))) return undefined
      await Promise.all([
        pages.liveSellers.delete({}),
        pages.seller.delete({ id }),
        cache.invalidate({ tags: [FEED_TAG, sellerTag(id)] }),
      ])
      return origin.seller(id)
    },
  }
}
