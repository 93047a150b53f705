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

interface OpenTicket extends Ticket {
  voided: boolean
  deleted: boolean
  voidedHere: boolean
}

export function createFence(): Fence {
  const open = new Map<string, Set<OpenTicket>>()
  let seq = 0

  const voidAll = (tickets: Set<OpenTicket> | undefined, mode: 'delete' | 'expire'): void => {
    if (tickets === undefined) return
    for (const ticket of tickets) {
      ticket.voided = true
      ticket.voidedHere = true
      if (mode === 'delete') ticket.deleted = true
    }
  }

  return {
    next: () => ++seq,
    get size() {
      return open.size
    },
    open(key, at) {
      const ticket: OpenTicket = {
        key,
        seq: at ?? ++seq,
        voided: false,
        deleted: false,
        voidedHere: false,
        close: () => {
          const tickets = open.get(key)
          if (tickets?.delete(ticket) === true && tickets.size === 0) open.delete(key)
        },
      }
      const tickets = open.get(key)
      if (tickets === undefined) open.set(key, new Set([ticket]))
      else tickets.add(ticket)
      return ticket
    },
    void: (key, mode) => voidAll(open.get(key), mode),
    voidTold(key) {
      for (const ticket of open.get(key) ?? []) {
        ticket.voided = true
        ticket.deleted = true
      }
    },
    voidWhere(matches, mode) {
      for (const [key, tickets] of open) if (matches(key)) voidAll(tickets, mode)
    },
  }
}
