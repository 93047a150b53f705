import type { LookupTotals } from 'hitrate/metrics'

/** What all beyond the cap share; the collector calls it the same. */
const OTHER = '__other__'

/** How much more a label must have been used than one that is shown to take its place: else two would swap for ever. */
const HYSTERESIS = 2

/** One label's lookups since its series began. */
export interface Row extends LookupTotals {
  readonly label: string
  readonly series: number
  readonly inherited: LookupTotals
}

export interface LabelCounts {
  readonly label: string
  readonly counts: LookupTotals
}

interface Tracked {
  /** All its series had counted when last looked at. */
  readonly seen: LookupTotals
  readonly inherited: LookupTotals
  /** Told by its name; else it counts in `__other__`. */
  readonly named: boolean
}

const NONE: LookupTotals = Object.freeze({ hit: 0, stale: 0, miss: 0 })

/**
 * Tells the most used labels by name and the rest as `__other__`, in counters that neither go down nor jump.
 *
 * Had a label's past to move when the label does, `__other__` would leap by lookups of last week when a label is folded
 * into it, which Prometheus takes for a burst of traffic, and fall when one leaves it, which it takes for a restart. So
 * only what is new moves: each lookup is counted once, under the name its label was told by at the time. A label that is
 * told no more takes its series with it; one that comes to be told by name begins at 0, also when it was there before. One
 * that ended and came back between two calls goes on: a counter that began anew and had already passed where it was would
 * hide what it counted. Rates and sums of rates are right throughout; the sum of the counters falls by what an ended
 * series had.
 */
export class MostUsed {
  readonly #cap: number
  #tracked: ReadonlyMap<number, Tracked> = new Map()
  /** What was told by name at the last call, by the text told. */
  #told: ReadonlyMap<string, LookupTotals> = new Map()
  #other = NONE

  /** @param cap labels told by name, `__other__` aside */
  constructor(cap: number) {
    this.#cap = cap
  }

  /** Takes in what was counted since the last call. */
  update(rows: readonly Row[]): readonly LabelCounts[] {
    const named = this.#choose(rows)
    const ended = new Map(this.#tracked)
    const tracked = new Map<number, Tracked>()
    const told = new Map<string, LookupTotals>()
    let other = this.#other
    for (const row of rows) {
      const known = ended.get(row.series)
      ended.delete(row.series)
      const gained = minus(row.inherited, known?.inherited ?? NONE)
      const own = minus(minus(row, known?.seen ?? NONE), gained)
      // What ended series had counted since the last call is known only as part of what others inherited from them.
      other = plus(other, gained)
      const isNamed = named.has(row)
      const goesOn = isNamed && known?.named !== false
      if (!goesOn) other = plus(other, own)
      if (isNamed) {
        const text = textOf(row)
        told.set(text, plus(this.#told.get(text) ?? NONE, goesOn ? own : NONE))
      }
      tracked.set(row.series, { seen: plus(row, NONE), inherited: row.inherited, named: isNamed })
    }
    for (const { seen } of ended.values()) other = minus(other, seen)
    this.#other = other
    this.#told = told
    this.#tracked = tracked
    return [...told, [OTHER, other] as const].map(([label, counts]) => ({ label, counts }))
  }

  /** Those told by name: the ones that were, unless a place is free or somebody else is used a lot more. */
  #choose(rows: readonly Row[]): ReadonlySet<Row> {
    const byUse = rows.filter(({ label }) => label !== OTHER).sort((a, b) => useOf(b) - useOf(a))
    const isShown = (row: Row): boolean => this.#tracked.get(row.series)?.named === true
    const fallers = byUse.filter(isShown)
    const named = new Set(fallers)
    const labels = new Set(fallers.map(textOf))
    for (const riser of byUse) {
      if (named.has(riser) || labels.has(textOf(riser))) continue
      if (named.size >= this.#cap) {
        const faller = fallers.pop()
        if (faller === undefined || useOf(riser) <= HYSTERESIS * useOf(faller)) break
        named.delete(faller)
        labels.delete(textOf(faller))
      }
      named.add(riser)
      labels.add(textOf(riser))
    }
    return named
  }
}

/** The label as UTF-8 can carry it: half a surrogate can't, and two labels that differ in nothing else become one. */
function textOf({ label }: Row): string {
  return label.toWellFormed()
}

function useOf(row: Row): number {
  const { hit, stale, miss } = minus(row, row.inherited)
  return hit + stale + miss
}

function plus(a: LookupTotals, b: LookupTotals): LookupTotals {
  return { hit: a.hit + b.hit, stale: a.stale + b.stale, miss: a.miss + b.miss }
}

function minus(a: LookupTotals, b: LookupTotals): LookupTotals {
  return { hit: a.hit - b.hit, stale: a.stale - b.stale, miss: a.miss - b.miss }
}
