import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CsvError, readCsv, readCsvFile } from '../../src/csv/csv.ts'

async function* chunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size)
}

/** Every record: its line and its fields, or its line and what is wrong with it. */
async function read(
  text: string | Uint8Array,
  columns: readonly string[] = ['a', 'b'],
  chunkSize: number = 7,
): Promise<unknown[]> {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text
  const records: unknown[] = []
  for await (const record of readCsv(chunks(bytes, chunkSize), columns)) {
    const { line, problem } = record
    records.push(
      problem === undefined ? [line, ...columns.map((column) => record.get(column))] : { line, problem },
    )
  }
  return records
}

describe('reading CSV', () => {
  it('gives each record its fields by column, in any order of the columns, and its line', async () => {
    expect(await read('b,x,a\n1,2,3\n4,5,6\n')).toEqual([
      [2, '3', '1'],
      [3, '6', '4'],
    ])
  })

  it('keeps fields exactly as written: case, spaces and odd characters', async () => {
    expect(await read('a,b\n BANK charges ,SET/5?\n')).toEqual([[2, ' BANK charges ', 'SET/5?']])
  })

  it('understands quoted fields with commas, doubled quotes and line breaks in them', async () => {
    expect(await read('a,b\n"KEY FOB , SHED","12"" DISC"\n"two\nlines",\n"",last')).toEqual([
      [2, 'KEY FOB , SHED', '12" DISC'],
      [3, 'two\nlines', ''],
      [5, '', 'last'],
    ])
  })

  it('takes a quote inside an unquoted field for what it is', async () => {
    expect(await read('a,b\n6" PLATE,"q"\n')).toEqual([[2, '6" PLATE', 'q']])
  })

  it('drops a byte-order mark, understands CRLF and a last line without an end, and passes over empty lines', async () => {
    expect(await read('\ufeffa,b\r\n1,2\r\n\r\n3,4')).toEqual([
      [2, '1', '2'],
      [4, '3', '4'],
    ])
  })

  it('gives the same records however the bytes arrive', async () => {
    const text = 'a,b\r\n"ä""\r\nö",€\r\nx,y\r\n'
    const whole = await read(text, ['a', 'b'], 1000)
    for (let size = 1; size < 12; size++) expect(await read(text, ['a', 'b'], size)).toEqual(whole)
  })

  it('reports a line with too few or too many fields and goes on', async () => {
    expect(await read('a,b\n1\n2,3\n4,5,6\n7,8\n')).toEqual([
      { line: 2, problem: 'has 1 field where the header has 2' },
      [3, '2', '3'],
      { line: 4, problem: 'has 3 fields where the header has 2' },
      [5, '7', '8'],
    ])
  })

  it('loses only its own line to a quote without an end', async () => {
    expect(await read('a,b\n"oops,1\n2,3\n4,5\n')).toEqual([
      { line: 2, problem: 'has a quoted field without an end' },
      [3, '2', '3'],
      [4, '4', '5'],
    ])
  })

  it('reads lines again that a stray quote had joined to it', async () => {
    expect(await read('a,b\n"oops,1\n2,3\n4,"5"\n6,7\n')).toEqual([
      { line: 2, problem: 'has text after the end of a quoted field' },
      [3, '2', '3'],
      [4, '4', '5'],
      [5, '6', '7'],
    ])
  })

  it('reports a line that is not UTF-8 and goes on', async () => {
    const latin1 = Buffer.concat([
      Buffer.from('a,b\n'),
      Buffer.from('\xa340,1\n', 'latin1'),
      Buffer.from('2,3\n'),
    ])
    expect(await read(latin1)).toEqual([
      { line: 2, problem: 'is not UTF-8 (Latin-1? re-encode the file)' },
      [3, '2', '3'],
    ])
  })

  it('reports a line longer than 1 MiB without keeping it, and goes on', async () => {
    const text = `a,b\n${'x'.repeat(3 * 1024 * 1024)},1\n2,3\n`
    expect(await read(text, ['a', 'b'], 64 * 1024)).toEqual([
      { line: 2, problem: 'is longer than 1048576 bytes' },
      [3, '2', '3'],
    ])
  })

  it('refuses a header that lacks a column, and one that is not there', async () => {
    await expect(read('a,c\n1,2\n')).rejects.toThrow(new CsvError('the header lacks b'))
    await expect(read('')).rejects.toThrow(new CsvError('the header lacks a, b'))
  })

  it('reads back whatever fields were written', async () => {
    const field = fc.string({ unit: fc.constantFrom('a', 'B', ' ', ',', '"', '\n', '\r', 'é', '€', '😀') })
    const row = fc.tuple(field, field).filter(([first]) => !first.includes('\r') && first !== '')
    await fc.assert(
      fc.asyncProperty(fc.array(row), fc.integer({ min: 1, max: 9 }), async (rows, size) => {
        const quote = (text: string) => `"${text.replaceAll('"', '""')}"`
        const text = ['a,b', ...rows.map((fields) => fields.map(quote).join(','))].join('\r\n')
        const fields = (await read(text, ['a', 'b'], size)).map((record) =>
          Array.isArray(record) ? record.slice(1) : record,
        )
        // Line breaks inside quotes come back as \n, as lines are what files are read in.
        expect(fields).toEqual(rows.map((values) => values.map((value) => value.replaceAll('\r\n', '\n'))))
      }),
    )
  })
})

describe('opening files', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'marketplace-csv-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  const records = async (path: string) => {
    const values: string[] = []
    for await (const record of readCsvFile(path, ['a'])) {
      if (record.problem === undefined) values.push(record.get('a'))
    }
    return values
  }

  it('unpacks a .gz and reads anything else as it is', async () => {
    await writeFile(join(folder, 'plain.csv'), 'a\n1\n')
    await writeFile(join(folder, 'packed.csv.gz'), gzipSync('a\n2\n'))
    expect(await records(join(folder, 'plain.csv'))).toEqual(['1'])
    expect(await records(join(folder, 'packed.csv.gz'))).toEqual(['2'])
  })

  it('throws, naming the file, when it is missing, not gzip, cut off, or lacks a column', async () => {
    const packed = gzipSync(`a\n${Array.from({ length: 5000 }, (_, index) => index).join('\n')}\n`)
    await writeFile(join(folder, 'not.gz'), 'a\n1\n')
    await writeFile(join(folder, 'cut.gz'), packed.subarray(0, packed.length / 2))
    await expect(records(join(folder, 'none.csv'))).rejects.toThrow(/none.csv: ENOENT/)
    await expect(records(join(folder, 'not.gz'))).rejects.toThrow(/not.gz: incorrect header check/)
    await expect(records(join(folder, 'cut.gz'))).rejects.toThrow(/cut.gz: unexpected end of file/)
    await writeFile(join(folder, 'other.csv'), 'b\n1\n')
    await expect(records(join(folder, 'other.csv'))).rejects.toThrow(/other.csv: the header lacks a/)
  })
})
