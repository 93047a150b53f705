import type { Segment } from './segment.ts'
import { mergeSegments } from './segment.ts'
import { type Shape, Tally } from './tally.ts'

/**
 * The sum of one window's closed buckets, kept from one query to the next: what has left the window is taken away, what
 * has closed since is added. Integers make that exact, so a day of 200 patterns costs a query a few buckets instead of
 * 20 000. Segments are told apart by identity: one that was corrected counts as another.
 */
export class MergedView {
  /** The tier of its oldest buckets; newer ones are of finer tiers. */
  readonly place: number
  readonly #shape: Shape
  readonly #resolve: (id: number) => number | undefined
  #held = new Set<Segment>()
  readonly #sums = new Map<number, Tally>()
  /** Whether anybody asked since the last {@link rest}. */
  #asked = false

  constructor(place: number, shape: Shape, resolve: (id: number) => number | undefined) {
    this.place = place
    this.#shape = shape
    this.#resolve = resolve
  }

  /** By series id. Belongs to the view: copy before changing. */
  get sums(): ReadonlyMap<number, Tally> {
    return this.#sums
  }

  get bytes(): number {
    let bytes = 0
    for (const tally of this.#sums.values()) bytes += tally.bytes
    return bytes
  }

  /** Makes the sums those of `segments`. */
  refresh(segments: readonly Segment[]): void {
    this.#asked = true
    const wanted = new Set(segments)
    const gone = [...this.#held].filter((segment) => !wanted.has(segment))
    const come = segments.filter((segment) => !this.#held.has(segment))
    if (gone.length + come.length > segments.length) {
      this.#sums.clear()
      this.#merge(segments, 1)
    } else {
      this.#merge(come, 1)
      this.#merge(gone, -1)
    }
    this.#held = wanted
  }

  /** Segments were rolled up into one, which counts the same: where all of them are held there is nothing to add up. */
  rolledUp(finer: readonly Segment[], coarser: Segment): void {
    if (!finer.every((segment) => this.#held.has(segment))) return
    for (const segment of finer) this.#held.delete(segment)
    this.#held.add(coarser)
  }

  /** One series became part of another: its sum moves along, so that later segments are taken from where it is. */
  fold(from: number, into: number): void {
    const moved = this.#sums.get(from)
    if (moved === undefined) return
    this.#sums.delete(from)
    const target = this.#sums.get(into)
    if (target === undefined) this.#sums.set(into, moved)
    else target.merge(moved)
  }

  /** A series ended, and with it what was counted of it. */
  drop(id: number): void {
    this.#sums.delete(id)
  }

  /** Whether the view was asked for since the last time; an unused one would keep old segments alive. */
  rest(): boolean {
    const asked = this.#asked
    this.#asked = false
    return asked
  }

  #merge(segments: readonly Segment[], sign: 1 | -1): void {
    mergeSegments(this.#sums, segments, {
      sign,
      resolve: this.#resolve,
      create: () => new Tally(this.#shape),
    })
    if (sign === 1) return
    for (const [id, tally] of this.#sums) if (tally.isEmpty) this.#sums.delete(id)
  }
}
