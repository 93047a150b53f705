import type { Bytes, Milliseconds } from '../units.ts'
import type { L1Size } from './live.ts'
import { floorTo, type Tier, tierAt } from './tiers.ts'

/** Numbers kept for each bucket: its begin, entries, bytes. */
const FIELDS = 3

/**
 * How much L1 held over time: a reading for each bucket of each tier, in rings of fixed size, 7 KB for a day. It is read
 * when a bucket of the finest tier has ended and something happens next: until then nothing was counted, so that L1 is what
 * it was at the end of that bucket. A bucket of a coarser tier has the reading of its newest finer one.
 */
export class L1Sizes {
  readonly #tiers: readonly Tier[]
  readonly #rings: readonly Float64Array[]
  /** How much L1 holds now; unset where there is none. */
  read: (() => L1Size) | undefined

  constructor(tiers: readonly Tier[]) {
    this.#tiers = tiers
    this.#rings = tiers.map(({ width, span }) =>
      new Float64Array((Math.ceil(span / width) + 1) * FIELDS).fill(Number.NaN),
    )
  }

  get bytes(): Bytes {
    return this.#rings.reduce((bytes, ring) => bytes + ring.byteLength, 0)
  }

  /** The buckets of the finest tier from that at `ended` to before that at `slot` have ended. */
  sample(ended: Milliseconds, slot: Milliseconds): void {
    if (this.read === undefined) return
    const { entries, sizeBytes } = this.read()
    for (const [place, { width }] of this.#tiers.entries()) {
      const ring = this.#ring(place)
      const last = floorTo(slot - 1, width)
      // What would be overwritten in the same go is left out.
      const first = Math.max(floorTo(ended, width), last - (ring.length / FIELDS - 1) * width)
      for (let start = first; start <= last; start += width) {
        const at = this.#at(ring, start, width)
        ring[at] = start
        ring[at + 1] = entries
        ring[at + 2] = sizeBytes
      }
    }
  }

  /** The last reading between two borders of the tier. */
  between(place: number, begin: Milliseconds, end: Milliseconds): L1Size | undefined {
    const { width } = tierAt(this.#tiers, place)
    const ring = this.#ring(place)
    for (let start = end - width; start >= begin; start -= width) {
      const at = this.#at(ring, start, width)
      if (ring[at] === start)
        return Object.freeze({ entries: ring[at + 1] ?? 0, sizeBytes: ring[at + 2] ?? 0 })
    }
    return undefined
  }

  #ring(place: number): Float64Array {
    const ring = this.#rings[place]
    if (ring === undefined) throw new RangeError(`no tier ${place}`)
    return ring
  }

  #at(ring: Float64Array, start: Milliseconds, width: Milliseconds): number {
    return ((start / width) % (ring.length / FIELDS)) * FIELDS
  }
}
