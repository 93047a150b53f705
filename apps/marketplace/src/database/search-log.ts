import { sql } from 'kysely'
import type { Asking, TrendingSearch } from '../shop/origin.ts'
import type { Database } from './schema.ts'

/** What is trending is counted over so many of the latest searches. Seeded, so it is never empty. */
const TRENDING_OVER = 5_000
const TRENDING_TERMS = 10

/** Searches kept in the table. */
const KEPT = 20_000

/** Searches are written together, this often. */
const WRITE_EVERY_MS = 1_000

/** Searches that wait to be written at the most; more are not logged. */
const MAX_WAITING = 1_000

export async function trending(db: Database, asking?: Asking): Promise<readonly TrendingSearch[]> {
  const latest = db.selectFrom('searches').select('term').orderBy('id', 'desc').limit(TRENDING_OVER)
  return db
    .selectFrom(latest.as('latest'))
    .select(['term', sql<number>`count(*)::int`.as('searches')])
    .groupBy('term')
    .orderBy('searches', 'desc')
    .orderBy('term')
    .limit(TRENDING_TERMS)
    .execute(asking)
}

/** Writes down which searches are made, in the background: no search waits for it. */
export class SearchLog {
  readonly #db: Database
  readonly #onError: (error: unknown) => void
  readonly #timer: NodeJS.Timeout
  #waiting: string[] = []
  #writing: Promise<void> | undefined

  /** @param onError is told when searches could not be written; they are lost then */
  constructor(db: Database, onError: (error: unknown) => void) {
    this.#db = db
    this.#onError = onError
    this.#timer = setInterval(() => this.#flush(), WRITE_EVERY_MS).unref()
  }

  /** @param query normalised */
  add(query: string): void {
    if (this.#waiting.length < MAX_WAITING) this.#waiting.push(query)
  }

  /** Writes what waits, after what is being written. */
  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#writing
    await this.#write()
  }

  /** One write at a time: behind a slow database they must not gather. */
  #flush(): void {
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined
    })
  }

  async #write(): Promise<void> {
    if (this.#waiting.length === 0) return
    const rows = this.#waiting.map((term) => ({ term }))
    this.#waiting = []
    try {
      const written = await this.#db.insertInto('searches').values(rows).returning('id').execute()
      const newest = written.at(-1)?.id
      if (newest !== undefined) {
        await this.#db
          .deleteFrom('searches')
          .where('id', '<=', Number(newest) - KEPT)
          .execute()
      }
    } catch (error) {
      this.#onError(error)
    }
  }
}
