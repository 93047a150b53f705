import { ByKey } from './by-key.ts'

/**
 * The fence inside a process: an invalidation voids everything in flight that began before it.
 *
 * A **ticket** is opened before a read or a load is sent and asked again when its result is about to be stored; an
 * invalidation of its key voids it. By key and by pattern the tickets in flight are found here. By tag and for the whole
 * cache the order of events decides: `next()` numbers them, a marker remembers the number of its last invalidation, and
 * an entry carries its ticket's (`entry.ts`). A counter, not a clock: milliseconds collide.
 */
export interface Ticket {
  readonly key: string
  readonly seq: number
  /** Voided: what it brings may be returned to those who asked before, and is not stored. */
  readonly voided: boolean
  /** Voided by a delete or a `set`: what was stale before must not be served any more. */
  readonly deleted: boolean
  /** Voided by an invalidation of our own; others' don't void what L2 gave us a claim for afterwards. */
  readonly voidedHere: boolean
  /** For one more who watches the key from now on: it stays open until all have closed it. */
  share(): Ticket
  close(): void
}

export interface Fence {
  /** The next number in the order of events. */
  next(): number
  /** @param seq its place in the order of events, where that is an earlier one than now */
  open(key: string, seq?: number): Ticket
  void(key: string, mode: 'delete' | 'expire'): void
  /** Others changed what L2 holds under the key. */
  voidTold(key: string): void
  voidWhere(matches: (key: string) => boolean, mode: 'delete' | 'expire'): void
  /** Keys with something in flight. */
  readonly size: number
}

/** One of those of its key that are open, linked: mostly there is one, and a set for it would cost more than itself. */
class OpenTicket implements Ticket {
  readonly key: string
  readonly seq: number
  voided = false
  deleted = false
  voidedHere = false
  before: OpenTicket | undefined = undefined
  after: OpenTicket | undefined
  #holders = 1
  readonly #newest: ByKey<OpenTicket>

  constructor(key: string, seq: number, newest: ByKey<OpenTicket>) {
    this.key = key
    this.seq = seq
    this.#newest = newest
    this.after = newest.get(key)
    if (this.after !== undefined) this.after.before = this
    newest.set(key, this)
  }

  share(): this {
    this.#holders++
    return this
  }

  close(): void {
    if (--this.#holders !== 0) return
    const { before, after } = this
    if (after !== undefined) after.before = before
    if (before !== undefined) before.after = after
    else if (after !== undefined) this.#newest.set(this.key, after)
    else this.#newest.delete(this.key)
  }
}

export function createFence(): Fence {
  /** Of each key; the others come after it. */
  const newest = new ByKey<OpenTicket>()
  let seq = 0

  const voidAll = (of: OpenTicket | undefined, mode: 'delete' | 'expire'): void => {
    for (let ticket = of; ticket !== undefined; ticket = ticket.after) {
      ticket.voided = true
      ticket.voidedHere = true
      if (mode === 'delete') ticket.deleted = true
    }
  }

  return {
    next: () => ++seq,
    get size() {
      return newest.size
    },
    open: (key, at) => new OpenTicket(key, at ?? ++seq, newest),
    void: (key, mode) => voidAll(newest.get(key), mode),
    voidTold(key) {
      for (let ticket = newest.get(key); ticket !== undefined; ticket = ticket.after) {
        ticket.voided = true
        ticket.deleted = true
      }
    },
    voidWhere(matches, mode) {
      for (const [key, ticket] of newest) if (matches(key)) voidAll(ticket, mode)
    },
  }
}
