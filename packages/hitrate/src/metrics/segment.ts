import type { Bytes, Milliseconds } from '../units.ts'
import { ByteReader, ByteWriter } from './bytes.ts'
import type { Tally } from './tally.ts'

/**
 * One closed bucket of time: the tallies of all series that had traffic in it, encoded one after the other as series
 * id, length, tally. It never changes; a correction makes a new one, so who holds one can tell by identity.
 */
export interface Segment {
  readonly start: Milliseconds
  readonly bytes: Uint8Array
}

/** Everything is written here and then copied at its exact size. Empty whenever writing pauses, so one is enough. */
const pool = new ByteWriter()
/** About half a millisecond's writing. */
const PORTION: Bytes = 8_192

/** Encodes what is not empty; `undefined` when all is. */
export function writeSegment(
  start: Milliseconds,
  tallies: Iterable<readonly [id: number, tally: Tally]>,
): Segment | undefined {
  for (const [id, tally] of tallies) write(id, tally)
  return pool.length === 0 ? undefined : { start, bytes: pool.take() }
}

function write(id: number, tally: Tally): void {
  if (tally.isEmpty) return
  pool.varint(id)
  const length = pool.reserve()
  tally.encode(pool)
  pool.seal(length)
}

/** The same, with a pause after each few kilobytes, in which others may write. */
export function* writeSegmentInPortions(
  start: Milliseconds,
  tallies: Iterable<readonly [id: number, tally: Tally]>,
): Generator<undefined, Segment | undefined> {
  const parts: Uint8Array[] = []
  for (const [id, tally] of tallies) {
    write(id, tally)
    if (pool.length < PORTION) continue
    parts.push(pool.take())
    yield
  }
  if (pool.length > 0) parts.push(pool.take())
  return parts.length === 0 ? undefined : { start, bytes: joined(parts) }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [first] = parts
  if (first !== undefined && parts.length === 1) return first
  const all = new Uint8Array(parts.reduce((bytes, part) => bytes + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

/** Calls `visit` for each record; it may leave the reader anywhere. */
export function forEachRecord(
  segment: Segment,
  visit: (id: number, reader: ByteReader, length: number) => void,
): void {
  const reader = new ByteReader(segment.bytes)
  while (!reader.done) {
    const id = reader.varint()
    const length = reader.sealed()
    const end = reader.position + length
    visit(id, reader, length)
    reader.position = end
  }
}

/**
 * Adds segments up, or takes them away, by series.
 * @param options.resolve the series that an id belongs to now; `undefined` leaves the record out
 */
export function mergeSegments(
  into: Map<number, Tally>,
  segments: Iterable<Segment>,
  options: {
    readonly sign: 1 | -1
    readonly resolve: (id: number) => number | undefined
    /** Makes an empty tally. */
    readonly create: () => Tally
  },
): void {
  for (const segment of segments) {
    forEachRecord(segment, (id, reader) => {
      const series = options.resolve(id)
      if (series === undefined) return
      let tally = into.get(series)
      if (tally === undefined) {
        tally = options.create()
        into.set(series, tally)
      }
      tally.mergeEncoded(reader, options.sign)
    })
  }
}
