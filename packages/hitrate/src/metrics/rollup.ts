import type { Bytes, Milliseconds } from '../units.ts'
import { mergeSegments, type Segment, writeSegment, writeSegmentInPortions } from './segment.ts'
import { type Shape, Tally } from './tally.ts'
import { floorTo, reach, stepping, type Tier, tierAt } from './tiers.ts'
import { MergedView } from './view.ts'

/** A series that is being recorded. */
export interface Series {
  readonly id: number
  /** The bucket being filled, of the finest tier. */
  readonly open: Tally
  /** All that was ever counted in closed buckets; survives `clear`. May be of a narrower shape. */
  readonly total: Tally
  /** Of all that, what it did not count itself: it came with series that were folded into it. */
  inherited?: Tally
}

/** Counts of one step of time: of each group of series that was asked for, added up. */
export interface Step {
  readonly start: Milliseconds
  readonly tallies: readonly Tally[]
}

/**
 * Gives the counts of series, added up; `undefined` when there are none. The tally is the same one each time, filled anew:
 * who keeps it copies it. So a report of hundreds of series makes no garbage of their buckets.
 */
export type Reading = (...group: readonly Series[]) => Tally | undefined

export interface RollupOptions {
  /** Finest first. */
  readonly tiers: readonly Tier[]
  /** Now. */
  readonly time: Milliseconds
  /** What of a series is kept for ever. Default all of its shape. */
  readonly totalShape?: Shape
}

/** Views kept from one query to the next, besides that of the whole retention. */
const MAX_VIEWS = 2
/** Folded series whose old records are still told where they belong; beyond, they go to the fallback. */
const MAX_FOLDED = 10_000

/**
 * Rolling windows over many series in constant memory. Recording goes into each series' open tally. When its bucket of
 * the finest tier ends, all open tallies are encoded into one segment; when a bucket of a coarser tier ends, the
 * segments it spans are merged into one. That takes up to 30 ms for a quarter of an hour of 200 patterns, so it is done
 * in portions, and until it is finished the finer segments stand for it. A window is made of closed coarse buckets, the
 * finer ones closed since, and the open one; it begins at a border of the finest tier that covers it, so it is never
 * shorter than asked and longer by less than one bucket.
 *
 * Time is given as a number. Should it go back, counts stay in the newest bucket.
 */
export class Rollup {
  readonly #shape: Shape
  readonly #totalShape: Shape
  readonly #tiers: readonly Tier[]
  /** Closed buckets by tier, oldest first; those without traffic don't exist. */
  readonly #closed: Segment[][]
  /** By tier, where its closed buckets end: what is younger is in those of finer tiers. */
  readonly #through: Milliseconds[]
  /** What has to be rolled up, one after the other. */
  readonly #rolling: Generator<undefined, void>[] = []
  readonly #live = new Map<number, Series>()
  /** Where the records of a folded series belong, and since when; oldest first. */
  readonly #folded = new Map<number, { readonly into: number; readonly at: Milliseconds }>()
  readonly #views = new Map<string, MergedView>()
  /** Empty tallies for rolling up: their bucket arrays have found their size. */
  readonly #spare: Tally[] = []
  /** Where {@link Reading} adds up. */
  readonly #sum: Tally
  #fallback: number | undefined
  #nextId = 0
  #slot: Milliseconds
  #epoch = 0

  constructor(shape: Shape, options: RollupOptions) {
    this.#shape = shape
    this.#totalShape = options.totalShape ?? shape
    this.#tiers = options.tiers
    this.#closed = options.tiers.map(() => [])
    this.#sum = new Tally(shape)
    this.#slot = floorTo(options.time, tierAt(options.tiers, 0).width)
    this.#through = options.tiers.map(({ width }) => floorTo(options.time, width))
  }

  /** When the open bucket began. */
  get slot(): Milliseconds {
    return this.#slot
  }

  /** Changes with each `clear`, so that corrections of what was cleared can be refused. */
  get epoch(): number {
    return this.#epoch
  }

  get bytes(): Bytes {
    let bytes = this.#sum.bytes
    for (const segment of this.#closed.flat()) bytes += segment.bytes.byteLength
    for (const { open, total, inherited } of this.#live.values())
      bytes += open.bytes + total.bytes + (inherited?.bytes ?? 0)
    for (const view of this.#views.values()) bytes += view.bytes
    for (const tally of this.#spare) bytes += tally.bytes
    return bytes
  }

  /** @param options.fallback this series gets the records of those that are no longer known */
  create(options: { readonly fallback?: boolean } = {}): Series {
    const series: Series = {
      id: this.#nextId++,
      open: new Tally(this.#shape),
      total: new Tally(this.#totalShape),
    }
    this.#live.set(series.id, series)
    if (options.fallback === true) this.#fallback = series.id
    return series
  }

  /** Makes all that `from` ever counted part of `into`; `from` must not be recorded to any more. */
  fold(from: Series, into: Series): void {
    into.inherited ??= new Tally(this.#totalShape)
    into.inherited.merge(from.open)
    into.inherited.merge(from.total)
    into.open.merge(from.open)
    into.total.merge(from.total)
    this.#live.delete(from.id)
    this.#folded.set(from.id, { into: into.id, at: this.#slot })
    for (const view of this.#views.values()) view.fold(from.id, into.id)
    const [oldest] = this.#folded.keys()
    if (this.#folded.size <= MAX_FOLDED || oldest === undefined) return
    this.#folded.delete(oldest)
    // What a view has counted for one series it must not take away from another.
    this.#views.clear()
  }

  /** Ends a series and forgets its records. Only where no fallback is to have them. */
  drop(series: Series): void {
    this.#live.delete(series.id)
    for (const view of this.#views.values()) view.drop(series.id)
  }

  /**
   * Closes the buckets that have ended by `time`; does nothing when none has. Of coarser tiers it only begins to: the rest
   * is left to {@link Rollup.carryOn}.
   */
  advance(time: Milliseconds): void {
    const ended = this.#slot
    const slot = floorTo(time, tierAt(this.#tiers, 0).width)
    if (slot <= ended) return
    this.#finishRolling()
    this.#slot = slot
    this.#through[0] = slot
    this.#push(0, this.#closeOpen(ended))
    for (const [place, { width }] of this.#tiers.entries()) {
      const start = floorTo(ended, width)
      if (place > 0 && floorTo(slot, width) !== start) this.#rolling.push(this.#rollUp(place, start, width))
    }
    this.#trim()
    if (this.#tiers.length === 1) this.#tidy()
  }

  /** Does a portion of what is to be rolled up, some 0.1 ms of work; false when nothing is. */
  carryOn(): boolean {
    const [first] = this.#rolling
    if (first === undefined) return false
    if (first.next().done === true) {
      this.#rolling.shift()
      this.#trim()
    }
    return true
  }

  /** Where a window that ends now begins. */
  begin(window: Milliseconds): Milliseconds {
    return reach(this.#tiers, window, this.#slot).begin
  }

  /** The closed bucket of tier `place` that began then, as it was encoded; `undefined` when it is gone or had no traffic. */
  closedAt(place: number, start: Milliseconds): Segment | undefined {
    if (place > 0) this.#finishRolling()
    return this.#closed[place]?.findLast((segment) => segment.start === start)
  }

  /** The series that has the records of an id now. */
  seriesOf(id: number): Series | undefined {
    return this.#live.get(this.#resolve(id) ?? id)
  }

  /** Reads the window that ends now. For as long as nothing is recorded and no other window is read. */
  read(window: Milliseconds): Reading {
    const { sums } = this.#view(window)
    const sum = this.#sum
    return (...group) => {
      const [first] = group
      const largest = first && sums.get(first.id)
      if (largest === undefined) sum.clear()
      else sum.set(largest)
      for (const { id, open } of group) {
        const closed = sums.get(id)
        if (closed !== undefined && closed !== largest) sum.merge(closed)
        sum.merge(open)
      }
      return sum.isEmpty ? undefined : sum
    }
  }

  /**
   * The counts of groups of series, step by step; the last step is unfinished. A series belongs to one group at the most.
   * @param shape what is wanted of each: all, or the counters alone
   * @returns also the tier at whose borders the steps begin
   */
  steps(
    window: Milliseconds,
    step: Milliseconds,
    groups: readonly (readonly Series[])[],
    shape: Shape = this.#shape,
  ): { place: number; width: Milliseconds; steps: readonly Step[] } {
    const { place, begin, width } = stepping(this.#tiers, window, step, this.#slot)
    const steps: Step[] = []
    for (let start = begin; start <= this.#slot; start += width)
      steps.push({ start, tallies: groups.map(() => new Tally(shape)) })
    const talliesAt = (time: Milliseconds): readonly Tally[] =>
      steps[Math.floor((time - begin) / width)]?.tallies ?? []
    const groupOf = new Map(groups.flatMap((group, index) => group.map(({ id }) => [id, index] as const)))
    for (const segment of this.#since(place, begin)) {
      mergeSegments(new Map(talliesAt(segment.start).entries()), [segment], {
        sign: 1,
        // Records of others are passed over undecoded.
        resolve: (id) => groupOf.get(this.#resolve(id) ?? -1),
        create: () => new Tally(shape),
      })
    }
    for (const [index, group] of groups.entries())
      for (const { open } of group) talliesAt(this.#slot)[index]?.merge(open)
    return { place, width, steps }
  }

  /**
   * Moves counts that were made at `time` from one series to another, in every bucket and total that holds them.
   * @returns false, and nothing is moved, when that bucket is gone or was cleared
   */
  move(
    delta: Tally,
    from: Series,
    into: Series,
    made: { readonly time: Milliseconds; readonly epoch: number },
  ): boolean {
    if (made.epoch !== this.#epoch) return false
    if (made.time >= this.#slot) {
      from.open.merge(delta, -1)
      into.open.merge(delta)
      return true
    }
    this.#finishRolling()
    const holding = this.#tiers.map(({ width }, place) =>
      (this.#closed[place] ?? []).findLastIndex(
        ({ start }) => start <= made.time && made.time < start + width,
      ),
    )
    if (holding[0] === -1) return false
    for (const [place, index] of holding.entries()) {
      const segment = this.#closed[place]?.[index]
      if (segment === undefined) continue
      const tallies = new Map<number, Tally>()
      this.#merge(tallies, segment)
      tallies.get(from.id)?.merge(delta, -1)
      const target = tallies.get(into.id) ?? new Tally(this.#shape)
      target.merge(delta)
      const corrected = writeSegment(segment.start, tallies.set(into.id, target))
      if (corrected !== undefined) this.#closed[place]?.splice(index, 1, corrected)
    }
    from.total.merge(delta, -1)
    into.total.merge(delta)
    return true
  }

  /** Forgets all windows; totals stay. */
  clear(): void {
    for (const { open, total } of this.#live.values()) {
      total.merge(open)
      open.clear()
    }
    for (const segments of this.#closed) segments.length = 0
    this.#rolling.length = 0
    for (const tally of this.#spare) tally.clear()
    this.#views.clear()
    this.#folded.clear()
    this.#epoch++
  }

  #closeOpen(start: Milliseconds): Segment | undefined {
    const series = [...this.#live.values()].filter(({ open }) => !open.isEmpty)
    const segment = writeSegment(
      start,
      series.map(({ id, open }) => [id, open]),
    )
    for (const { open, total } of series) {
      total.merge(open)
      open.clear()
    }
    return segment
  }

  /** Pauses now and then: in between anything may be counted, folded, dropped and read. */
  *#rollUp(place: number, start: Milliseconds, width: Milliseconds): Generator<undefined, void> {
    const finer = (this.#closed[place - 1] ?? []).filter(
      (one) => one.start >= start && one.start < start + width,
    )
    const tallies = new Map<number, Tally>()
    const create = (): Tally => {
      const spare = this.#spare[tallies.size] ?? new Tally(this.#shape)
      this.#spare[tallies.size] = spare
      return spare
    }
    for (const segment of finer) {
      this.#merge(tallies, segment, create)
      yield
    }
    const segment = yield* writeSegmentInPortions(start, tallies)
    for (const tally of tallies.values()) tally.clear()
    this.#push(place, segment)
    this.#through[place] = floorTo(this.#slot, width)
    for (const view of this.#views.values())
      if (segment !== undefined && view.place >= place) view.rolledUp(finer, segment)
    if (place < this.#tiers.length - 1) return
    yield
    this.#tidy()
  }

  #finishRolling(): void {
    while (this.carryOn());
  }

  /** Forgets what no window reaches any more, and is not to be rolled up either. */
  #trim(): void {
    for (const [place, { width, span }] of this.#tiers.entries()) {
      const segments = this.#closed[place] ?? []
      const oldest = Math.min(floorTo(this.#slot, width) - span, this.#through[place + 1] ?? this.#slot)
      const kept = segments.findIndex(({ start }) => start >= oldest)
      segments.splice(0, kept === -1 ? segments.length : kept)
    }
  }

  #push(place: number, segment: Segment | undefined): void {
    if (segment !== undefined) this.#closed[place]?.push(segment)
  }

  /** Once per bucket of the coarsest tier: views nobody asks for any more go, the one of the retention is kept ready. */
  #tidy(): void {
    for (const [key, view] of this.#views) if (!view.rest()) this.#views.delete(key)
    const { width, span } = tierAt(this.#tiers, this.#tiers.length - 1)
    this.#view(span)
    // A view may still hold segments that expired since it was last asked.
    const forgotten = this.#slot - span - 3 * width
    for (const [id, { at }] of this.#folded) {
      if (at >= forgotten) break
      this.#folded.delete(id)
    }
  }

  /** The closed segments from `begin` on: those of tier `place`, then the finer ones since they end. */
  #since(place: number, begin: Milliseconds): Segment[] {
    const since: Segment[] = []
    let from = begin
    for (let finer = place; finer >= 0; finer--) {
      for (const segment of this.#closed[finer] ?? []) if (segment.start >= from) since.push(segment)
      from = Math.max(from, this.#through[finer] ?? begin)
    }
    return since
  }

  #view(window: Milliseconds): MergedView {
    const { place, begin } = reach(this.#tiers, window, this.#slot)
    const { width } = tierAt(this.#tiers, place)
    const key = `${place}:${floorTo(this.#slot, width) - begin}`
    const view = this.#views.get(key) ?? new MergedView(place, this.#shape, (id) => this.#resolve(id))
    // Moved to the end: the first one is the one not asked for longest.
    this.#views.delete(key)
    this.#views.set(key, view)
    const [oldest] = this.#views.keys()
    if (this.#views.size > MAX_VIEWS + 1 && oldest !== undefined) this.#views.delete(oldest)
    view.refresh(this.#since(place, begin))
    return view
  }

  #merge(tallies: Map<number, Tally>, segment: Segment, create = () => new Tally(this.#shape)): void {
    mergeSegments(tallies, [segment], { sign: 1, resolve: (id) => this.#resolve(id), create })
  }

  #resolve(id: number): number | undefined {
    let current = id
    for (;;) {
      const folded = this.#folded.get(current)
      if (folded === undefined) return this.#live.has(current) ? current : this.#fallback
      current = folded.into
    }
  }
}
