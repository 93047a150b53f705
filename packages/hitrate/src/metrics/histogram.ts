import { bitsIn, lowestBit } from './bits.ts'
import type { ByteReader, ByteWriter } from './bytes.ts'

/**
 * A histogram with base-2 exponential buckets: 16 to each doubling, so that neighbouring borders differ by the factor
 * 2^(1/16) = 1.0443. This is schema (scale) 4 of the Prometheus native histogram and of the OpenTelemetry exponential
 * histogram: bucket `i` holds the values in (2^(i/16), 2^((i+1)/16)]. What follows from the layout:
 * - a quantile is off by at most {@link RELATIVE_ERROR} of itself, whatever the distribution;
 * - adding two histograms is adding integers, hence exact, in any order, across processes; so is subtracting;
 * - powers of two are borders, so classic `le` buckets at powers of two are exact.
 *
 * Counts and sum are exact: the sum is kept in whole units (nanoseconds, bytes), not in fractions.
 */

/** Buckets to each doubling. */
const SUBDIVISIONS = 16
/** Values up to 2^-30 (a nanosecond, in seconds) are counted as zero. */
const MIN_EXPONENT = -30
/** Values above 2^40 (35 000 years, in seconds; a terabyte, in bytes) are counted in the topmost bucket. */
const MAX_EXPONENT = 40
const MIN_INDEX = MIN_EXPONENT * SUBDIVISIONS - 1
const MAX_INDEX = MAX_EXPONENT * SUBDIVISIONS - 1
/** The bucket of zero and of what is too small to matter. */
export const ZERO_BUCKET: number = -(2 ** 31)

const GROWTH = 2 ** (1 / SUBDIVISIONS)
/**
 * How far a quantile may be off, as a share of the exact one: 2.17 %. A bucket's representative is the harmonic mean of
 * its borders, whose relative distance to both is the same: (g - 1) / (g + 1).
 */
export const RELATIVE_ERROR: number = (GROWTH - 1) / (GROWTH + 1)

/** 2^(j/16) for j from 0 to 16: the borders within one doubling. */
const BORDERS = Float64Array.from({ length: SUBDIVISIONS + 1 }, (_, step) => 2 ** (step / SUBDIVISIONS))

/** Cells by which the significand's leading bits find their border; narrower than the narrowest bucket. */
const CELL_BITS = 6
/** For each cell, how many borders lie below its beginning: at most one more lies inside it. */
const BORDERS_BELOW = Uint8Array.from(
  { length: 2 ** CELL_BITS },
  (_, cell) => BORDERS.filter((border) => border < 1 + cell / 2 ** CELL_BITS).length,
)

const double = new Float64Array(1)
const words = new Uint32Array(double.buffer)
/** Which of the two words holds sign and exponent depends on the machine's byte order. */
const HIGH = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 1 : 0

/**
 * The bucket of `units / resolution`, read from the bits of that double: no logarithm, and exact on the borders. The
 * division is done here, since a fraction that is handed on may have to become an object.
 */
export function bucketIndex(units: number, resolution = 1): number {
  const value = units / resolution
  double[0] = value
  const high = words[HIGH] ?? 0
  const exponent = (high >>> 20) - 1023
  if (exponent < MIN_EXPONENT || !(value > 0)) return ZERO_BUCKET
  if (exponent >= MAX_EXPONENT) return MAX_INDEX
  const fraction = high & 0xfffff
  words[HIGH] = fraction | 0x3ff00000
  const significand = double[0]
  const below = BORDERS_BELOW[fraction >>> (20 - CELL_BITS)] ?? 0
  const borders = significand > (BORDERS[below] ?? 2) ? below + 1 : below
  return exponent * SUBDIVISIONS + borders - 1
}

/** The value that stands for all of a bucket. */
function representative(index: number): number {
  return (2 * 2 ** (index / SUBDIVISIONS) * GROWTH) / (1 + GROWTH)
}

/** A histogram that nobody changes any more. Values and sum are in seconds or bytes. */
export interface HistogramValue {
  readonly count: number
  readonly sum: number
  /** Values too small for a bucket. */
  readonly zeros: number
  /** The mean; 0 when empty. */
  readonly mean: number
  /**
   * The value at rank `ceil(q * count)` of the sorted values, within {@link RELATIVE_ERROR}; 0 when empty.
   * @param q from 0 to 1
   */
  quantile(q: number): number
  /** How many values are at most 2^exponent: exact, for `le` labels. */
  atMost(exponent: number): number
  /** The occupied buckets, lowest first. */
  buckets(): readonly { readonly index: number; readonly count: number }[]
  plus(other: HistogramValue): HistogramValue
  minus(other: HistogramValue): HistogramValue
}

/** Bucket arrays grow by four doublings (two words of bits) at a time, so that they settle after a few steps. */
const ALIGNMENT = 4 * SUBDIVISIONS
const NO_SLOT = -1

/** Of how many buckets a coarser one is made, as powers of two; 8 is half a doubling, so that powers of two stay borders. */
export const MAX_SCALE = 3
/** Which of them stands for all: where the error is least. */
const MIDDLE: readonly number[] = [0, 0, 1, 3]
/** How far a quantile may be off, by scale: what lies between that bucket's representative and the far border. */
export const SCALE_ERRORS: readonly number[] = [RELATIVE_ERROR, 0.063, 0.104, 0.178]

/** In one byte: a gap of up to 2 empty buckets and a count of up to 63; beyond, a varint follows. */
const LONG_GAP = 3
const LONG_COUNT = 63

export class Histogram implements HistogramValue {
  /** Whole units in one of the value's: 1e9 for seconds kept in nanoseconds, 1 for bytes. */
  readonly resolution: number
  #counts = new Float64Array(0)
  /** A bit for each slot that holds a count: most of a short bucket's slots don't, and are passed over by the word. */
  #occupied = new Int32Array(0)
  /** The index of `#counts[0]`. */
  #first = 0
  #zeros = 0
  #count = 0
  #units = 0
  /** Whether a bucket ever held less than nothing, as a difference may: then adding can empty a bucket. */
  #mayCancel = false

  constructor(resolution: number) {
    this.resolution = resolution
  }

  get count(): number {
    return this.#count
  }
  get zeros(): number {
    return this.#zeros
  }
  get sum(): number {
    return this.#units / this.resolution
  }
  get mean(): number {
    return this.#count === 0 ? 0 : this.sum / this.#count
  }
  /** Memory of the buckets. */
  get bytes(): number {
    return this.#counts.byteLength
  }

  /** Counts a value, once or so many times: its bucket by {@link bucketIndex}, and the value itself in whole units. */
  add(index: number, units: number, times = 1): void {
    this.#count += times
    this.#units += units * times
    const slot = index - this.#first
    if (slot >= 0 && slot < this.#counts.length) this.#increase(slot, times)
    else this.#bump(index, times)
  }

  /** Adds (`sign` 1) or takes away (-1) all of another histogram. */
  merge(other: Histogram, sign: 1 | -1): void {
    if (other.#count === 0) return
    this.#count += sign * other.#count
    this.#units += sign * other.#units
    this.#zeros += sign * other.#zeros
    if (other.#counts.length === 0) return
    this.#widen(other.#first, other.#first + other.#counts.length - 1)
    const mayCancel = sign === -1 || this.#mayCancel || other.#mayCancel
    this.#mayCancel ||= other.#mayCancel
    const shift = other.#first - this.#first
    for (let place = 0; place < other.#occupied.length; place++) {
      const word = other.#occupied[place] ?? 0
      if (word === 0) continue
      if (mayCancel) this.#mergeSlots(other, word, place << 5, shift, sign)
      else this.#addSlots(other, word, place << 5, shift)
    }
  }

  /** Adds a word of slots as a whole, the empty ones too: for most of a long window's a bit by bit search takes longer. */
  #addSlots(other: Histogram, word: number, from: number, shift: number): void {
    const ours = this.#counts
    const theirs = other.#counts
    for (let slot = from; slot < from + 32; slot++)
      ours[slot + shift] = (ours[slot + shift] ?? 0) + (theirs[slot] ?? 0)
    const place = (from + shift) >>> 5
    this.#occupied[place] = (this.#occupied[place] ?? 0) | word
  }

  #mergeSlots(other: Histogram, word: number, from: number, shift: number, sign: 1 | -1): void {
    for (let left = word; left !== 0; left &= left - 1) {
      const slot = from + lowestBit(left)
      this.#increase(slot + shift, sign * (other.#counts[slot] ?? 0))
    }
  }

  /** Becomes the same as another histogram, in the room it has. */
  set(other: Histogram): void {
    this.clear()
    this.#zeros = other.#zeros
    this.#count = other.#count
    this.#units = other.#units
    this.#mayCancel = other.#mayCancel
    if (other.#counts.length === 0) return
    this.#widen(other.#first, other.#first + other.#counts.length - 1)
    this.#counts.set(other.#counts, other.#first - this.#first)
    this.#occupied.set(other.#occupied, (other.#first - this.#first) >>> 5)
  }

  clear(): void {
    this.#counts.fill(0)
    this.#occupied.fill(0)
    this.#mayCancel = false
    this.#zeros = 0
    this.#count = 0
    this.#units = 0
  }

  copy(): Histogram {
    const copy = new Histogram(this.resolution)
    copy.#counts = this.#counts.slice()
    copy.#occupied = this.#occupied.slice()
    copy.#first = this.#first
    copy.#zeros = this.#zeros
    copy.#count = this.#count
    copy.#units = this.#units
    copy.#mayCancel = this.#mayCancel
    return copy
  }

  plus(other: HistogramValue): Histogram {
    return this.#with(other, 1)
  }
  minus(other: HistogramValue): Histogram {
    return this.#with(other, -1)
  }

  quantile(q: number): number {
    return this.quantiles([q])[0] ?? 0
  }

  /** The {@link quantile} at each of `qs`, which ascend, in one pass over the buckets. */
  quantiles(qs: readonly number[]): number[] {
    const counts = this.#counts
    // A copy has room for all at once, where an empty array would grow.
    const found = qs.slice()
    let before = 0
    let slot = NO_SLOT
    for (let place = 0; place < qs.length; place++) {
      const q = qs[place] ?? 0
      // The subtrahend takes back what the product's rounding added: 0.07 * 100 is 7.000000000000001.
      const rank = Math.max(1, Math.ceil(q * this.#count - 1e-9)) - this.#zeros
      // Counted down from a fraction's product, which the engine keeps as a plain double: four times as quick as up from 0.
      let left = rank - before
      while (left > 0 && slot < counts.length) left -= counts[++slot] ?? 0
      before = rank - left
      found[place] = slot === NO_SLOT || left > 0 ? 0 : representative(this.#first + slot)
    }
    return found
  }

  atMost(exponent: number): number {
    const end = Math.min(exponent * SUBDIVISIONS - this.#first, this.#counts.length)
    let seen = this.#zeros
    for (let slot = 0; slot < end; slot++) seen += this.#counts[slot] ?? 0
    return seen
  }

  buckets(): { readonly index: number; readonly count: number }[] {
    const occupied: { readonly index: number; readonly count: number }[] = []
    for (let slot = this.#next(0); slot !== NO_SLOT; slot = this.#next(slot + 1)) {
      occupied.push({ index: this.#first + slot, count: this.#counts[slot] ?? 0 })
    }
    return occupied
  }

  encode(out: ByteWriter): void {
    out.varint(this.#zeros)
    out.varint(this.#units)
    out.varint(this.#occupied.reduce((slots, word) => slots + bitsIn(word), 0))
    let expected = NO_SLOT
    for (let slot = this.#next(0); slot !== NO_SLOT; slot = this.#next(slot + 1)) {
      const count = this.#counts[slot] ?? 0
      if (expected === NO_SLOT) {
        out.signed(this.#first + slot)
        expected = slot
      }
      const gap = slot - expected
      out.byte((Math.min(gap, LONG_GAP) << 6) | Math.min(count - 1, LONG_COUNT))
      if (gap >= LONG_GAP) out.varint(gap - LONG_GAP)
      if (count > LONG_COUNT) out.varint(count - 1 - LONG_COUNT)
      expected = slot + 1
    }
  }

  /** This one with neighbouring buckets put together, 2^scale of them at a time, under the index of all. */
  coarser(scale: number): Histogram {
    const coarser = new Histogram(this.resolution)
    coarser.#zeros = this.#zeros
    coarser.#count = this.#count
    coarser.#units = this.#units
    for (const { index, count } of this.buckets()) coarser.#bump(index >> scale, count)
    return coarser
  }

  /**
   * Adds or takes away a histogram written by {@link encode}.
   * @param scale of the {@link coarser} one it was: its buckets are counted at the middle of those they were made of
   */
  mergeEncoded(reader: ByteReader, sign: 1 | -1, scale = 0): void {
    const zeros = reader.varint()
    this.#zeros += sign * zeros
    this.#count += sign * zeros
    this.#units += sign * reader.varint()
    const occupied = reader.varint()
    if (occupied === 0) return
    const middle = MIDDLE[scale] ?? 0
    let index = reader.signed()
    for (let place = 0; place < occupied; place++) {
      const packed = reader.byte()
      const gap = packed >>> 6
      index += gap === LONG_GAP ? gap + reader.varint() : gap
      let count = (packed & LONG_COUNT) + 1
      if (count > LONG_COUNT) count += reader.varint()
      this.#count += sign * count
      this.#bump((index << scale) + middle, sign * count)
      index++
    }
  }

  /** Passes over what {@link encode} wrote; false when it is nothing that it could have written. */
  static skip(reader: ByteReader): boolean {
    const zeros = reader.varint()
    const units = reader.varint()
    const occupied = reader.varint()
    if (!Number.isSafeInteger(zeros + units) || occupied > reader.left) return false
    let index = occupied === 0 ? MIN_INDEX : reader.signed()
    for (let place = 0; place < occupied; place++) {
      const packed = reader.byte()
      const gap = packed >>> 6
      index += gap === LONG_GAP ? gap + reader.varint() : gap
      const count = (packed & LONG_COUNT) === LONG_COUNT ? reader.varint() : 1
      if (!(index >= MIN_INDEX && index <= MAX_INDEX && Number.isSafeInteger(count))) return false
      index++
    }
    return true
  }

  #with(other: HistogramValue, sign: 1 | -1): Histogram {
    const result = this.copy()
    if (other instanceof Histogram) {
      result.merge(other, sign)
      return result
    }
    result.#count += sign * other.count
    result.#zeros += sign * other.zeros
    result.#units += sign * Math.round(other.sum * this.resolution)
    for (const { index, count } of other.buckets()) result.#bump(index, sign * count)
    return result
  }

  #bump(index: number, by: number): void {
    if (index === ZERO_BUCKET) {
      this.#zeros += by
      return
    }
    this.#widen(index, index)
    this.#increase(index - this.#first, by)
  }

  #increase(slot: number, by: number): void {
    const count = (this.#counts[slot] ?? 0) + by
    const word = this.#occupied[slot >>> 5] ?? 0
    const bit = 1 << (slot & 31)
    this.#counts[slot] = count
    if (count < 0) this.#mayCancel = true
    this.#occupied[slot >>> 5] = count === 0 ? word & ~bit : word | bit
  }

  /** The first slot from `from` on that holds a count. */
  #next(from: number): number {
    let place = from >>> 5
    let word = (this.#occupied[place] ?? 0) & (-1 << (from & 31))
    while (word === 0) {
      if (++place >= this.#occupied.length) return NO_SLOT
      word = this.#occupied[place] ?? 0
    }
    return (place << 5) + lowestBit(word)
  }

  /** Makes room for the buckets from `low` to `high`. */
  #widen(low: number, high: number): void {
    const end = this.#first + this.#counts.length
    if (low >= this.#first && high < end) return
    const empty = this.#counts.length === 0
    const first = Math.floor((empty ? low : Math.min(low, this.#first)) / ALIGNMENT) * ALIGNMENT
    const last = empty ? high : Math.max(high, end - 1)
    const wider = new Float64Array((Math.floor(last / ALIGNMENT) + 1) * ALIGNMENT - first)
    wider.set(this.#counts, empty ? 0 : this.#first - first)
    const occupied = new Int32Array(wider.length >>> 5)
    occupied.set(this.#occupied, empty ? 0 : (this.#first - first) >>> 5)
    this.#counts = wider
    this.#occupied = occupied
    this.#first = first
  }
}
