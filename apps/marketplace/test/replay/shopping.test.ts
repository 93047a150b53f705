import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { requestsOf } from '../../src/replay/requests.ts'
import { readShopping } from '../../src/replay/shopping.ts'
import { realData, realDataMissing } from '../support/real-data.ts'

const HEADER = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country'

describe('shopping read from files of orders', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'marketplace-shopping-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  async function file(name: string, ...lines: readonly string[]): Promise<string> {
    const path = join(folder, name)
    await writeFile(path, gzipSync([HEADER, ...lines].join('\n')))
    return path
  }

  it('is a view a line, and a visit at the first line of each invoice', async () => {
    const path = await file(
      'a.csv.gz',
      '1,22A,RED MUG,1,2011-03-01 08:00:00,1,17850.0,UK',
      '1,22B,BLUE MUG,1,2011-03-01 08:00:00,1,17850.0,UK',
      '2,22A,,1,2011-03-01 08:01:00,1,,UK',
      '1,22C,LATE,1,2011-03-01 08:02:00,1,17850.0,UK',
    )
    const shopping = await readShopping([path])
    expect(shopping.views).toEqual([
      { at: Date.UTC(2011, 2, 1, 8), code: '22A', visit: { customer: '17850', search: 'RED' } },
      { at: Date.UTC(2011, 2, 1, 8), code: '22B' },
      { at: Date.UTC(2011, 2, 1, 8, 1), code: '22A', visit: { customer: undefined, search: undefined } },
      { at: Date.UTC(2011, 2, 1, 8, 2), code: '22C' },
    ])
    expect(shopping).toMatchObject({ visits: 2, skipped: 0, unreadable: [] })
    expect([...shopping.codes]).toEqual(['22A', '22B', '22C'])
  })

  it('skips and counts lines without a code, counts and names unreadable ones, and goes on', async () => {
    const first = await file(
      'b.csv.gz',
      '1,,X,1,2011-03-01 08:00:00,1,,UK',
      'broken',
      '1,22A,"X,1',
      '1,22A,X,1,2011-03-01 08:00,1,,UK',
    )
    const second = await file('c.csv.gz', '1,22A,X,1,yesterday,1,,UK', '1,22B,X,1,2011-03-01 08:00,1,,UK')
    const shopping = await readShopping([first, second])
    expect(shopping.views.map(({ code }) => code)).toEqual(['22A', '22B'])
    expect(shopping.views.map(({ visit }) => visit !== undefined)).toEqual([true, false])
    expect(shopping.skipped).toBe(1)
    expect(shopping.unreadable).toEqual([
      'b.csv.gz, line 3 has 1 field where the header has 8',
      'b.csv.gz, line 4 has a quoted field without an end',
      'c.csv.gz, line 2 has the InvoiceDate "yesterday"; accepted: YYYY-MM-DD HH:MM:SS',
    ])
  })

  it('is refused when a file cannot be read at all', async () => {
    await expect(readShopping([join(folder, 'none.csv')])).rejects.toThrow('none.csv: ENOENT')
  })
})

describe('the requests of a view', () => {
  it('are one product, after feed, user and search where it begins a visit', () => {
    expect(requestsOf({ at: 0, code: '22A' })).toEqual([{ kind: 'product', path: '/api/products/22A' }])
    expect(
      requestsOf({ at: 0, code: '22A', visit: { customer: '17850', search: 'RED' } }).map(({ path }) => path),
    ).toEqual(['/api/feeds/discover?page=1', '/api/users/17850', '/api/search?q=RED', '/api/products/22A'])
    expect(
      requestsOf({ at: 0, code: '22A', visit: { customer: undefined, search: undefined } }).map(
        ({ kind }) => kind,
      ),
    ).toEqual(['feed', 'product'])
  })

  it.each([
    ['BANK CHARGES', '/api/products/BANK%20CHARGES'],
    ['SET/5', '/api/products/SET%2F5'],
    ['?', '/api/products/%3F'],
    ['50%', '/api/products/50%25'],
    ['..', '/api/products/%2E%2E'],
  ])('encode the code %s', (code, path) => {
    expect(requestsOf({ at: 0, code })).toEqual([{ kind: 'product', path }])
  })
})

describe.skipIf(realDataMissing())('a real month of shopping', () => {
  it('has the lines, visits and codes that the file has', async () => {
    const shopping = await readShopping([join(realData, 'online-retail', '2011-03.csv.gz')])
    expect(shopping.views).toHaveLength(36_748)
    expect(shopping.codes.size).toBe(2_562)
    expect(shopping).toMatchObject({ skipped: 0, unreadable: [] })
    expect(shopping.views.filter(({ visit }) => visit !== undefined)).toHaveLength(shopping.visits)
  })
})
