import { type Kysely, sql } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import { type Database, SCHEMA } from './schema.ts'

/**
 * Ids sort by code point everywhere: without it the answers' order would depend on the locale the database was
 * created with.
 */
const ID = sql`text collate "C"`

const createShop: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    const schema = db.schema.withSchema(SCHEMA)
    await schema
      .createTable('categories')
      .addColumn('slug', ID, (column) => column.primaryKey())
      .addColumn('name', 'text', (column) => column.notNull())
      .execute()
    await schema
      .createTable('sellers')
      .addColumn('id', ID, (column) => column.primaryKey())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('city', 'text', (column) => column.notNull())
      .addColumn('region', 'text', (column) => column.notNull())
      .addColumn('live_since', 'timestamptz')
      .addColumn('viewers', 'integer', (column) => column.notNull())
      .execute()
    await schema
      .createTable('products')
      .addColumn('id', ID, (column) => column.primaryKey())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('description', 'text', (column) => column.notNull())
      .addColumn('price', 'numeric(12, 3)', (column) => column.notNull())
      .addColumn('stock', 'integer', (column) => column.notNull())
      .addColumn('sold', 'integer', (column) => column.notNull())
      .addColumn('category_slug', ID, (column) => column.notNull().references(`${SCHEMA}.categories.slug`))
      .addColumn('seller_id', ID, (column) => column.notNull().references(`${SCHEMA}.sellers.id`))
      .addColumn('search_text', 'text', (column) => column.notNull())
      .addColumn('search_vector', sql`tsvector`, (column) =>
        column.generatedAlwaysAs(sql`to_tsvector('english', search_text)`).stored(),
      )
      .execute()
    await schema
      .createTable('users')
      .addColumn('id', ID, (column) => column.primaryKey())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('country', 'text', (column) => column.notNull())
      .addColumn('member_since', 'text', (column) => column.notNull())
      .addColumn('orders', 'integer', (column) => column.notNull())
      .execute()
    await schema
      .createTable('searches')
      .addColumn('id', 'bigint', (column) => column.primaryKey().generatedAlwaysAsIdentity())
      .addColumn('term', ID, (column) => column.notNull())
      .execute()
    await schema
      .createTable('seeding')
      .addColumn('source', 'text', (column) => column.notNull())
      .addColumn('fingerprint', 'text', (column) => column.notNull())
      .execute()

    const products = schema.createIndex('products_search').on('products').using('gin').column('search_vector')
    await products.execute()
    await schema
      .createIndex('products_by_category')
      .on('products')
      .columns(['category_slug', 'sold desc', 'id'])
      .execute()
    await schema.createIndex('products_by_seller').on('products').column('seller_id').execute()
    await schema.createIndex('products_by_sold').on('products').columns(['sold desc', 'id']).execute()
  },
}

const MIGRATIONS: Readonly<Record<string, Migration>> = { '0001-create-shop': createShop }

/** Brings the database's tables up to date. Several processes may do so at once: they wait for each other. */
export async function migrate(db: Database): Promise<void> {
  const migrator = new Migrator({
    db,
    provider: { getMigrations: () => Promise.resolve({ ...MIGRATIONS }) },
    migrationTableSchema: SCHEMA,
  })
  const { error } = await migrator.migrateToLatest()
  if (error !== undefined) throw error
}
