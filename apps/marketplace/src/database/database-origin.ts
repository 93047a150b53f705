import type { Origin } from '../shop/origin.ts'
import * as people from './people-queries.ts'
import * as products from './product-queries.ts'
import type { Database } from './schema.ts'
import { trending } from './search-log.ts'

/** The shop's questions, asked of the database. */
export function databaseOrigin(db: Database): Origin {
  return {
    discover: (page, asking) => products.discover(db, page, asking),
    product: (id, asking) => products.product(db, id, asking),
    search: (query, page, asking) => products.search(db, query, page, asking),
    trending: (asking) => trending(db, asking),
    categories: (asking) => products.categories(db, asking),
    category: (slug, page, asking) => products.category(db, slug, page, asking),
    liveSellers: (asking) => people.liveSellers(db, asking),
    seller: (id, asking) => people.seller(db, id, asking),
    user: (id, asking) => people.user(db, id, asking),
  }
}
