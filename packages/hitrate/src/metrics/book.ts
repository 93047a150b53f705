import type { Clock } from '../clock.ts'
import type { Milliseconds } from '../units.ts'
import { type Figures, figuresOf } from './figures.ts'
import { Ledger } from './ledger.ts'
import type { ResolvedMetricsOptions } from './options.ts'
import { pack, unpack } from './parcel.ts'
import { Reports } from './reports.ts'
import { TIERS, type Tier, tierAt } from './tiers.ts'

/** How a process tells others what it counted, and reads what they did. */
export interface Parcels {
  readonly tiers: readonly Tier[]
  /** When the bucket that is being filled began, in this process's time. */
  slot(): Milliseconds
  /** Ends that bucket before its time: nothing more will be counted. */
  finish(): void
  /** Now, in this process's time. */
  time(): Milliseconds
  /** The closed buckets that began then, added up. @param scale see {@link pack} */
  pack(starts: readonly Milliseconds[], scale: number): Uint8Array
  openBook(start: Milliseconds): Book
}

export function createParcels(ledger: Ledger): Parcels {
  return {
    tiers: TIERS,
    slot() {
      ledger.settle()
      return ledger.overallRollup.slot
    },
    finish: () => ledger.finish(),
    time: () => ledger.time,
    pack: (starts, scale) => pack(ledger, 0, starts, scale),
    // Whoever keeps it keeps it for all, however long each of them keeps its own.
    openBook: (start) =>
      new Book({ ...ledger.options, retention: tierAt(TIERS, TIERS.length - 1).span }, start),
  }
}

/**
 * What a fleet counted: a ledger that is not recorded to, but copied from parcels, bucket after bucket. Its time is that of
 * the newest bucket it was given, so its windows end there.
 */
export class Book {
  readonly figures: Figures
  readonly #ledger: Ledger
  #time: Milliseconds

  /** @param start of the first bucket: a multiple of the finest width */
  constructor(options: ResolvedMetricsOptions, start: Milliseconds) {
    this.#time = start
    const { clock: real } = options
    const clock: Clock = {
      now: () => this.#time,
      wall: () => this.#time,
      random: () => real.random(),
      timer: (delay, callback) => real.timer(delay, callback),
      afterIo: (callback) => real.afterIo(callback),
    }
    this.#ledger = new Ledger({ ...options, clock })
    this.figures = figuresOf(this.#ledger, new Reports(this.#ledger))
  }

  /** Buckets that began before it are closed. */
  get through(): Milliseconds {
    return this.#time
  }

  /** When the first bucket began. */
  get since(): Milliseconds {
    return this.#ledger.startedAt
  }

  get bytes(): number {
    return this.#ledger.bytes
  }

  /** Where a window that ends now begins. */
  begin(window: Milliseconds): Milliseconds {
    return Math.max(this.#ledger.overallRollup.begin(window), this.since)
  }

  /**
   * Counts a parcel in the bucket at `start`, which must not be closed.
   * @returns false when the bytes are none
   */
  take(start: Milliseconds, parcel: Uint8Array): boolean {
    this.close(start)
    return unpack(this.#ledger, parcel)
  }

  /** Closes the buckets that began before `through`. */
  close(through: Milliseconds): void {
    if (through < this.#time) return
    this.#time = through
    this.#ledger.tick()
  }

  /** A closed bucket of a tier, for others. */
  pack(place: number, start: Milliseconds): Uint8Array {
    return pack(this.#ledger, place, [start], 0)
  }
}
