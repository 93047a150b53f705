import type { ShopMap } from '../traffic/visits.ts'
import { categories } from './product-queries.ts'
import type { Database } from './schema.ts'

/** Simulated shoppers walk a part of the shop: enough for a long tail, little enough to begin at once. */
const PRODUCTS = 1_000
const USERS = 500
const SELLERS = 100
const SEARCHES = 50

/** The parts of the shop that simulated shoppers know, most popular first. */
export async function shopMap(db: Database): Promise<ShopMap> {
  const products = await db
    .selectFrom('products')
    .select('id')
    .orderBy('sold', 'desc')
    .orderBy('id')
    .limit(PRODUCTS)
    .execute()
  const users = await db
    .selectFrom('users')
    .select('id')
    .orderBy('orders', 'desc')
    .orderBy('id')
    .limit(USERS)
    .execute()
  const sellers = await db
    .selectFrom('sellers')
    .select('id')
    .orderBy('viewers', 'desc')
    .orderBy('id')
    .limit(SELLERS)
    .execute()
  const searches = await db
    .selectFrom('searches')
    .select('term')
    .groupBy('term')
    .orderBy(({ fn }) => fn.countAll(), 'desc')
    .orderBy('term')
    .limit(SEARCHES)
    .execute()
  return {
    productIds: products.map(({ id }) => id),
    userIds: users.map(({ id }) => id),
    sellerIds: sellers.map(({ id }) => id),
    categorySlugs: (await categories(db)).map(({ slug }) => slug),
    searches: searches.map(({ term }) => term),
  }
}
