import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { firstWord, readOrders } from '../../src/orders/order-lines.ts'

const HEADER = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country'

describe('reading lines of orders', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'marketplace-orders-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  async function read(...lines: readonly string[]): Promise<unknown[]> {
    const path = join(folder, 'orders.csv')
    await writeFile(path, [HEADER, ...lines, ''].join('\n'))
    const orders: unknown[] = []
    for await (const order of readOrders(path)) orders.push(order)
    return orders
  }

  it('gives code, description, time, price, customer and country', async () => {
    expect(
      await read('545220,85123a,"PLASTERS, IN TIN ",2,2011-03-01 08:30:00,7.95,14620.0,United Kingdom'),
    ).toEqual([
      {
        line: 2,
        invoice: '545220',
        code: '85123a',
        description: 'PLASTERS, IN TIN',
        at: Date.UTC(2011, 2, 1, 8, 30),
        price: 7.95,
        customer: '14620',
        country: 'United Kingdom',
      },
    ])
  })

  it('leaves the code as written, and the customer out where nobody is named', async () => {
    const [odd, none] = await read(
      'C1,BANK CHARGES,,1,2011-03-01 08:30,,,EIRE',
      '2, ,x,1,2011-03-01 08:30,abc,17850.5,EIRE',
    )
    expect(odd).toMatchObject({
      code: 'BANK CHARGES',
      customer: undefined,
      price: undefined,
      description: '',
    })
    expect(none).toMatchObject({ code: '', customer: '17850.5', price: undefined })
  })

  it.each([
    [',22556,x,1,2011-03-01 08:30:00,1,,UK', 'has no InvoiceNo'],
    [
      '1,22556,x,1,01/03/2011 08:30,1,,UK',
      'has the InvoiceDate "01/03/2011 08:30"; accepted: YYYY-MM-DD HH:MM:SS',
    ],
    [
      '1,22556,x,1,2011-02-30 08:30:00,1,,UK',
      'has the InvoiceDate "2011-02-30 08:30:00"; accepted: YYYY-MM-DD HH:MM:SS',
    ],
    [
      `1,${'9'.repeat(65)},x,1,2011-03-01 08:30:00,1,,UK`,
      'has a StockCode over 64 characters or with control characters',
    ],
    [
      '1,22\t56,x,1,2011-03-01 08:30:00,1,,UK',
      'has a StockCode over 64 characters or with control characters',
    ],
    ['1,22556', 'has 2 fields where the header has 8'],
  ])('reports %j', async (line, problem) => {
    expect(await read(line)).toEqual([{ line: 2, problem }])
  })

  it('finds the first word of a description', () => {
    expect(firstWord('SET/5 RED RETROSPOT')).toBe('SET/5')
    expect(firstWord('DOORMAT\tX')).toBe('DOORMAT')
    expect(firstWord('')).toBeUndefined()
  })
})
