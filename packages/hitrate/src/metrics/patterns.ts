import { lengthBeforeNumber, splitKey } from './infer.ts'
import { Learner } from './learner.ts'
import { RecentHandles } from './recent-handles.ts'
import type { DeclaredPattern } from './recorder.ts'
import type { Handle, SeriesTable } from './series-table.ts'
import type { PatternRule } from './types.ts'

/** Finds a key's pattern: the declared one wins and is not looked up here; then the user's rules; then inference. */
export class Patterns {
  readonly #table: SeriesTable
  readonly #rules: readonly PatternRule[]
  readonly #learner: Learner
  readonly #keys: RecentHandles
  /** Of keys that end in a number, by what is before it: all of them have one pattern. A rule may look at the number. */
  readonly #stems: RecentHandles

  constructor(table: SeriesTable, rules: readonly PatternRule[]) {
    this.#table = table
    this.#keys = new RecentHandles(table)
    this.#stems = new RecentHandles(table)
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
    const length = this.#rules.length === 0 ? lengthBeforeNumber(key) : undefined
    if (length !== undefined) return this.#ofStem(key.slice(0, length), key)
    const remembered = this.#keys.get(key)
    if (remembered !== undefined) return remembered
    const handle = this.#find(key)
    this.#keys.keep(key, handle)
    return handle
  }

  #ofStem(stem: string, key: string): Handle {
    const remembered = this.#stems.get(stem)
    if (remembered !== undefined) return remembered
    const handle = this.#find(key)
    this.#stems.keep(structuredClone(stem), handle)
    return handle
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
}

/** A rule's label with `$1` to `$99` and `$<name>` filled in from the match. */
function expand(pattern: string, match: RegExpExecArray): string {
  return pattern.replace(
    /\$(?:(\d{1,2})|<([^>]*)>)/g,
    (_, place: string | undefined, name: string | undefined) =>
      (place === undefined ? match.groups?.[name ?? ''] : match[Number(place)]) ?? '',
  )
}
