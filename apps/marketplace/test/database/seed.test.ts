import { type PostgresServer, startPostgres } from '@hitrate/test-support'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { generatedCatalogue } from '../../src/catalogue/generated.ts'
import { catalogueFigures } from '../../src/database/catalogue-queries.ts'
import { databaseOrigin } from '../../src/database/database-origin.ts'
import { openDatabase } from '../../src/database/open.ts'
import { updateProduct } from '../../src/database/product-queries.ts'
import { seed } from '../../src/database/seed.ts'

const fail = (error: unknown): never => {
  throw error
}
const small = generatedCatalogue({ products: 50, sellers: 5, users: 5, searches: 20, live: 1 })
const other = generatedCatalogue({ products: 60, sellers: 5, users: 5, searches: 20, live: 1 })

describe('filling a PostgreSQL', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres()
  })
  afterAll(() => server?.stop())

  it('happens once, also when processes start together, and leaves what was changed since', async () => {
    const databases = await Promise.all([1, 2, 3].map(() => openDatabase(server.url, fail)))
    const written = await Promise.all(databases.map((db) => seed(db, small, () => {})))
    expect(written.filter(Boolean)).toHaveLength(1)

    const [db] = databases
    if (db === undefined) throw new Error('no database')
    await updateProduct(db, '10001', { stock: 4321 })
    expect(await seed(db, small, () => {})).toBe(false)
    expect(await databaseOrigin(db).product('10001')).toMatchObject({ stock: 4321 })
    await Promise.all(databases.map((database) => database.destroy()))
  })

  it('replaces a catalogue by another one, and says so', async () => {
    const db = await openDatabase(server.url, fail)
    const said: string[] = []
    expect(await seed(db, other, (text) => said.push(text))).toBe(true)
    expect(said).toEqual(['replacing the generated catalogue in the database'])
    expect(await catalogueFigures(db)).toMatchObject({ products: 60 })
    await db.destroy()
  })

  it('leaves the old catalogue as it was when the new one cannot be read', async () => {
    const db = await openDatabase(server.url, fail)
    const broken = { ...small, load: () => Promise.reject(new Error('cut off')) }
    await expect(seed(db, broken, () => {})).rejects.toThrow('cut off')
    expect(await catalogueFigures(db)).toMatchObject({ products: 60 })
    await db.destroy()
  })

  it('is refused with the reason when nothing answers', async () => {
    await expect(openDatabase('postgres://127.0.0.1:1/none', fail)).rejects.toThrow('ECONNREFUSED')
  })
})
