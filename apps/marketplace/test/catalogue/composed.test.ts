import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Catalogue } from '../../src/catalogue/catalogue.ts'
import { composedCatalogue } from '../../src/catalogue/composed.ts'
import { realData, realDataMissing } from '../support/real-data.ts'

const ORDERS = `InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
1,22A,RED MUG,1,2011-03-01 08:00:00,2.50,100.0,France
1,22a,BLUE MUG,1,2011-03-01 08:00:00,3.00,100.0,France
2,22A,RED CUP,1,2011-03-02 08:00:00,2.75,,France
3,22A,RED MUG ,1,2011-03-03 08:00:00,0.0,200.0,Spain
this line is broken
C4,22A,DAMAGED,-1,2011-03-04 08:00:00,2.60,100.0,Germany
5,?,,1,2011-03-05 08:00:00,1,100.0,Germany
5,,NO CODE,1,2011-03-05 08:00:00,1,100.0,Germany
`
const PRODUCTS = `"product_id","product_category_name"
"p1",artes
"p2",artes
"p3",
"p4",sem_nome
`
const SELLERS = `seller_id,seller_zip_code_prefix,seller_city,seller_state
3442f8959a84dea7ee197c632cb2df15,13023,campinas,SP
`
const NAMES = `\ufeffproduct_category_name,product_category_name_english\r\nartes,arts_and_crafts\r\nbebes,baby\r\n`

async function writeData(folder: string, orders: string): Promise<void> {
  await mkdir(join(folder, 'online-retail'), { recursive: true })
  await mkdir(join(folder, 'catalogue'), { recursive: true })
  await writeFile(join(folder, 'online-retail', '2011-03.csv.gz'), gzipSync(orders))
  await writeFile(join(folder, 'catalogue', 'olist_products_dataset.csv.gz'), gzipSync(PRODUCTS))
  await writeFile(join(folder, 'catalogue', 'olist_sellers_dataset.csv.gz'), gzipSync(SELLERS))
  await writeFile(join(folder, 'catalogue', 'product_category_name_translation.csv.gz'), gzipSync(NAMES))
}

describe('a catalogue composed from a folder of data', () => {
  let folder = ''
  let catalogue: Catalogue
  const said: string[] = []

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'marketplace-composed-'))
    await writeData(folder, ORDERS)
    catalogue = await composedCatalogue(folder).load((text) => said.push(text))
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('has one product per code, where case matters', () => {
    expect(catalogue.products.map(({ id }) => id)).toEqual(['22A', '22a', '?'])
  })

  it('gives a product its most frequent description, and its code where it has none', () => {
    expect(catalogue.products.map(({ name }) => name)).toEqual(['RED MUG', 'BLUE MUG', '?'])
  })

  it('gives a product its latest price above zero', () => {
    expect(catalogue.products.map(({ price }) => price)).toEqual([2.6, 3, 1])
  })

  it('counts what was sold, without cancellations', () => {
    expect(catalogue.products.map(({ sold }) => sold)).toEqual([3, 1, 1])
  })

  it('gives users their country, first day and number of orders', () => {
    expect(catalogue.users).toEqual([
      { id: '100', name: 'Customer 100', country: 'Germany', member_since: '2011-03-01', orders: 2 },
      { id: '200', name: 'Customer 200', country: 'Spain', member_since: '2011-03-03', orders: 1 },
    ])
  })

  it('takes the first word of each visit for a past search', () => {
    expect(catalogue.searches).toEqual(['RED', 'RED', 'RED', 'DAMAGED'])
  })

  it('names sellers and categories after what Olist knows of them', () => {
    expect(catalogue.sellers).toMatchObject([{ name: 'Seller 3442f895', city: 'Campinas', region: 'SP' }])
    expect(catalogue.categories).toEqual([
      { slug: 'arts-and-crafts', name: 'Arts and crafts' },
      { slug: 'baby', name: 'Baby' },
    ])
    expect(new Set(catalogue.products.map(({ category_slug }) => category_slug))).toEqual(
      new Set(['arts-and-crafts']),
    )
  })

  it('says how far it is and which lines it could not read', () => {
    expect(said).toEqual([
      'read 2011-03.csv.gz: 7 order lines so far (1 unreadable, the first: line 6 has 1 field where the header has 8)',
    ])
  })

  it('has a fingerprint of what the files hold, wherever they lie', async () => {
    const [copy, changed] = [join(folder, 'copy'), join(folder, 'changed')]
    for (const part of ['online-retail', 'catalogue']) {
      await cp(join(folder, part), join(copy, part), { recursive: true })
    }
    await writeData(changed, ORDERS.replace('2.75', '2.76'))
    const fingerprint = await composedCatalogue(folder).fingerprint()
    expect(await composedCatalogue(copy).fingerprint()).toBe(fingerprint)
    expect(await composedCatalogue(changed).fingerprint()).not.toBe(fingerprint)
  })

  it('refuses a file that is not what it should be', async () => {
    const broken = join(folder, 'broken')
    await writeData(broken, 'a,b\n1,2\n')
    await expect(composedCatalogue(broken).load(() => {})).rejects.toThrow(
      '2011-03.csv.gz: the header lacks InvoiceNo, StockCode',
    )
    const bytes = await readFile(join(folder, 'catalogue', 'olist_sellers_dataset.csv.gz'))
    await writeData(broken, ORDERS)
    await writeFile(join(broken, 'catalogue', 'olist_sellers_dataset.csv.gz'), bytes.subarray(0, 20))
    await expect(composedCatalogue(broken).load(() => {})).rejects.toThrow('olist_sellers_dataset.csv.gz: ')
  })
})

describe.skipIf(realDataMissing())('the catalogue composed from the real data', () => {
  it('knows every code, as written, and every customer', async () => {
    const { products, users, sellers, categories } = await composedCatalogue(realData).load(() => {})
    expect(products).toHaveLength(3774)
    expect(users).toHaveLength(3360)
    expect(sellers).toHaveLength(3095)
    expect(categories).toHaveLength(71)
    const byId = new Map(products.map((product) => [product.id, product]))
    expect(byId.get('85123A')).toMatchObject({ name: 'WHITE HANGING HEART T-LIGHT HOLDER', price: 2.95 })
    expect(byId.has('85123a') && byId.has('BANK CHARGES') && byId.has('m') && byId.has('M')).toBe(true)
    expect(users.some(({ id }) => id === '17850')).toBe(true)
  })
})
