import { sql, type Transaction } from 'kysely'
import type { Catalogue, CatalogueSource } from '../catalogue/catalogue.ts'
import { normalisedQuery } from '../shop/search-query.ts'
import type { Database, Tables } from './schema.ts'
import { searchText } from './search-text.ts'

/** Rows per statement: few round trips, well below PostgreSQL's 65 535 parameters. */
const BATCH = 1000

/** Any number; the same one in all processes, so that only one of them fills the tables. */
const SEEDING_LOCK = 7_236_001

/**
 * Fills the tables with the catalogue, once: a database that holds it already (by the source's fingerprint) is left
 * alone, one that holds another is emptied first. All in one transaction, under a lock that other processes wait for.
 * @returns whether anything was written
 */
export async function seed(
  db: Database,
  source: CatalogueSource,
  progress: (text: string) => void,
): Promise<boolean> {
  const fingerprint = await source.fingerprint()
  return db.transaction().execute(async (transaction) => {
    await sql`select pg_advisory_xact_lock(${SEEDING_LOCK})`.execute(transaction)
    const present = await transaction
      .selectFrom('seeding')
      .select(['source', 'fingerprint'])
      .executeTakeFirst()
    if (present?.source === source.name && present.fingerprint === fingerprint) return false
    if (present !== undefined) progress(`replacing the ${present.source} catalogue in the database`)
    await clear(transaction)
    await fill(transaction, await source.load(progress))
    await transaction.insertInto('seeding').values({ source: source.name, fingerprint }).execute()
    return true
  })
}

async function clear(db: Transaction<Tables>): Promise<void> {
  for (const table of ['seeding', 'searches', 'users', 'products', 'sellers', 'categories'] as const) {
    await db.deleteFrom(table).execute()
  }
}

async function fill(db: Transaction<Tables>, catalogue: Catalogue): Promise<void> {
  for (const rows of batches(catalogue.categories)) await db.insertInto('categories').values(rows).execute()
  for (const rows of batches(catalogue.sellers)) await db.insertInto('sellers').values(rows).execute()
  for (const rows of batches(catalogue.products)) {
    const searchable = rows.map((row) => ({ ...row, search_text: searchText(row.name) }))
    await db.insertInto('products').values(searchable).execute()
  }
  for (const rows of batches(catalogue.users)) await db.insertInto('users').values(rows).execute()
  const searches = catalogue.searches.filter((search) => searchText(search) !== '')
  for (const batch of batches(searches)) {
    const rows = batch.map((search) => ({ term: normalisedQuery(search) }))
    await db.insertInto('searches').values(rows).execute()
  }
}

function* batches<T>(rows: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < rows.length; start += BATCH) yield rows.slice(start, start + BATCH)
}
