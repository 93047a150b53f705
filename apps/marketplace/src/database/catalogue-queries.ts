import { sql } from 'kysely'
import type { CatalogueFigures } from '../shop/origin.ts'
import type { Database } from './schema.ts'

export async function catalogueFigures(db: Database): Promise<CatalogueFigures> {
  const count = (table: 'products' | 'categories' | 'sellers' | 'users') =>
    db.selectFrom(table).select(sql<number>`count(*)::int`.as('count')).$asScalar().$notNull()
  return db
    .selectFrom('seeding')
    .select(['source', 'fingerprint'])
    .select([count('products').as('products'), count('categories').as('categories')])
    .select([count('sellers').as('sellers'), count('users').as('users')])
    .executeTakeFirstOrThrow()
}

/** The id of every product, sorted. */
export async function productIds(db: Database): Promise<readonly string[]> {
  const rows = await db.selectFrom('products').select('id').orderBy('id').execute()
  return rows.map(({ id }) => id)
}
