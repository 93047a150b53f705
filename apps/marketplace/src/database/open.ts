import { PGlite } from '@electric-sql/pglite'
import { Kysely, PGliteDialect, PostgresDialect } from 'kysely'
import pg from 'pg'
import { migrate } from './migrations.ts'
import { type Database, SCHEMA, type Tables } from './schema.ts'

/** Connections to PostgreSQL at the most. PGlite has a single one. */
const MAX_CONNECTIONS = 10

/** How long a start waits for PostgreSQL to answer. */
const CONNECT_TIMEOUT_MS = 5_000

/**
 * Opens the database and brings its tables up to date.
 * @param url PostgreSQL's; `undefined`: a PGlite in this process's memory, which takes some seconds to make
 * @param onError is told when an idle connection breaks; the next query makes a new one
 * @throws when PostgreSQL can't be reached or refuses
 */
export async function openDatabase(
  url: string | undefined,
  onError: (error: Error) => void,
): Promise<Database> {
  const db = new Kysely<Tables>({ dialect: url === undefined ? embedded() : server(url, onError) })
  try {
    await migrate(db)
  } catch (error) {
    await db.destroy()
    throw error
  }
  return db.withSchema(SCHEMA)
}

function embedded(): PGliteDialect {
  return new PGliteDialect({ pglite: () => PGlite.create() })
}

function server(url: string, onError: (error: Error) => void): PostgresDialect {
  const pool = new pg.Pool({
    connectionString: url,
    max: MAX_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'hitrate-marketplace',
  })
  // Without a listener the pool would throw a broken idle connection at the whole process.
  pool.on('error', onError)
  return new PostgresDialect({ pool })
}
