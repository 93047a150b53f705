import type { Milliseconds } from '../units.ts'
import type { PatternHandle } from './recorder.ts'
import type { Rollup, Series } from './rollup.ts'

/** What all beyond the cap share. */
export const OTHER = '__other__'

/** A label longer than this is cut: labels are kept, exported and shown. */
const MAX_LABEL = 200
/** Labels without a series of their own whose use is watched: twice the cap, at least this many. */
const MIN_CANDIDATES = 64
/** How much more a label must be used than the least used one to take its series: else two would swap for ever. */
const HYSTERESIS = 2
/** Series that change hands at one `rebalance`, as a share of the cap. */
const MAX_SWAPS = 0.1

/** L1 hits of one pattern at one endpoint, that are counted together. */
export interface HitRun {
  readonly pattern: Handle
  readonly endpoint: Handle
  /** Hits not counted yet. */
  pending: number
  /** Hits until the next one that is timed. */
  untimed: number
  /** What the last one that was timed took. */
  response: Milliseconds
}

/** A label and the series it counts in, which may change; holders of a handle needn't know. */
export class Handle implements PatternHandle {
  readonly table: SeriesTable
  readonly #label: string
  series: Series
  /** Lookups since long, halved now and then: who is used least. */
  uses = 0
  /** The label this one became part of. */
  #successor: Handle | undefined
  /** A declared keyspace's template. */
  keyspace: string | null = null
  ttl: Milliseconds | null = null
  /** A running mean of the loads, in whole nanoseconds: what a hit saves. */
  meanLoad = 0
  /** Of its L1 hits, those at the endpoint asked for last: traffic comes in runs. None once it is part of another label. */
  run: HitRun | undefined = undefined

  constructor(table: SeriesTable, label: string, series: Series) {
    this.table = table
    this.#label = label
    this.series = series
  }

  get label(): string {
    return this.current.#label
  }

  /** The handle to record with. */
  get current(): Handle {
    let current: Handle = this
    while (current.#successor !== undefined) current = current.#successor
    return current
  }

  /** Whether it did not become part of another label. */
  get isCurrent(): boolean {
    return this.#successor === undefined
  }

  /** Everything recorded with this handle goes to another one from now on. */
  retire(successor: Handle): void {
    this.#successor = successor
    this.run = undefined
    successor.uses += this.uses
    successor.ttl ??= this.ttl
    if (successor.meanLoad === 0) successor.meanLoad = this.meanLoad
  }
}

export interface SeriesTableOptions {
  readonly rollup: Rollup
  /** Series at the most, besides the reserved ones. */
  readonly cap: number
  /** Labels that have a series whatever happens; `__other__` is always one. */
  readonly reserved?: readonly string[]
  /** Called before a series is folded into that of another label. */
  readonly onFold: (from: Series, into: Series) => void
}

/**
 * Gives labels their series, up to a cap; beyond, the least used share `__other__`. A new label gets a series while
 * there is room. After that it counts in `__other__` and is watched as a candidate; now and then the busiest candidates
 * take the series of the least used labels, whose past moves to `__other__`. Nothing is ever counted twice or lost.
 *
 * Candidates are bounded by lossy counting (Manku and Motwani, 2002): when there are too many, all counts are halved and
 * those that reach zero go. So a million labels seen once cost a million map insertions and no memory.
 */
export class SeriesTable {
  readonly other: Handle
  readonly #rollup: Rollup
  /** Series at the most, besides the reserved ones. */
  readonly cap: number
  readonly #maxCandidates: number
  readonly #reserved = new Map<string, Handle>()
  readonly #live = new Map<string, Handle>()
  readonly #candidates = new Map<string, Handle>()
  readonly #onFold: (from: Series, into: Series) => void

  constructor(options: SeriesTableOptions) {
    this.#rollup = options.rollup
    this.cap = options.cap
    this.#maxCandidates = Math.max(2 * options.cap, MIN_CANDIDATES)
    this.#onFold = options.onFold
    this.other = new Handle(this, OTHER, this.#rollup.create({ fallback: true }))
    this.#reserved.set(OTHER, this.other)
    for (const label of options.reserved ?? []) {
      this.#reserved.set(label, new Handle(this, label, this.#rollup.create()))
    }
  }

  /** Labels with a series of their own, the reserved ones included. */
  *handles(): IterableIterator<Handle> {
    yield* this.#reserved.values()
    yield* this.#live.values()
  }

  /** Labels that have a series and are not reserved. */
  get size(): number {
    return this.#live.size
  }

  find(label: string): Handle | undefined {
    return this.#reserved.get(label) ?? this.#live.get(label)
  }

  /** The handle of a label, made if there is none. */
  handle(text: string): Handle {
    const label = text.length > MAX_LABEL ? `${text.slice(0, MAX_LABEL - 1)}…` : text
    const known = this.find(label) ?? this.#candidates.get(label)
    if (known !== undefined) return known
    if (this.#live.size < this.cap) {
      const handle = new Handle(this, label, this.#rollup.create())
      this.#live.set(label, handle)
      return handle
    }
    if (this.#candidates.size >= this.#maxCandidates) this.#thinCandidates()
    const handle = new Handle(this, label, this.other.series)
    this.#candidates.set(label, handle)
    return handle
  }

  /**
   * Makes one label part of another: its past, and what its handle will record. Where the other has no series of its
   * own, it takes over this one's.
   */
  merge(from: string, into: Handle): void {
    const candidate = this.#candidates.get(from)
    const handle = candidate ?? this.#live.get(from)
    if (handle === undefined || handle === into || handle.keyspace !== null) return
    if (candidate !== undefined) this.#candidates.delete(from)
    else {
      this.#live.delete(from)
      if (this.#candidates.delete(into.label)) {
        into.series = handle.series
        this.#live.set(into.label, into)
      } else {
        this.#onFold(handle.series, into.series)
        this.#rollup.fold(handle.series, into.series)
      }
    }
    handle.retire(into)
  }

  /** Lets busy candidates take the series of the least used labels. For every minute or so. */
  rebalance(): void {
    if (this.#candidates.size === 0) return
    const busiest = [...this.#candidates.values()].sort((a, b) => b.uses - a.uses)
    const idlest = [...this.#live.values()].sort((a, b) => a.uses - b.uses)
    const swaps = Math.max(1, Math.floor(this.cap * MAX_SWAPS))
    for (let place = 0; place < swaps; place++) {
      const riser = busiest[place]
      if (riser === undefined) return
      if (this.#live.size >= this.cap) {
        const faller = idlest[place]
        if (faller === undefined || riser.uses <= HYSTERESIS * faller.uses) return
        this.#demote(faller)
      }
      this.#candidates.delete(riser.label)
      riser.series = this.#rollup.create()
      this.#live.set(riser.label, riser)
    }
  }

  /** Makes old use count for less. For every quarter of an hour or so. */
  age(): void {
    for (const handle of this.#live.values()) handle.uses = Math.floor(handle.uses / 2)
    for (const handle of this.#candidates.values()) handle.uses = Math.floor(handle.uses / 2)
  }

  #demote(handle: Handle): void {
    this.#onFold(handle.series, this.other.series)
    this.#rollup.fold(handle.series, this.other.series)
    handle.series = this.other.series
    this.#live.delete(handle.label)
    this.#candidates.set(handle.label, handle)
  }

  #thinCandidates(): void {
    for (const [label, handle] of this.#candidates) {
      handle.uses = Math.floor(handle.uses / 2)
      if (handle.uses === 0 && handle.keyspace === null) this.#candidates.delete(label)
    }
    let excess = this.#candidates.size - this.#maxCandidates / 2
    if (excess <= 0) return
    const idlest = [...this.#candidates].sort(([, a], [, b]) => a.uses - b.uses)
    for (const [label, handle] of idlest) {
      if (excess-- <= 0) return
      if (handle.keyspace === null) this.#candidates.delete(label)
    }
  }
}
