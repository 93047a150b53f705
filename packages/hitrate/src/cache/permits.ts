import type { Clock } from '../clock.ts'
import type { ClaimRequest, StoredEntry } from '../stores/store.ts'
import type { Milliseconds } from '../units.ts'
import type { Changes } from './changes.ts'
import type { Claim, Claimed, Claims } from './claims.ts'
import type { Entry } from './entry.ts'
import type { Fence, Ticket } from './fence.ts'
import type { Flight } from './flight.ts'
import type { Reader } from './reader.ts'
import { storable } from './storable.ts'
import type { Tier1 } from './tier1.ts'
import type { Undelivered } from './undelivered.ts'

/** What was agreed with L2 before loading: only a claim allows a fill; `unstored` keeps the value nowhere. */
export type Permit =
  | { readonly kind: 'claim'; readonly claim: Claim }
  | { readonly kind: 'l1' }
  | { readonly kind: 'unstored' }

export interface PermitsL2 {
  readonly claims: Claims
  readonly reader: Reader
  readonly changes: Changes
  readonly undelivered: Pick<Undelivered, 'masks'>
}

/** Decides who loads: of all processes that miss a key one does, and the others wait for what it brings. */
export interface Permits {
  /** May take as long as a load; at once where L2 is not asked. `undefined`: nobody has to load, the flight has landed. */
  of(flight: Flight): Permit | Promise<Permit | undefined>
}

/**
 * Between two looks at a key that another process is loading: first soon, then less often; much less where its change is
 * told, which ends the wait.
 */
const FIRST_LOOK: Milliseconds = 5
const SLOWEST_LOOK: Milliseconds = 100
const TOLD_LOOK: Milliseconds = 500
/** Claims tried over entries that keep changing under us. */
const MAX_CHANGES = 3

const L1_ONLY: Permit = Object.freeze({ kind: 'l1' })
const UNSTORED: Permit = Object.freeze({ kind: 'unstored' })

export interface PermitsOptions {
  readonly l2: PermitsL2 | undefined
  readonly fence: Fence
  readonly tier1: Tier1
  readonly loadDeadline: Milliseconds
  readonly clock: Clock
}

export function createPermits(options: PermitsOptions): Permits {
  const { l2 } = options
  if (l2 === undefined) return { of: ({ plan }) => (storable(plan.key) ? L1_ONLY : UNSTORED) }
  const { claims, reader, changes, undelivered } = l2
  const { fence, tier1, loadDeadline, clock } = options
  const means: Means = { claims, reader, changes, undelivered, fence, tier1, loadDeadline, clock }
  return {
    of(flight) {
      const { key, claim } = flight.plan
      if (!storable(key)) return UNSTORED
      if (claim === 'unanswered') return L1_ONLY
      return typeof claim === 'object' ? held(claim, flight, means) : new Asking(flight, means).next()
    },
  }
}

/** A claim over what can't be served. */
function held(claim: Claim, flight: Flight, { tier1 }: Means): Permit {
  claim.watch(() => flight.detach())
  // L2 has nothing any more of what L1 may still have of it: nobody would be told that it was invalidated.
  tier1.forgetStored(claim.key)
  return { kind: 'claim', claim }
}

type Means = PermitsL2 & Omit<PermitsOptions, 'l2'>

/**
 * One flight's way to a permit: it claims the key, and is allowed to load, or waits for who has. Most claim once: what the
 * others need is apart, since the state of a function that awaits takes memory, all of it, for each flight.
 */
class Asking {
  readonly #flight: Flight
  readonly #means: Means
  readonly #patience: Milliseconds
  #over: ClaimRequest['over']
  /** Somebody else holds the claim. */
  #held: boolean
  #waited = false
  /** It is told of the change it waits for, where that is told. */
  #watches = false
  #pause = FIRST_LOOK
  #changes = 0

  constructor(flight: Flight, means: Means) {
    this.#flight = flight
    this.#means = means
    this.#patience = means.clock.now() + means.loadDeadline
    this.#over = flight.plan.over
    this.#held = flight.plan.claim === 'held'
    flight.waiting = true
  }

  /** Claims, or waits for who has. */
  next(): Permit | Promise<Permit | undefined> {
    const { claims, undelivered } = this.#means
    const { key } = this.#flight.plan
    if (this.#flight.abandoned !== undefined) return this.#decided(UNSTORED)
    if (undelivered.masks(key)) return this.#decided(L1_ONLY)
    if (this.#held && claims.orphaned(key)) {
      this.#held = false
      this.#over = 'steal'
    }
    return this.#held ? this.#wait() : this.#claim()
  }

  #claim(): Promise<Permit | undefined> {
    const flight = this.#flight
    const { claims, fence, clock } = this.#means
    const { key, batch } = flight.plan
    const asked = clock.now()
    flight.renewTicket(fence)
    const { ticket } = flight
    return claims.take(key, this.#over, batch).then((claimed) => this.#claimed(claimed, ticket, asked))
  }

  #claimed(
    claimed: Claimed,
    ticket: Ticket,
    asked: Milliseconds,
  ): Permit | undefined | Promise<Permit | undefined> {
    switch (claimed.kind) {
      case 'claimed':
        return this.#decided(this.#granted(claimed.claim))
      case 'failed':
        return this.#decided(L1_ONLY)
      case 'changed':
        return this.#changed(claimed.stored, ticket, asked)
      case 'held':
        this.#held = true
        return this.#wait()
    }
  }

  /** There is an entry that was not expected. */
  async #changed(stored: StoredEntry, ticket: Ticket, asked: Milliseconds): Promise<Permit | undefined> {
    const flight = this.#flight
    const reading = await this.#means.reader.judge(ticket, flight.plan.pattern, stored, asked)
    // Only where L2 has something stale as well may what was stale here be it.
    if (reading.kind !== 'stale') flight.supersedeStale()
    else if (this.#means.reader.tracking !== 'all') flight.withdrawStale()
    if (reading.kind === 'fresh' && !ticket.voided) return this.#found(reading.entry)
    if (++this.#changes > MAX_CHANGES || reading.kind === 'failed') return this.#decided(UNSTORED)
    this.#over = reading.kind === 'absent' || reading.kind === 'stale' ? reading.over : undefined
    return this.next()
  }

  /** Somebody else loads it. */
  async #wait(): Promise<Permit | undefined> {
    const flight = this.#flight
    const { key, pattern, stale, source } = flight.plan
    const { reader, changes, undelivered, fence, clock } = this.#means
    if (stale !== undefined) return this.#leaveToOthers()
    const left = this.#patience - clock.now()
    if (left <= 0) return this.#decided(UNSTORED)
    if (!this.#waited) source.decline()
    this.#waited = true
    // It may have been told together with what said that somebody loads it. Who is not told yet looks again before that.
    if (!flight.ticket.voided && (this.#watches || reader.tracking !== 'asked')) {
      await changes.next(key, Math.min(this.#pause, left))
    }
    if (undelivered.masks(key)) return this.#decided(L1_ONLY)
    this.#pause = reader.tells(key) ? TOLD_LOOK : Math.min(this.#pause * 2, SLOWEST_LOOK)
    flight.renewTicket(fence)
    const { ticket } = flight
    const read = reader.watch(key, pattern)
    this.#watches = true
    await read.done
    const { reading } = read
    if (reading.kind === 'failed') return this.#decided(L1_ONLY)
    // Changed again while the answer came: it may be from before.
    const sound = !ticket.voided && !undelivered.masks(key)
    if (reading.kind === 'fresh' && sound) return this.#found(reading.entry)
    this.#held = reading.kind === 'claimed'
    if (reading.kind === 'absent' || reading.kind === 'stale') this.#over = reading.over
    return this.next()
  }

  #granted(claim: Claim): Permit {
    const flight = this.#flight
    const over = this.#over
    if (!claim.kept && over !== 'steal') {
      // What was to be refreshed is gone: it may have been deleted.
      if (over?.as === 'stale') flight.supersedeStale()
      return held(claim, flight, this.#means)
    }
    claim.watch(() => flight.detach())
    return { kind: 'claim', claim }
  }

  #leaveToOthers(): undefined {
    this.#flight.land({ kind: 'elsewhere' })
    this.#decided(undefined)
  }

  #found(entry: Entry): undefined {
    const flight = this.#flight
    if (!flight.ticket.voided) this.#means.tier1.put(entry)
    flight.land({ kind: 'found', entry, waited: this.#waited })
    this.#decided(undefined)
  }

  #decided<P extends Permit | undefined>(permit: P): P {
    const { fence, reader } = this.#means
    const flight = this.#flight
    flight.waiting = false
    // Without a claim, the load begins now.
    const claimed = permit?.kind === 'claim'
    if (claimed) flight.trustClaim(fence)
    else flight.renewTicket(fence)
    // What is claimed is watched, where the link tells of changes; without L1 nothing else is.
    const watched = reader.tracking === 'all' || (claimed && reader.tells(flight.plan.key))
    if (!watched) flight.withdrawStale()
    return permit
  }
}
