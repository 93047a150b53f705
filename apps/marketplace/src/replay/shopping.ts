import { basename } from 'node:path'
import { firstWord, readOrders } from '../orders/order-lines.ts'

/** One line of an order: somebody looks at a product. */
export interface ProductView {
  /** Unix milliseconds. */
  readonly at: number
  readonly code: string
  /** On the first line of an invoice: somebody has come. */
  readonly visit?: Visit
}

export interface Visit {
  readonly customer: string | undefined
  /** What they search for, where the line says. */
  readonly search: string | undefined
}

/** What files of orders hold for a replay. */
export interface Shopping {
  readonly views: readonly ProductView[]
  readonly visits: number
  readonly codes: ReadonlySet<string>
  /** Lines without a StockCode. */
  readonly skipped: number
  /** `2011-03.csv.gz, line 7 has 5 fields where the header has 8`. */
  readonly unreadable: readonly string[]
}

/**
 * Reads files of orders. All of it is kept: a month takes about 10 MB.
 * @throws {CsvError} naming the file that can't be read at all
 */
export async function readShopping(files: readonly string[]): Promise<Shopping> {
  const views: ProductView[] = []
  const codes = new Map<string, string>()
  const invoices = new Set<string>()
  const unreadable: string[] = []
  let skipped = 0
  for (const file of files) {
    for await (const line of readOrders(file)) {
      if (line.problem !== undefined) {
        unreadable.push(`${basename(file)}, line ${line.line} ${line.problem}`)
        continue
      }
      if (line.code === '') {
        skipped++
        continue
      }
      // One string for each code, however many lines name it.
      const code = codes.get(line.code) ?? line.code
      codes.set(code, code)
      const view = { at: line.at, code }
      if (invoices.has(line.invoice)) {
        views.push(view)
      } else {
        invoices.add(line.invoice)
        views.push({ ...view, visit: { customer: line.customer, search: firstWord(line.description) } })
      }
    }
  }
  return { views, visits: invoices.size, codes: new Set(codes.keys()), skipped, unreadable }
}
