import type { MissReason, PatternHandle } from '../metrics/recorder.ts'
import type { L2Failure } from '../stores/guard.ts'
import type { ClaimRequest } from '../stores/store.ts'
import type { Claim } from './claims.ts'
import type { Entry } from './entry.ts'
import type { Ticket } from './fence.ts'

/** What L2 said of one key. `over` is what a claim must know of the entry that was found wanting. */
export type Reading =
  | { readonly kind: 'fresh'; readonly entry: Entry }
  /** `busy`: somebody refreshes it, or a refresh failed lately. */
  | {
      readonly kind: 'stale'
      readonly entry: Entry
      readonly over: ClaimRequest['over']
      readonly busy: boolean
    }
  | { readonly kind: 'absent'; readonly reason: MissReason | undefined; readonly over: ClaimRequest['over'] }
  /** Somebody is loading it. */
  | { readonly kind: 'claimed' }
  | { readonly kind: 'failed'; readonly reason: 'l2_error' | 'l2_open' }

/** One key being read, for all who asked for it meanwhile. */
export interface Read {
  /** Open until it was read; who needs it for longer shares it. */
  readonly ticket: Ticket
  /** Resolves when L2 has answered, or will not: with it all that travelled together. */
  readonly done: Promise<void>
  /** What L2 said, once it is done; to be taken at once, by who waits for that, and forgotten afterwards. */
  readonly reading: Reading
  /** The claim that was taken in place of it, for one of those who wait; given back where none wants it. */
  takeClaim(): Claim | undefined
}

export const ABSENT: Reading = Object.freeze({ kind: 'absent', reason: undefined, over: undefined })
export const JUNK: Reading = Object.freeze({ kind: 'absent', reason: 'decode_error', over: undefined })
export const CLAIMED: Reading = Object.freeze({ kind: 'claimed' })
export const UNREADABLE: Reading = Object.freeze({ kind: 'failed', reason: 'l2_error' })

export function failedBy(failure: L2Failure): Reading {
  return { kind: 'failed', reason: failure === 'open' ? 'l2_open' : 'l2_error' }
}

export class OneRead implements Read {
  readonly ticket: Ticket
  readonly pattern: PatternHandle
  readonly done: Promise<void>
  /** Whether to be told of the key's changes. */
  readonly told: boolean
  reading: Reading = UNREADABLE
  finished = false
  #claim: Claim | undefined

  constructor(ticket: Ticket, pattern: PatternHandle, done: Promise<void>, told: boolean) {
    this.ticket = ticket
    this.pattern = pattern
    this.done = done
    this.told = told
  }

  takeClaim(): Claim | undefined {
    const claim = this.#claim
    this.#claim = undefined
    return claim
  }

  claimed(claim: Claim): void {
    this.#claim = claim
  }
}
