import { MAX_ID_LENGTH } from '../catalogue/catalogue.ts'
import { type CsvProblem, type CsvRow, readCsvFile } from '../csv/csv.ts'

/** One line of an order in a file of the layout of UCI's Online Retail. */
export interface OrderLine {
  /** Its number in the file, from 1. */
  readonly line: number
  readonly problem?: undefined
  readonly invoice: string
  /** StockCode, exactly as written; `''` where the line has none. */
  readonly code: string
  /** Without spaces around it; may be empty. */
  readonly description: string
  /** InvoiceDate taken as UTC, Unix milliseconds. */
  readonly at: number
  /** UnitPrice in pounds; `undefined` when it is not a number. */
  readonly price: number | undefined
  /** `17850.0` in the file is `17850`; `undefined` where nobody is named. */
  readonly customer: string | undefined
  readonly country: string
}

const COLUMNS = [
  'InvoiceNo',
  'StockCode',
  'Description',
  'InvoiceDate',
  'UnitPrice',
  'CustomerID',
  'Country',
] as const

const DATE = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d)(?::(\d\d))?$/

/**
 * Reads the lines of orders of a `.csv` or `.csv.gz`, in their order; a line that can't be read is a problem in its
 * place.
 * @throws {CsvError} naming the file when it can't be read at all
 */
export async function* readOrders(path: string): AsyncGenerator<OrderLine | CsvProblem> {
  for await (const record of readCsvFile(path, COLUMNS)) {
    yield record.problem === undefined ? orderLine(record) : record
  }
}

function orderLine(row: CsvRow<(typeof COLUMNS)[number]>): OrderLine | CsvProblem {
  const invoice = row.get('InvoiceNo').trim()
  const code = row.get('StockCode')
  const at = parseDate(row.get('InvoiceDate'))
  if (invoice === '') return { line: row.line, problem: 'has no InvoiceNo' }
  if (at === undefined) {
    const given = JSON.stringify(row.get('InvoiceDate').slice(0, 40))
    return { line: row.line, problem: `has the InvoiceDate ${given}; accepted: YYYY-MM-DD HH:MM:SS` }
  }
  if (code.length > MAX_ID_LENGTH || /\p{Cc}/u.test(code)) {
    return {
      line: row.line,
      problem: `has a StockCode over ${MAX_ID_LENGTH} characters or with control characters`,
    }
  }
  const price = Number(row.get('UnitPrice').trim() || 'none')
  return {
    line: row.line,
    invoice,
    code: code.trim() === '' ? '' : code,
    description: row.get('Description').trim(),
    at,
    price: Number.isFinite(price) ? price : undefined,
    customer: customerId(row.get('CustomerID').trim()),
    country: row.get('Country').trim(),
  }
}

function parseDate(text: string): number | undefined {
  const match = DATE.exec(text.trim())
  if (match === null) return undefined
  const [, year, month, day, hour, minute, second] = match
  const stamp = `${year}-${month}-${day}T${hour}:${minute}:${second ?? '00'}.000Z`
  const at = Date.parse(stamp)
  // Date.parse rolls the 31st of February over; a stamp that doesn't come back the same isn't a date.
  return !Number.isNaN(at) && new Date(at).toISOString() === stamp ? at : undefined
}

/** The file was written through a table of floating-point numbers, which left `.0` behind. */
function customerId(text: string): string | undefined {
  return text === '' ? undefined : text.replace(/\.0$/, '')
}

/** What somebody would have searched for to find it; `undefined` when there is no description. */
export function firstWord(description: string): string | undefined {
  return description.split(/\s+/, 1)[0] || undefined
}
