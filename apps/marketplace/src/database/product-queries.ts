import { sql } from 'kysely'
import {
  type Asking,
  type CategoryPage,
  type FeedProduct,
  type ListedCategory,
  type ListedProduct,
  PAGE_SIZE,
  type Page,
  type Product,
  type ProductChange,
  type SearchPage,
} from '../shop/origin.ts'
import type { Database } from './schema.ts'
import { searchText } from './search-text.ts'

/**
 * Products with their seller and category. Each list that is made of it sorts by the id last, so that no two answers
 * to the same question differ.
 */
function cards(db: Database) {
  return db
    .selectFrom('products')
    .innerJoin('sellers', 'sellers.id', 'products.seller_id')
    .innerJoin('categories', 'categories.slug', 'products.category_slug')
    .select([
      'products.id',
      'products.name',
      sql<number>`products.price::float8`.as('price'),
      'categories.slug as category_slug',
      'categories.name as category_name',
      'sellers.id as seller_id',
      'sellers.name as seller_name',
      sql<boolean>`sellers.live_since is not null`.as('live'),
    ])
}

type Card = Awaited<ReturnType<ReturnType<typeof cards>['executeTakeFirstOrThrow']>>

function listed(card: Card): ListedProduct {
  return {
    id: card.id,
    name: card.name,
    price: card.price,
    category: { slug: card.category_slug, name: card.category_name },
    seller: { id: card.seller_id, name: card.seller_name },
  }
}

function shown(card: Card): FeedProduct {
  return { ...listed(card), seller: { id: card.seller_id, name: card.seller_name, live: card.live } }
}

/** A page out of rows that were asked for with one more than fits, which tells whether there is a next page. */
function pageOf<R, T>(page: number, rows: readonly R[], item: (row: R) => T): Page<T> {
  const hasMore = rows.length > PAGE_SIZE
  return { page, pageSize: PAGE_SIZE, hasMore, items: rows.slice(0, PAGE_SIZE).map(item) }
}

/** Rows to ask for, and how many to pass over, for the page. */
const LIMIT = PAGE_SIZE + 1
const offset = (page: number): number => (page - 1) * PAGE_SIZE

/** Products of live sellers first, then what is bought most. */
export async function discover(db: Database, page: number, asking?: Asking): Promise<Page<FeedProduct>> {
  const rows = await cards(db)
    .orderBy('live', 'desc')
    .orderBy('products.sold', 'desc')
    .orderBy('products.id')
    .limit(LIMIT)
    .offset(offset(page))
    .execute(asking)
  return pageOf(page, rows, shown)
}

export async function product(db: Database, id: string, asking?: Asking): Promise<Product | undefined> {
  const row = await cards(db)
    .select(['products.description', 'products.stock', 'products.sold'])
    .where('products.id', '=', id)
    .executeTakeFirst(asking)
  if (row === undefined) return undefined
  return { ...shown(row), description: row.description, stock: row.stock, sold: row.sold }
}

/** Products whose name has every word of the query (words are stemmed), most bought first. */
export async function search(
  db: Database,
  query: string,
  page: number,
  asking?: Asking,
): Promise<SearchPage> {
  const words = searchText(query)
  if (words === '') return { query, ...pageOf(page, [], listed) }
  const rows = await cards(db)
    .where(sql<boolean>`products.search_vector @@ plainto_tsquery('english', ${words})`)
    .orderBy('products.sold', 'desc')
    .orderBy('products.id')
    .limit(LIMIT)
    .offset(offset(page))
    .execute(asking)
  return { query, ...pageOf(page, rows, listed) }
}

/** Categories that have products, those with the most first. */
export async function categories(db: Database, asking?: Asking): Promise<readonly ListedCategory[]> {
  return db
    .selectFrom('categories')
    .innerJoin('products', 'products.category_slug', 'categories.slug')
    .groupBy(['categories.slug', 'categories.name'])
    .select(['categories.slug', 'categories.name', sql<number>`count(*)::int`.as('products')])
    .orderBy('products', 'desc')
    .orderBy('categories.slug')
    .execute(asking)
}

export async function category(
  db: Database,
  slug: string,
  page: number,
  asking?: Asking,
): Promise<CategoryPage | undefined> {
  const found = await db
    .selectFrom('categories')
    .select(['slug', 'name'])
    .where('slug', '=', slug)
    .executeTakeFirst(asking)
  if (found === undefined) return undefined
  const rows = await cards(db)
    .where('products.category_slug', '=', slug)
    .orderBy('products.sold', 'desc')
    .orderBy('products.id')
    .limit(LIMIT)
    .offset(offset(page))
    .execute(asking)
  return { category: found, ...pageOf(page, rows, listed) }
}

/** @returns whether there is such a product */
export async function updateProduct(db: Database, id: string, change: ProductChange): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('products')
    .set(change)
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  return numUpdatedRows > 0n
}
