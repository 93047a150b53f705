import { sql } from 'kysely'
import type { Asking, LiveSeller, Seller, User } from '../shop/origin.ts'
import type { Database } from './schema.ts'

/** The shop has a page for so many streams. */
const LIVE_SELLERS = 50

export async function liveSellers(db: Database, asking?: Asking): Promise<readonly LiveSeller[]> {
  const rows = await db
    .selectFrom('sellers')
    .select(['id', 'name', 'city', 'viewers', 'live_since'])
    .where('live_since', 'is not', null)
    .orderBy('viewers', 'desc')
    .orderBy('id')
    .limit(LIVE_SELLERS)
    .$narrowType<{ live_since: Date }>()
    .execute(asking)
  return rows.map(({ live_since, ...row }) => ({ ...row, liveSince: live_since.toISOString() }))
}

export async function seller(db: Database, id: string, asking?: Asking): Promise<Seller | undefined> {
  const row = await db
    .selectFrom('sellers')
    .select(['id', 'name', 'city', 'region', 'viewers', 'live_since'])
    .select(({ selectFrom }) =>
      selectFrom('products')
        .whereRef('products.seller_id', '=', 'sellers.id')
        .select(sql<number>`count(*)::int`.as('count'))
        .$asScalar()
        .$notNull()
        .as('products'),
    )
    .where('id', '=', id)
    .executeTakeFirst(asking)
  if (row === undefined) return undefined
  const { live_since, ...rest } = row
  return { ...rest, liveSince: live_since?.toISOString() ?? null }
}

export async function user(db: Database, id: string, asking?: Asking): Promise<User | undefined> {
  return db
    .selectFrom('users')
    .select(['id', 'name', 'country', 'member_since as memberSince', 'orders'])
    .where('id', '=', id)
    .executeTakeFirst(asking)
}

/**
 * Starts or ends a seller's live stream; one that is running goes on as it began.
 * @returns whether there is such a seller
 */
export async function setStream(db: Database, id: string, live: boolean): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('sellers')
    .set({ live_since: live ? sql`coalesce(live_since, date_trunc('milliseconds', now()))` : null })
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  return numUpdatedRows > 0n
}
