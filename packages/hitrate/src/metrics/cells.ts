import type { Rollup, Series } from './rollup.ts'
import type { Tally } from './tally.ts'

/** Endpoint x pattern pairs counted at the most. */
const MAX_CELLS = 1_000
/** Share of the cells given up when there was no room for others. */
const GIVEN_UP = 0.1

interface Cell {
  readonly series: Series
  uses: number
}

/**
 * Which endpoint uses which pattern: counters only, by whole minutes. Beyond the cap a pair isn't counted; what a
 * report lacks of an endpoint's lookups belongs to `__other__`. When pairs were turned away, the least used give way.
 */
export class Cells {
  readonly #rollup: Rollup
  readonly #rows = new Map<Series, Map<Series, Cell>>()
  #size = 0
  #turnedAway = 0
  /** The pair asked for last: traffic comes in runs. */
  #lastEndpoint: Series | undefined
  #lastPattern: Series | undefined
  #lastCell: Cell | undefined

  constructor(rollup: Rollup) {
    this.#rollup = rollup
  }

  get size(): number {
    return this.#size
  }

  /** The tally to count in, or `undefined` when there is no room. */
  at(endpoint: Series, pattern: Series): Tally | undefined {
    if (endpoint !== this.#lastEndpoint || pattern !== this.#lastPattern) {
      this.#lastCell = this.#rows.get(endpoint)?.get(pattern) ?? this.#create(endpoint, pattern)
      this.#lastEndpoint = endpoint
      this.#lastPattern = pattern
    }
    const cell = this.#lastCell
    if (cell === undefined) {
      this.#turnedAway++
      return undefined
    }
    cell.uses++
    return cell.series.open
  }

  /** The cells of an endpoint, by pattern. */
  *row(endpoint: Series): IterableIterator<readonly [pattern: Series, cell: Series]> {
    for (const [pattern, { series }] of this.#rows.get(endpoint) ?? []) yield [pattern, series]
  }

  /** A pattern became part of another; `keep` its cells there, or give them up. */
  foldPattern(from: Series, into: Series, keep: boolean): void {
    this.#forgetLast()
    for (const row of this.#rows.values()) {
      const cell = row.get(from)
      if (cell === undefined) continue
      row.delete(from)
      const target = row.get(into)
      if (!keep) this.#drop(cell)
      else if (target === undefined) row.set(into, cell)
      else {
        this.#rollup.fold(cell.series, target.series)
        this.#size--
      }
    }
  }

  dropEndpoint(endpoint: Series): void {
    this.#forgetLast()
    for (const cell of this.#rows.get(endpoint)?.values() ?? []) this.#drop(cell)
    this.#rows.delete(endpoint)
  }

  /** Makes room when pairs were turned away, and makes old use count for less. */
  age(): void {
    this.#forgetLast()
    const all = [...this.#rows].flatMap(([, row]) =>
      [...row].map(([pattern, cell]) => ({ row, pattern, cell })),
    )
    if (this.#turnedAway > 0) {
      all.sort((a, b) => a.cell.uses - b.cell.uses)
      for (const { row, pattern, cell } of all.splice(0, Math.ceil(MAX_CELLS * GIVEN_UP))) {
        row.delete(pattern)
        this.#drop(cell)
      }
    }
    for (const { cell } of all) cell.uses = Math.floor(cell.uses / 2)
    this.#turnedAway = 0
  }

  #create(endpoint: Series, pattern: Series): Cell | undefined {
    if (this.#size >= MAX_CELLS) return undefined
    const cell: Cell = { series: this.#rollup.create(), uses: 0 }
    const row = this.#rows.get(endpoint)
    if (row === undefined) this.#rows.set(endpoint, new Map([[pattern, cell]]))
    else row.set(pattern, cell)
    this.#size++
    return cell
  }

  #drop(cell: Cell): void {
    this.#rollup.drop(cell.series)
    this.#size--
  }

  #forgetLast(): void {
    this.#lastEndpoint = undefined
    this.#lastPattern = undefined
    this.#lastCell = undefined
  }
}
