import type { Clock } from '../clock.ts'
import type { LoadTrigger, PatternHandle } from '../metrics/recorder.ts'
import type { Milliseconds } from '../units.ts'
import type { Claim } from './claims.ts'
import { type Entry, invalidatedBefore } from './entry.ts'
import type { Fence, Ticket } from './fence.ts'
import type { Keeping } from './keeping.ts'
import type { Load } from './load.ts'
import type { LoadSource } from './load-source.ts'
import type { Marker } from './markers.ts'

/** How a flight ended for those who wait on it. */
export type Landing =
  /** `entry`: in the one shape; `undefined` where nothing could be kept. */
  | {
      readonly kind: 'loaded'
      readonly value: unknown
      readonly entry: Entry | undefined
      /** The flight's place in the order of events, and the markers of its tags as far as they are known. */
      readonly seq: number
      readonly markers: readonly Marker[]
      readonly took: Milliseconds
      readonly uncacheable: boolean
    }
  /** Another process loaded it while we waited or claimed. */
  | { readonly kind: 'found'; readonly entry: Entry; readonly waited: boolean }
  /** Somebody else refreshes the stale value, which is all there is. */
  | { readonly kind: 'elsewhere' }
  | { readonly kind: 'failed'; readonly error: unknown }

/** What starts a flight. */
export interface FlightPlan {
  readonly key: string
  readonly pattern: PatternHandle
  readonly source: LoadSource
  readonly keeping: Keeping
  readonly trigger: LoadTrigger
  /** Served meanwhile, and when the load fails. */
  readonly stale: Entry | undefined
  /** What a claim must know of what was read; `steal`: whatever is there. */
  readonly over: { readonly version: string; readonly as: 'stale' | 'dead' } | 'steal' | undefined
  /**
   * What L2 said of a claim when it was read: `held` by somebody else; `unanswered`: asking again would cost the caller
   * another deadline. Or the claim, where one was taken in place of a read.
   */
  readonly claim: 'free' | 'held' | 'unanswered' | Claim
  /** Whether it is one of a batch, of which claims and fills travel as one. */
  readonly batch: boolean
}

/**
 * One load in flight for one key and generation, shared by all who ask for it. An invalidation voids its ticket: later
 * lookups start another, those who wait still get the value, and it is not stored.
 */
export class Flight {
  readonly plan: FlightPlan
  readonly landing: Promise<Landing>
  /** It has not been allowed to load yet, and looks whether another process does. */
  waiting = false
  /** When the cache's own part was over and the loader began; `undefined` until then. */
  loadBegan: Milliseconds | undefined
  landed: Landing | undefined
  readonly #clock: Clock
  #ticket: Ticket
  /** What was stale when it started was deleted, or replaced, since. */
  #deleted = false
  /** It was deleted, replaced or expired since. */
  #invalidated = false
  /** It may be gone without our being told. */
  #unwatched = false
  readonly #resolve: (landing: Landing) => void
  /** Whether L2 accepted what was loaded, once that is known. */
  #accepted: boolean | undefined
  /** Of those who wait for that; few do. */
  #confirmed: PromiseWithResolvers<Landing | undefined> | undefined
  #passengers = 0
  #load: Load | undefined
  #abandoned: { readonly reason: unknown } | undefined
  #detached = false

  constructor(plan: FlightPlan, ticket: Ticket, clock: Clock) {
    this.plan = plan
    this.#ticket = ticket
    this.#clock = clock
    const { promise, resolve } = Promise.withResolvers<Landing>()
    this.landing = promise
    this.#resolve = resolve
  }

  /**
   * The landing for those who came when the load had already begun. They may have come after an invalidation by another
   * process that this one has not heard of, so they get the value once L2 has accepted it; `undefined`: it did not, look
   * again.
   */
  get confirmed(): Promise<Landing | undefined> {
    if (this.#confirmed === undefined) {
      this.#confirmed = Promise.withResolvers()
      this.#tellConfirmed()
    }
    return this.#confirmed.promise
  }

  #tellConfirmed(): void {
    if (this.#accepted !== undefined) this.#confirmed?.resolve(this.#accepted ? this.landed : undefined)
  }

  get ticket(): Ticket {
    return this.#ticket
  }

  /** Whether what was stale when it started was deleted since. */
  get staleDeleted(): boolean {
    return this.#deleted || this.#ticket.deleted
  }

  /** Whether it was invalidated since, however: then it is stale at best, also what was fresh and about to be refreshed. */
  get staleInvalidated(): boolean {
    return this.#invalidated || this.#ticket.voided
  }

  /**
   * Takes a new ticket where the old one was voided. While it waits for another process it has taken nothing yet, so what
   * is changed meanwhile does not void what it will read or load afterwards.
   */
  renewTicket(fence: Fence): void {
    if (this.#ticket.voided) this.#replaceTicket(fence.open(this.plan.key))
  }

  /**
   * The same where only others' changes voided it, and L2 decides about them: they came before the claim that it gave, or
   * they took that away, and then it refuses the fill. Our own may still be on their way.
   */
  trustClaim(fence: Fence): void {
    const { voided, voidedHere, seq } = this.#ticket
    if (voided && !voidedHere) this.#replaceTicket(fence.open(this.plan.key, seq))
  }

  /** L2 does not hold any more what was stale when it started, or holds something newer. */
  supersedeStale(): void {
    this.#deleted = true
  }

  /** What was stale when it started, for those who come now and have not looked themselves; `undefined`: they must. */
  get offered(): Entry | undefined {
    return this.#unwatched ? undefined : this.plan.stale
  }

  /** Nobody tells us, from now on, should what was stale when it started be invalidated by others. */
  withdrawStale(): void {
    this.#unwatched = true
  }

  #replaceTicket(ticket: Ticket): void {
    this.#deleted ||= this.#ticket.deleted
    this.#invalidated ||= this.#ticket.voided
    this.#ticket.close()
    this.#ticket = ticket
  }

  /** Whether a lookup that begins now may share it. */
  get joinable(): boolean {
    if ((this.#ticket.voided && !this.waiting) || this.#detached || this.#abandoned !== undefined)
      return false
    if (this.landed?.kind !== 'loaded') return true
    // What it brought is stored by now, or never will be; or one of its tags, which are known now, was invalidated meanwhile.
    return this.#accepted === undefined && !invalidatedBefore(this.landed, Number.POSITIVE_INFINITY)
  }

  /** Why it was given up, if it was. */
  get abandoned(): { readonly reason: unknown } | undefined {
    return this.#abandoned
  }

  /** Somebody waits; the loader's signal fires when all who did have given up. A refresh in the background is one. */
  board(): void {
    this.#passengers++
  }

  leave(reason: unknown): void {
    if (--this.#passengers === 0) this.abandon(reason)
  }

  abandon(reason: unknown): void {
    this.#abandoned ??= { reason }
    this.#load?.abort(reason)
  }

  loading(load: Load): void {
    this.#load = load
    if (this.#abandoned !== undefined) load.abort(this.#abandoned.reason)
  }

  began(): void {
    this.loadBegan ??= this.#clock.now()
  }

  land(landing: Landing): void {
    if (this.landed !== undefined) return
    this.landed = landing
    this.#resolve(landing)
    if (landing.kind !== 'loaded') this.#accept(true)
  }

  /** Whether L2 accepted what was loaded; only the first word counts. */
  confirm(accepted: boolean): void {
    if (!accepted) this.detach()
    this.#accept(accepted)
  }

  #accept(accepted: boolean): void {
    this.#accepted ??= accepted
    this.#tellConfirmed()
  }

  /** What it brings is void already: later lookups start another. */
  detach(): void {
    this.#detached = true
  }
}
