import type { Milliseconds } from '../units.ts'
import type { CacheStats } from './cache-stats.ts'
import type { HistogramValue } from './histogram.ts'
import { LOAD, RESPONSE } from './layout.ts'
import { statsOf } from './stats.ts'
import type { Tally } from './tally.ts'

/** The counts of one series in one window: a value. Adding and subtracting are exact. */
export class SeriesSnapshot {
  readonly #tally: Tally
  readonly stats: CacheStats

  /** @param tally must not change any more */
  constructor(tally: Tally) {
    this.#tally = tally
    this.stats = statsOf(tally)
  }

  /** Response times in seconds, without those of `bypass`. */
  get response(): HistogramValue {
    return histogram(this.#tally, RESPONSE)
  }

  /** Load times in seconds. */
  get load(): HistogramValue {
    return histogram(this.#tally, LOAD)
  }

  plus(other: SeriesSnapshot): SeriesSnapshot {
    return this.#with(other, 1)
  }

  minus(other: SeriesSnapshot): SeriesSnapshot {
    return this.#with(other, -1)
  }

  #with(other: SeriesSnapshot, sign: 1 | -1): SeriesSnapshot {
    const tally = this.#tally.copy()
    tally.merge(other.#tally, sign)
    return new SeriesSnapshot(tally)
  }
}

function histogram(tally: Tally, place: number): HistogramValue {
  const found = tally.histograms[place]
  if (found === undefined) throw new RangeError(`no histogram ${place}`)
  // A copy: the class behind the interface can be changed.
  return found.copy()
}

/** What one process counted in one window. Those of several processes, or of one at two times, add and subtract. */
export class MetricsSnapshot {
  /** When it was taken, Unix milliseconds; of a sum, the latest. */
  readonly at: Milliseconds
  readonly overall: SeriesSnapshot
  readonly patterns: ReadonlyMap<string, SeriesSnapshot>
  readonly endpoints: ReadonlyMap<string, SeriesSnapshot>

  constructor(
    at: Milliseconds,
    overall: SeriesSnapshot,
    patterns: ReadonlyMap<string, SeriesSnapshot>,
    endpoints: ReadonlyMap<string, SeriesSnapshot>,
  ) {
    this.at = at
    this.overall = overall
    this.patterns = patterns
    this.endpoints = endpoints
    Object.freeze(this)
  }

  plus(other: MetricsSnapshot): MetricsSnapshot {
    return this.#with(other, (one, another) => one.plus(another))
  }

  minus(other: MetricsSnapshot): MetricsSnapshot {
    return this.#with(other, (one, another) => one.minus(another))
  }

  #with(
    other: MetricsSnapshot,
    combine: (one: SeriesSnapshot, another: SeriesSnapshot) => SeriesSnapshot,
  ): MetricsSnapshot {
    const nothing = this.overall.minus(this.overall)
    const combineAll = (
      ours: ReadonlyMap<string, SeriesSnapshot>,
      theirs: ReadonlyMap<string, SeriesSnapshot>,
    ): ReadonlyMap<string, SeriesSnapshot> => {
      const all = new Map(ours)
      for (const [label, snapshot] of theirs) all.set(label, combine(all.get(label) ?? nothing, snapshot))
      return all
    }
    return new MetricsSnapshot(
      Math.max(this.at, other.at),
      combine(this.overall, other.overall),
      combineAll(this.patterns, other.patterns),
      combineAll(this.endpoints, other.endpoints),
    )
  }
}
