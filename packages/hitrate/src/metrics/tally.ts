import type { ByteReader, ByteWriter } from './bytes.ts'
import { Histogram } from './histogram.ts'

/** What a series keeps of each bucket of time: so many counters, and histograms of these resolutions. */
export interface Shape {
  readonly counters: number
  readonly histograms: readonly number[]
}

/** The counts of one series in one stretch of time. Two of the same shape add and subtract exactly. */
export class Tally {
  readonly shape: Shape
  readonly counters: Float64Array
  readonly histograms: readonly Histogram[]

  constructor(shape: Shape) {
    this.shape = shape
    this.counters = new Float64Array(shape.counters)
    this.histograms = shape.histograms.map((resolution) => new Histogram(resolution))
  }

  get isEmpty(): boolean {
    for (let counter = 0; counter < this.counters.length; counter++)
      if (this.counters[counter] !== 0) return false
    return this.histograms.every(({ count }) => count === 0)
  }

  /** Memory of the counts, without that of the objects around them. */
  get bytes(): number {
    return this.histograms.reduce((bytes, histogram) => bytes + histogram.bytes, this.counters.byteLength)
  }

  count(counter: number): number {
    return this.counters[counter] ?? 0
  }

  increase(counter: number, by: number): void {
    this.counters[counter] = (this.counters[counter] ?? 0) + by
  }

  /** The counters from `from` to before `to`, added up. */
  total(from: number, to: number): number {
    let total = 0
    for (let counter = from; counter < to; counter++) total += this.count(counter)
    return total
  }

  /** Adds (`sign` 1) or takes away (-1). Of a wider shape only what this one has too. */
  merge(other: Tally, sign: 1 | -1 = 1): void {
    const { counters, histograms } = this
    for (let counter = 0; counter < counters.length; counter++)
      counters[counter] = (counters[counter] ?? 0) + sign * (other.counters[counter] ?? 0)
    for (let place = 0; place < histograms.length; place++) {
      const theirs = other.histograms[place]
      if (theirs !== undefined) histograms[place]?.merge(theirs, sign)
    }
  }

  clear(): void {
    this.counters.fill(0)
    for (const histogram of this.histograms) histogram.clear()
  }

  /** Becomes the same as another tally of its shape, in the room it has. */
  set(other: Tally): void {
    this.counters.set(other.counters)
    for (let place = 0; place < this.histograms.length; place++) {
      const theirs = other.histograms[place]
      if (theirs !== undefined) this.histograms[place]?.set(theirs)
    }
  }

  copy(): Tally {
    const copy = new Tally(this.shape)
    copy.set(this)
    return copy
  }

  /** @param scale see {@link Histogram.coarser} */
  encode(out: ByteWriter, scale = 0): void {
    let occupied = 0
    for (let counter = 0; counter < this.counters.length; counter++)
      if (this.counters[counter] !== 0) occupied++
    out.varint(occupied)
    for (let counter = 0; counter < this.counters.length; counter++) {
      const count = this.count(counter)
      if (count === 0) continue
      out.byte(counter)
      out.varint(count)
    }
    for (const histogram of this.histograms) (scale === 0 ? histogram : histogram.coarser(scale)).encode(out)
  }

  /** Adds or takes away a tally of the same shape written by {@link encode}. */
  mergeEncoded(reader: ByteReader, sign: 1 | -1, scale = 0): void {
    for (let left = reader.varint(); left > 0; left--) {
      const counter = reader.byte()
      this.increase(counter, sign * reader.varint())
    }
    for (const histogram of this.histograms) histogram.mergeEncoded(reader, sign, scale)
  }

  /** Passes over a tally of that shape written by {@link encode}; false when it is none. */
  static skip(reader: ByteReader, shape: Shape): boolean {
    const occupied = reader.varint()
    if (occupied > shape.counters) return false
    for (let left = occupied; left > 0; left--) {
      if (reader.byte() >= shape.counters || !Number.isSafeInteger(reader.varint())) return false
    }
    return shape.histograms.every(() => Histogram.skip(reader))
  }
}
