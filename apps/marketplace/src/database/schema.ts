import type { ColumnType, Generated, Kysely } from 'kysely'

/** PostgreSQL schema that holds the marketplace's tables, so that they never meet another application's. */
export const SCHEMA = 'marketplace'

export interface Tables {
  categories: CategoriesTable
  sellers: SellersTable
  products: ProductsTable
  users: UsersTable
  searches: SearchesTable
  seeding: SeedingTable
}

export type Database = Kysely<Tables>

interface CategoriesTable {
  slug: string
  name: string
}

interface SellersTable {
  id: string
  name: string
  city: string
  region: string
  /** `null`: not live. */
  live_since: ColumnType<Date | null, string | null, Date | null>
  viewers: number
}

interface ProductsTable {
  id: string
  name: string
  description: string
  /** `numeric(12, 3)`, which drivers give as text: select it through {@link asNumber}. */
  price: ColumnType<string, number, number>
  stock: number
  sold: number
  category_slug: string
  seller_id: string
  /** The name as it is searched: see `search-text.ts`. */
  search_text: string
  /** `tsvector`, made from `search_text` by the database. */
  search_vector: ColumnType<string, never, never>
}

interface UsersTable {
  id: string
  name: string
  country: string
  /** `YYYY-MM-DD`. */
  member_since: string
  orders: number
}

/** One row per search made, so that what is trending can be counted. */
interface SearchesTable {
  /** Grows with time; larger than JavaScript's numbers only after ages. */
  id: Generated<number>
  term: string
}

/** What the tables were filled with: at most one row. */
interface SeedingTable {
  source: string
  fingerprint: string
}
