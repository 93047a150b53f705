import type { Milliseconds } from '../units.ts'

/**
 * Beside its entries a store may have a board, on which the processes that share it leave one another small notes, enrol,
 * and take leases. All of it has a life and ends by itself. As with the store, every method rejects when the server can't
 * be asked, and none has a deadline of its own.
 */
export interface Board {
  /**
   * Leaves a note under its name in place of the one that is there.
   * @returns false: one is there, and it was to be left only where none is
   */
  post(note: Note): Promise<boolean>
  /** The notes as they are; `undefined` where there is none. */
  read(names: readonly string[]): Promise<(Buffer | undefined)[]>
  /** Says that the member is there now, and what it is. The list is kept for `life` after the last one enrolled. */
  enrol(id: string, card: Buffer, life: Milliseconds): Promise<void>
  /** Who has enrolled; those who did longer ago than `within` are struck off. */
  members(within: Milliseconds): Promise<Membership>
  /**
   * Takes the lease, or renews it, for `life`; 0 gives it back. A lease that another holds is left alone.
   * @returns who holds it now; empty when nobody does
   */
  lease(name: string, holder: string, life: Milliseconds): Promise<string>
}

/** Notes and leases share their names: letters, digits, `: . _ -`. */
export interface Note {
  readonly name: string
  readonly body: Buffer
  readonly life: Milliseconds
  readonly onlyAbsent: boolean
}

export interface Membership {
  /** The server's time, Unix milliseconds. */
  readonly now: Milliseconds
  readonly members: readonly Member[]
}

export interface Member {
  readonly id: string
  /** When it enrolled last, by the server's time. */
  readonly seenAt: Milliseconds
  readonly card: Buffer
}
