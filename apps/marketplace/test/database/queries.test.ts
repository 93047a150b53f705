import { type PostgresServer, startPostgres } from '@hitrate/test-support'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { generatedCatalogue } from '../../src/catalogue/generated.ts'
import { catalogueFigures, productIds } from '../../src/database/catalogue-queries.ts'
import { databaseOrigin } from '../../src/database/database-origin.ts'
import { openDatabase } from '../../src/database/open.ts'
import { setStream } from '../../src/database/people-queries.ts'
import { updateProduct } from '../../src/database/product-queries.ts'
import type { Database } from '../../src/database/schema.ts'
import { SearchLog } from '../../src/database/search-log.ts'
import { seed } from '../../src/database/seed.ts'

const fail = (error: unknown): never => {
  throw error
}

/** A database whose locale sorts and compares text quite unlike PGlite's does. */
async function englishDatabase(server: PostgresServer): Promise<string> {
  const client = new pg.Client({ connectionString: server.url })
  await client.connect()
  await client.query(
    "create database shop template template0 locale_provider icu icu_locale 'en-US' locale 'C.UTF-8'",
  )
  await client.end()
  return server.url.replace(/postgres$/, 'shop')
}

describe('the queries on PGlite and on a real PostgreSQL', () => {
  let server: PostgresServer
  let embedded: Database
  let real: Database

  beforeAll(async () => {
    server = await startPostgres()
    embedded = await openDatabase(undefined, fail)
    real = await openDatabase(await englishDatabase(server), fail)
    for (const db of [embedded, real]) expect(await seed(db, generatedCatalogue(), () => {})).toBe(true)
  })
  afterAll(async () => {
    await Promise.all([embedded?.destroy(), real?.destroy()])
    await server?.stop()
  })

  /** The answer, after asserting that both databases give it. */
  async function both<T>(ask: (db: Database) => Promise<T>): Promise<T> {
    const [ours, theirs] = [await ask(embedded), await ask(real)]
    expect(ours).toEqual(theirs)
    return ours
  }
  const origin = databaseOrigin

  it('give the same discover feed, live sellers first and no product twice', async () => {
    const pages = await Promise.all([1, 2, 3].map((page) => both((db) => origin(db).discover(page))))
    const items = pages.flatMap((page) => page.items)
    expect(items).toHaveLength(60)
    expect(new Set(items.map(({ id }) => id)).size).toBe(60)
    expect(items[0]).toMatchObject({ seller: { live: true } })
    expect(pages[0]).toMatchObject({ page: 1, pageSize: 20, hasMore: true })
  })

  it('give the same last page of the feed, and an empty one after it', async () => {
    expect(await both((db) => origin(db).discover(100))).toMatchObject({
      hasMore: false,
      items: { length: 20 },
    })
    expect(await both((db) => origin(db).discover(101))).toMatchObject({ hasMore: false, items: [] })
  })

  it('give the same product for every id, its price a number', async () => {
    const codes = await both((db) => productIds(db))
    expect(codes).toHaveLength(2000)
    for (const id of codes.filter((_, index) => index % 40 === 0)) {
      const product = await both((db) => origin(db).product(id))
      expect(product).toMatchObject({ id, price: expect.any(Number) })
    }
    expect(await both((db) => origin(db).product('no such'))).toBeUndefined()
  })

  it('find the same products for every word of every name, with stemming, most bought first', async () => {
    const names = (await generatedCatalogue().load(() => {})).products.map(({ name }) => name)
    const words = new Set(names.flatMap((name) => name.toLowerCase().split(' ')))
    // English full text leaves words out that say nothing.
    for (const stopWord of ['on', 'can', 'up']) words.delete(stopWord)
    expect(words.size).toBeGreaterThan(100)
    for (const word of words) {
      const found = await both((db) => origin(db).search(word, 1))
      expect(found.items.length, word).toBeGreaterThan(0)
    }
    const singular = await both((db) => origin(db).search('candle holder', 1))
    expect((await both((db) => origin(db).search('candles holders', 1))).items).toEqual(singular.items)
  })

  it('page through the same search results without gap or repetition', async () => {
    const seen: string[] = []
    for (let page = 1, more = true; more; page++) {
      const found = await both((db) => origin(db).search('red', page))
      seen.push(...found.items.map(({ id }) => id))
      more = found.hasMore
    }
    const names = (await generatedCatalogue().load(() => {})).products.map(({ name }) => name)
    expect(seen).toHaveLength(names.filter((name) => / Red /.test(name)).length)
    expect(new Set(seen).size).toBe(seen.length)
  })

  it.each(['?', 'the', "o'brien & (x | !y):*", '%', 'ÉLAN', '北京', 'x'.repeat(100)])(
    'find nothing, and do not fail, when asked for %j',
    async (query) => {
      expect((await both((db) => origin(db).search(query, 1))).items).toEqual([])
    },
  )

  it('count the same trending searches, never none', async () => {
    const trending = await both((db) => origin(db).trending())
    expect(trending).toHaveLength(10)
    expect(trending.map(({ searches }) => searches)).toEqual(
      trending.map(({ searches }) => searches).toSorted((one, other) => other - one),
    )
  })

  it('count new searches once they are written', async () => {
    await both(async (db) => {
      const log = new SearchLog(db, fail)
      for (let made = 0; made < 600; made++) log.add('retro red mug')
      await log.close()
      return (await db.selectFrom('searches').select('term').execute()).length
    })
    expect((await both((db) => origin(db).trending()))[0]).toEqual({ term: 'retro red mug', searches: 600 })
  })

  it('give the same categories and the same pages of each', async () => {
    const categories = await both((db) => origin(db).categories())
    expect(categories).toHaveLength(24)
    expect(categories.reduce((sum, { products }) => sum + products, 0)).toBe(2000)
    for (const { slug, products } of categories) {
      const page = await both((db) => origin(db).category(slug, 2))
      expect(page?.items).toHaveLength(Math.min(20, products - 20))
    }
    expect(await both((db) => origin(db).category('no-such', 1))).toBeUndefined()
  })

  it('give the same live sellers, sellers and users', async () => {
    const live = await both((db) => origin(db).liveSellers())
    expect(live).toHaveLength(12)
    expect(await both((db) => origin(db).seller(live[0]?.id ?? ''))).toMatchObject(live[0] ?? {})
    expect(await both((db) => origin(db).seller('120'))).toMatchObject({ liveSince: null, viewers: 0 })
    expect(await both((db) => origin(db).seller('0'))).toBeUndefined()
    expect(await both((db) => origin(db).user('12001'))).toMatchObject({
      id: '12001',
      orders: expect.any(Number),
    })
    expect(await both((db) => origin(db).user('17850.0'))).toBeUndefined()
  })

  it('give the same figures of the catalogue', async () => {
    expect(await both((db) => catalogueFigures(db))).toEqual({
      source: 'generated',
      fingerprint: expect.any(String),
      products: 2000,
      categories: 24,
      sellers: 120,
      users: 1000,
    })
  })

  it('change price and stock of a product, each alone or together, and say when there is none', async () => {
    expect(await both((db) => updateProduct(db, '10001', { price: 12.34 }))).toBe(true)
    expect(await both((db) => updateProduct(db, '10001', { stock: 7 }))).toBe(true)
    expect(await both((db) => origin(db).product('10001'))).toMatchObject({ price: 12.34, stock: 7 })
    expect(await both((db) => updateProduct(db, 'no such', { price: 1, stock: 1 }))).toBe(false)
  })

  it('start and end a stream, and let a running one go on as it began', async () => {
    const began = await both(async (db) => (await origin(db).seller('1'))?.liveSince)
    expect(await both((db) => setStream(db, '1', true))).toBe(true)
    expect(await both(async (db) => (await origin(db).seller('1'))?.liveSince)).toBe(began)
    expect(await both((db) => setStream(db, '1', false))).toBe(true)
    expect(await both(async (db) => (await origin(db).seller('1'))?.liveSince)).toBeNull()
    expect(await both((db) => setStream(db, '0', true))).toBe(false)
    for (const db of [embedded, real]) {
      await setStream(db, '2', false)
      await setStream(db, '2', true)
      expect((await origin(db).seller('2'))?.liveSince).toMatch(/^20\d\d-\d\d-\d\dT[\d:]+\.\d{3}Z$/)
    }
  })

  it('keep the log of searches at 20 000 rows', async () => {
    await both(async (db) => {
      const rows = Array.from({ length: 1000 }, () => ({ term: 'x' }))
      for (let batch = 0; batch < 20; batch++) await db.insertInto('searches').values(rows).execute()
      const log = new SearchLog(db, fail)
      log.add('last')
      await log.close()
      return (await db.selectFrom('searches').select('id').execute()).length
    }).then((kept) => expect(kept).toBe(20_000))
  })
})
