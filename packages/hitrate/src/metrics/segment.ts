import type { Milliseconds } from '../units.ts'
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

/** Everything is written here and then copied at its exact size. Writing never yields, so one is enough. */
const pool = new ByteWriter()

/** Encodes what is not empty; `undefined` when all is. */
export function writeSegment(
  start: Milliseconds,
  tallies: Iterable<readonly [id: number, tally: Tally]>,
): Segment | undefined {
  for (const [id, tally] of tallies) {
    if (tally.isEmpty) continue
    pool.varint(id)
    const length = pool.reserve()
    tally.encode(pool)
    pool.seal(length)
  }
  return pool.length === 0 ? undefined : { start, bytes: pool.take() }
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
