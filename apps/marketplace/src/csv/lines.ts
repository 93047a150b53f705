import { isUtf8 } from 'node:buffer'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'

/** A physical line of a text file, without its end; numbered from 1. */
export type Line =
  | { readonly number: number; readonly text: string }
  | { readonly number: number; readonly text: undefined; readonly problem: string }

/** Longer lines are a sign of something that is not a text file; they are not kept in memory. */
const MAX_LINE_BYTES = 1024 * 1024

const NEWLINE = 0x0a
const RETURN = 0x0d
const BYTE_ORDER_MARK = '\ufeff'

/** The bytes of a file; of one called `*.gz` those it was packed from. */
export function openFile(path: string): AsyncIterable<Uint8Array> {
  const file = createReadStream(path)
  if (!path.endsWith('.gz')) return file
  // An error of the file destroys the gunzip with that error, and whoever iterates gets it.
  return pipeline(file, createGunzip(), () => {})
}

/** Splits UTF-8 bytes at `\n` or `\r\n`; a byte-order mark at the beginning is dropped. */
export async function* readLines(source: AsyncIterable<Uint8Array>): AsyncGenerator<Line> {
  let number = 0
  let rest: Uint8Array[] = []
  let restBytes = 0
  let skipping = false

  const finish = (end: Uint8Array): Line => {
    const bytes = rest.length === 0 ? end : Buffer.concat([...rest, end])
    const line = skipping ? tooLong(++number) : decode(bytes, ++number)
    rest = []
    restBytes = 0
    skipping = false
    return line
  }

  for await (const chunk of source) {
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      yield finish(chunk.subarray(start, end))
      start = end + 1
    }
    if (start < chunk.length) {
      restBytes += chunk.length - start
      if (restBytes > MAX_LINE_BYTES) {
        skipping = true
        rest = []
      } else {
        rest.push(chunk.subarray(start))
      }
    }
  }
  if (restBytes > 0) yield finish(new Uint8Array())
}

function decode(bytes: Uint8Array, number: number): Line {
  const length = bytes.at(-1) === RETURN ? bytes.length - 1 : bytes.length
  if (length > MAX_LINE_BYTES) return tooLong(number)
  if (!isUtf8(bytes))
    return { number, text: undefined, problem: 'is not UTF-8 (Latin-1? re-encode the file)' }
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, length).toString('utf8')
  return { number, text: number === 1 && text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text }
}

function tooLong(number: number): Line {
  return { number, text: undefined, problem: `is longer than ${MAX_LINE_BYTES} bytes` }
}

/** Lines one by one, with the means to give some back and read them again. */
export class LineQueue {
  readonly #lines: AsyncGenerator<Line>
  #returned: Line[] = []

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#lines = readLines(source)
  }

  async next(): Promise<Line | undefined> {
    const returned = this.#returned.shift()
    if (returned !== undefined) return returned
    const { value, done } = await this.#lines.next()
    return done === true ? undefined : value
  }

  giveBack(lines: readonly Line[]): void {
    this.#returned = [...lines, ...this.#returned]
  }
}
