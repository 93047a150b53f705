import type { Handle, SeriesTable } from './series-table.ts'

/** Names that are remembered: two generations of this many. */
const REMEMBERED = 2_048
/** Longer ones are not: remembering them would cost more than it saves. */
const MAX_LENGTH = 128

/** Remembers the handles of names asked for lately, in bounded memory. */
export class RecentHandles {
  readonly #table: SeriesTable
  #recent = new Map<string, Handle>()
  #older = new Map<string, Handle>()

  constructor(table: SeriesTable) {
    this.#table = table
  }

  /** The handle of a name as it is now; `undefined` where it is not remembered. */
  get(name: string): Handle | undefined {
    const handle = (this.#recent.get(name) ?? this.#older.get(name))?.current
    // One without a series of its own may have been dropped meanwhile: the table has to see that it is used.
    return handle?.series === this.#table.other.series ? this.#table.handle(handle.label) : handle
  }

  /** @param name no piece of a longer string, the whole of which it would keep alive */
  keep(name: string, handle: Handle): void {
    if (name.length > MAX_LENGTH) return
    if (this.#recent.size >= REMEMBERED) {
      this.#older = this.#recent
      this.#recent = new Map()
    }
    this.#recent.set(name, handle)
  }
}
