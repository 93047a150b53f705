import type { Clock } from '../../clock.ts'

/**
 * Tells our own writes from those of others in what the server tells us. It has `NOLOOP` for that, which can't be used:
 * with it a client isn't told either of what the server evicts, or no longer has room to track, while it carries out a
 * command of that client (seen on Redis 7.0.15), and would keep such entries without ever hearing of them again.
 *
 * Without it, a script that reads a key before it writes it is told of its own write exactly once: after its reply,
 * before that of any later command. So when it wrote, one of what is told of the key around its reply is ours. Should
 * that one be somebody else's, ours is still to come and is passed on in its place: nothing that others changed is lost.
 *
 * A script's writes are told in the order of its keys. So what is told is compared with the key whose turn it is, and
 * nothing is looked up: each name that a `Map` is asked for, V8 first makes the only one of its text.
 */
export interface OwnWrites {
  /**
   * A script that may write these keys is sent.
   * @param distinct whether none of them comes twice; default: not known
   */
  sent(keys: readonly string[], distinct?: boolean): SentKeys
  /** It was answered, or never will be; of its keys, these it did write. */
  answered(script: SentKeys, written: readonly string[]): void
  /** Another command was answered. */
  heard(): void
  /** The server tells that a key was changed. */
  told(key: string): void
  /** Nothing more comes of what was sent. */
  end(): void
}

/** Keys of one script, all different, each of which may be told of once. */
export class SentKeys {
  readonly keys: readonly string[]
  /** Whether the script was given none of them twice: then what it wrote has each once, too. */
  readonly distinct: boolean
  /** Those before this place were told of. */
  #next = 0
  /** Those not told of yet, where one came out of its turn. */
  #left: Set<string> | undefined

  constructor(keys: readonly string[], distinct = true) {
    this.keys = distinct ? keys : [...new Set(keys)]
    this.distinct = distinct
  }

  /** Whether it is one of them; it is told of now. */
  take(key: string): boolean {
    const { keys } = this
    if (this.#left === undefined) {
      if (keys[this.#next] === key) {
        this.#next++
        return true
      }
      if (keys.length - this.#next <= 1) return false
      this.#left = new Set(keys.slice(this.#next))
    }
    return this.#left.delete(key)
  }

  /** None of them was told of. */
  get untouched(): boolean {
    return this.#next === 0 && this.#left === undefined
  }

  /** All of them were told of. */
  get complete(): boolean {
    return this.#next === this.keys.length || this.#left?.size === 0
  }

  /** Those told of. */
  taken(): Set<string> {
    const left = this.#left
    return new Set(
      left === undefined ? this.keys.slice(0, this.#next) : this.keys.filter((key) => !left.has(key)),
    )
  }

  forget(): void {
    this.#next = 0
    this.#left = undefined
  }
}

const NOTHING = new SentKeys([])

/** @param pass gets what others changed */
export function createOwnWrites(clock: Clock, pass: (key: string) => void): OwnWrites {
  /**
   * Scripts that were not answered yet, with what was told of their keys since the event loop last had its turn: replies
   * that came in the same chunk are handled only after all of it was read.
   */
  const open = new Set<SentKeys>()
  /** Those of them that not all was told of. */
  let untold = new Set<SentKeys>()
  /** What was told since then of a key that the script it was taken for did not write: how often. */
  const waiting = new Map<string, number>()
  let isWaiting = false
  /** What a script wrote that was answered just now; told before the next reply. */
  let expected = NOTHING

  const passWaiting = (): void => {
    isWaiting = false
    const keys = new Set(waiting.keys())
    waiting.clear()
    let forgotten = false
    for (const script of open) {
      if (script.untouched) continue
      for (const key of script.taken()) keys.add(key)
      script.forget()
      forgotten = true
    }
    if (forgotten) untold = new Set(open)
    for (const key of keys) pass(key)
  }

  /** What a script wrote and what was told of its keys, each by itself. */
  const compare = (script: SentKeys, written: readonly string[]): void => {
    const taken = script.taken()
    const toBeTold: string[] = []
    // Each once, also where a script was to write it twice.
    for (const key of new Set(written)) {
      if (taken.delete(key)) continue
      if (waiting.has(key)) add(waiting, key, -1)
      else toBeTold.push(key)
    }
    for (const key of taken) add(waiting, key, 1)
    expected = toBeTold.length === 0 ? NOTHING : new SentKeys(toBeTold)
  }

  return {
    sent(keys, distinct = keys.length === 1) {
      const script = new SentKeys(keys, distinct)
      open.add(script)
      untold.add(script)
      return script
    },
    answered(script, written) {
      expected = NOTHING
      open.delete(script)
      untold.delete(script)
      const allWritten = script.distinct && written.length === script.keys.length
      if (!allWritten || !script.complete) compare(script, written)
    },
    heard() {
      expected = NOTHING
    },
    told(key) {
      if (expected.take(key)) return
      for (const script of untold) {
        if (!script.take(key)) continue
        if (script.complete) untold.delete(script)
        if (!isWaiting) clock.afterIo(passWaiting)
        isWaiting = true
        return
      }
      pass(key)
    },
    end() {
      passWaiting()
      open.clear()
      untold.clear()
      expected = NOTHING
    },
  }
}

function add(counts: Map<string, number>, key: string, by: number): void {
  const count = (counts.get(key) ?? 0) + by
  if (count > 0) counts.set(key, count)
  else counts.delete(key)
}
