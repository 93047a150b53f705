import { splitKey } from './infer.ts'
import { Learner } from './learner.ts'
import type { DeclaredPattern } from './recorder.ts'
import type { Handle, SeriesTable } from './series-table.ts'
import type { PatternRule } from './types.ts'

/** Keys whose pattern is remembered: two generations of this many. */
const REMEMBERED = 2_048
/** Longer keys are worked out anew each time: remembering them would cost more than it saves. */
const MAX_REMEMBERED_LENGTH = 128

/** Finds a key's pattern: the declared one wins and is not looked up here; then the user's rules; then inference. */
export class Patterns {
  readonly #table: SeriesTable
  readonly #rules: readonly PatternRule[]
  readonly #learner: Learner
  #recent = new Map<string, Handle>()
  #older = new Map<string, Handle>()

  constructor(table: SeriesTable, rules: readonly PatternRule[]) {
    this.#table = table
    // With more families than that most would be `__other__`: rather see them as one.
    this.#learner = new Learner(2 * table.cap)
    // A copy of our own: a `g` or `y` flag would make the expression remember where it stopped.
    this.#rules = rules.map(({ match, pattern }) => ({
      match: new RegExp(match.source, match.flags.replace(/[gy]/g, '')),
      pattern,
    }))
  }

  /** Two keyspaces may share a pattern: the first names it, the last gives its ttl. */
  declare({ pattern, template, ttl }: DeclaredPattern): Handle {
    const handle = this.#table.handle(pattern)
    handle.keyspace ??= template
    handle.ttl = ttl
    return handle
  }

  of(key: string): Handle {
    const remembered = this.#recent.get(key) ?? this.#older.get(key)
    if (remembered !== undefined) return remembered.current
    const handle = this.#find(key)
    if (key.length <= MAX_REMEMBERED_LENGTH) this.#remember(key, handle)
    return handle
  }

  /** After series have changed hands: a remembered handle may be that of a label dropped in between. */
  forgetKeys(): void {
    this.#recent.clear()
    this.#older.clear()
  }

  #find(key: string): Handle {
    for (const { match, pattern } of this.#rules) {
      const found = match.exec(key)
      if (found !== null) return this.#table.handle(expand(pattern, found))
    }
    const { label, folded } = this.#learner.learn(splitKey(key))
    for (const [from, into] of folded) if (from !== into) this.#table.merge(from, this.#table.handle(into))
    return this.#table.handle(label).current
  }

  #remember(key: string, handle: Handle): void {
    if (this.#recent.size >= REMEMBERED) {
      this.#older = this.#recent
      this.#recent = new Map()
    }
    this.#recent.set(key, handle)
  }
}

/** A rule's label with `$1` to `$99` and `$<name>` filled in from the match. */
function expand(pattern: string, match: RegExpExecArray): string {
  return pattern.replace(
    /\$(?:(\d{1,2})|<([^>]*)>)/g,
    (_, place: string | undefined, name: string | undefined) =>
      (place === undefined ? match.groups?.[name ?? ''] : match[Number(place)]) ?? '',
  )
}
