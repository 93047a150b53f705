import { type Line, LineQueue, openFile } from './lines.ts'

/** A record of a CSV file. */
export interface CsvRow<C extends string> {
  /** The line it begins on, from 1. */
  readonly line: number
  readonly problem?: undefined
  /** The field of that column, exactly as written. */
  get(column: C): string
}

/** A line that could not be read; the rest of the file goes on after it. */
export interface CsvProblem {
  readonly line: number
  /** Goes on after "line 7": `has 5 fields where the header has 8`. */
  readonly problem: string
}

export type CsvRecord<C extends string> = CsvRow<C> | CsvProblem

/** A file that can't be read at all; the message names it. */
export class CsvError extends Error {
  override readonly name = 'CsvError'
}

/** A quoted field may hold line breaks, but a stray quote must not swallow the file. */
const MAX_RECORD_LINES = 100

/**
 * Reads a `.csv` or `.csv.gz`: see {@link readCsv}.
 * @throws {CsvError} when it is missing, not gzip, cut off, or its header lacks a column
 */
export async function* readCsvFile<const C extends string>(
  path: string,
  columns: readonly C[],
): AsyncGenerator<CsvRecord<C>> {
  try {
    yield* readCsv(openFile(path), columns)
  } catch (cause) {
    throw new CsvError(`${path}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}

/**
 * Reads CSV as RFC 4180 describes it (quoted fields, doubled quotes, line breaks inside quotes), with `\n` or `\r\n`,
 * with or without a byte-order mark. Empty lines are passed over. What can't be read is a {@link CsvProblem} in its
 * place; reading resumes on the next physical line.
 * @param columns those wanted; the header may have more, in any order
 * @throws {CsvError} when the header lacks one
 */
export async function* readCsv<const C extends string>(
  source: AsyncIterable<Uint8Array>,
  columns: readonly C[],
): AsyncGenerator<CsvRecord<C>> {
  const lines = new LineQueue(source)
  const header = await readHeader(lines, columns)
  for (let line = await lines.next(); line !== undefined; line = await lines.next()) {
    if (line.text === '') continue
    const fields = await readRecord(line, lines, header.width)
    if (typeof fields === 'string') yield { line: line.number, problem: fields }
    else yield { line: line.number, get: (column) => fields[header.places.get(column) ?? -1] ?? '' }
  }
}

interface Header<C extends string> {
  /** How many fields each record must have. */
  readonly width: number
  readonly places: ReadonlyMap<C, number>
}

async function readHeader<C extends string>(lines: LineQueue, columns: readonly C[]): Promise<Header<C>> {
  const names = splitRecord((await lines.next())?.text ?? '')
  if (typeof names === 'string') throw new CsvError(`the header ${names}`)
  const missing = columns.filter((column) => !names.includes(column))
  if (missing.length > 0) throw new CsvError(`the header lacks ${missing.join(', ')}`)
  return { width: names.length, places: new Map(columns.map((column) => [column, names.indexOf(column)])) }
}

/** The fields of the record that begins with `first`, or what is wrong with it. */
async function readRecord(first: Line, lines: LineQueue, width: number): Promise<readonly string[] | string> {
  if (first.text === undefined) return first.problem
  const more: Line[] = []
  let text = first.text
  let fields: readonly string[] | string = splitRecord(text)
  while (fields === OPEN && more.length < MAX_RECORD_LINES) {
    const next = await lines.next()
    if (next === undefined) break
    more.push(next)
    if (next.text === undefined) break
    text += `\n${next.text}`
    fields = splitRecord(text)
  }
  if (typeof fields !== 'string' && fields.length !== width) {
    fields = `has ${fields.length} ${fields.length === 1 ? 'field' : 'fields'} where the header has ${width}`
  }
  if (typeof fields === 'string') lines.giveBack(more)
  return fields
}

const OPEN = 'has a quoted field without an end'
const STRAY = 'has text after the end of a quoted field'

/** The fields of one record, or what is wrong with it. */
export function splitRecord(text: string): readonly string[] | typeof OPEN | typeof STRAY {
  if (!text.includes('"')) return text.split(',')
  const fields: string[] = []
  let at = 0
  for (;;) {
    if (text[at] === '"') {
      const end = closingQuote(text, at + 1)
      if (end === -1) return OPEN
      fields.push(text.slice(at + 1, end).replaceAll('""', '"'))
      at = end + 1
      if (at < text.length && text[at] !== ',') return STRAY
    } else {
      const comma = text.indexOf(',', at)
      const end = comma === -1 ? text.length : comma
      fields.push(text.slice(at, end))
      at = end
    }
    if (at >= text.length) return fields
    at++
  }
}

/** Where the quoted field that begins at `from` ends: the first quote that isn't doubled. */
function closingQuote(text: string, from: number): number {
  let at = text.indexOf('"', from)
  while (at !== -1 && text[at + 1] === '"') at = text.indexOf('"', at + 2)
  return at
}
