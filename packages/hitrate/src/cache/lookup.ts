import type { Clock } from '../clock.ts'
import { CacheError } from '../errors.ts'
import type { MissReason, Outcome, PatternHandle, Recorder } from '../metrics/recorder.ts'
import type { Milliseconds } from '../units.ts'
import type { Coherence } from './coherence.ts'
import { type Entry, freshness, inDoubt, invalidatedBefore, refreshIsDue } from './entry.ts'
import type { Fence, Ticket } from './fence.ts'
import type { Flight, FlightPlan, Landing } from './flight.ts'
import type { Keeping } from './keeping.ts'
import type { LoadSource } from './load-source.ts'
import type { Loading } from './loading.ts'
import type { Observers } from './observers.ts'
import type { Read } from './read.ts'
import type { ReadLedger } from './read-ledger.ts'
import { type Found, NOTHING, type Nothing, overStale, type Search, type StaleFound } from './search.ts'
import type { Tier1 } from './tier1.ts'
import { ABORTED, type Limits, TIMED_OUT_HARD, TIMED_OUT_SOFT, type Waited, waitWithin } from './waiting.ts'

/** One lookup, its options checked. */
export interface LookupRequest {
  readonly key: string
  readonly pattern: PatternHandle
  /** `undefined`: look up only, never load. */
  readonly source: LoadSource | undefined
  readonly keeping: Keeping
  readonly softTimeout: Milliseconds | undefined
  readonly hardTimeout: Milliseconds | undefined
  readonly signal: AbortSignal | undefined
  /** Load even when a fresh value is there. */
  readonly refresh: boolean
}

/** How a lookup ended, counted already. */
export interface Answer {
  readonly value: unknown
  readonly outcome: Outcome
  /** What the value was stored as, where it was. */
  readonly entry: Entry | undefined
  /** What its caller is to be thrown: what the loader threw, the signal's reason, or `CacheError` `load_timeout`. */
  readonly failure?: { readonly error: unknown }
}

type Looked = Waited<Found>

/** A flight to wait for, begun by the lookup or joined, with a stale value at hand or without. */
interface Ride {
  readonly flight: Flight
  readonly joined: boolean
  readonly stale: StaleFound | undefined
}

/** Of callers who wait for as long as it takes. */
const NO_LIMITS: Limits = Object.freeze({ soft: undefined, hard: undefined, signal: undefined })

/** What every lookup works with. */
export interface LookupParts {
  readonly tier1: Tier1
  readonly search: Search
  readonly loading: Loading
  readonly fence: Fence
  readonly ledger: ReadLedger
  readonly observers: Observers
  readonly coherence: Coherence
  readonly clock: Clock
  readonly recorder: Recorder
}

/** What a caller is thrown whose hard timeout passed. */
export function hardTimeoutPassed(hardTimeout: Milliseconds | undefined): CacheError {
  return new CacheError('load_timeout', `no value within the hard timeout of ${hardTimeout} ms`)
}

/** What a caller gets for an answer. Throws what it is to be thrown. */
export function given({ value, failure }: Answer): unknown {
  if (failure !== undefined) throw failure.error
  return value
}

/**
 * The value that L1, L2, a load in flight or a load of its own gives: in this order, within the caller's limits. Throws as
 * {@link given}.
 */
export function find(request: LookupRequest, parts: LookupParts): Promise<unknown> {
  const lookup = new Lookup(request, parts)
  const done = lookup.ask()
  if (done === undefined) return lookup.run(given)
  return done.then(() => {
    const answer = lookup.told()
    return answer === undefined ? lookup.run(given) : given(answer)
  })
}

/**
 * One lookup. Most that L1 can't answer end with what L2 says: such a one asks, is told, and has its answer. All others,
 * and those of which L2 says too little, run.
 */
export class Lookup {
  readonly #request: LookupRequest
  readonly #parts: LookupParts
  /** Invalidations with a smaller number came before this lookup: it must not be given what they voided. */
  readonly #seq: number
  readonly #began: Milliseconds
  readonly #limits: Limits
  /**
   * An invalidation of its key that comes while it looks voids it: what it has found may be returned, and not passed on.
   * That of what it reads, or its own.
   */
  #ticket: Ticket | undefined
  #read: Read | undefined
  /** Found already, for the first pass. */
  #first: Found | undefined
  /** When the tiers had answered. */
  #answered: Milliseconds | undefined
  #reason: MissReason | undefined
  #handedOver = false
  /** It is one of a batch. */
  #batch = false

  constructor(request: LookupRequest, parts: LookupParts) {
    this.#request = request
    this.#parts = parts
    this.#seq = parts.fence.next()
    this.#began = parts.clock.now()
    const { softTimeout, hardTimeout, signal } = request
    this.#limits =
      softTimeout === undefined && hardTimeout === undefined && signal === undefined
        ? NO_LIMITS
        : {
            soft: softTimeout === undefined ? undefined : this.#began + softTimeout,
            hard: hardTimeout === undefined ? undefined : this.#began + hardTimeout,
            signal,
          }
  }

  /**
   * Asks L2, where that is the next thing to do and the caller waits for as long as it takes: resolves when there is
   * something to be told. `undefined`: it is to run.
   * @param batch whether it is one of a batch; default: no
   */
  ask(batch = false): Promise<void> | undefined {
    this.#batch = batch
    const { search } = this.#parts
    const { key, pattern, source, refresh } = this.#request
    if (refresh || this.#limits.hard !== undefined || this.#limits.signal !== undefined) return undefined
    this.#first = search.local(key)
    if (this.#first !== undefined || this.#isInHand()) return undefined
    this.#read =
      source === undefined ? search.ask(key, pattern, batch) : search.askToLoad(key, pattern, batch)
    this.#ticket = this.#read?.ticket.share()
    return this.#read?.done
  }

  /** Takes what L2 said; the answer, if that was enough, or else it is to run. */
  told(): Answer | undefined {
    const { search, clock } = this.#parts
    const found = search.told(this.#request.key, this.#read, this.#seq)
    if (found.kind !== 'fresh') {
      this.#first = found
      return undefined
    }
    this.#answered = clock.now()
    const answer = this.#fresh(found.tier, found.entry)
    this.#over()
    return answer
  }

  /** @param as what its caller is given for the answer; may throw */
  async run<T>(as: (answer: Answer) => T): Promise<T> {
    this.#ticket ??= this.#parts.fence.open(this.#request.key, this.#seq)
    try {
      if (this.#limits.signal?.aborted === true) return as(this.#giveUp(ABORTED))
      for (;;) {
        const looked = this.#look()
        const found = looked instanceof Promise ? await looked : looked
        if (typeof found === 'symbol') return as(this.#giveUp(found))
        const next = this.#take(found)
        if (!('flight' in next)) return as(next)
        next.flight.board()
        const landed = this.#landed(next)
        let landing = await this.#withLimits(landed, next.stale === undefined ? undefined : this.#limits.soft)
        if (landing === TIMED_OUT_SOFT && this.#fallback(next) === undefined) {
          // The stale value was deleted, or died, meanwhile: what is being loaded is all there will be.
          landing = await this.#withLimits(landed, undefined)
        }
        const answer = this.#arrived(next, landing)
        if (answer !== undefined) return as(answer)
        // What it joined was invalidated meanwhile: it begins again.
      }
    } finally {
      this.#over()
    }
  }

  #over(): void {
    this.#ticket?.close()
    // No flight took it over: a batch must not wait for this key.
    if (!this.#handedOver) this.#request.source?.decline()
  }

  /** What both tiers say of it, within the caller's limits; at once where nobody has to be asked. */
  #look(): Looked | Promise<Looked> {
    const { search } = this.#parts
    const { key, pattern, refresh } = this.#request
    const first = this.#first
    this.#first = undefined
    if (first !== undefined) return first
    if (refresh) return NOTHING
    const local = search.local(key)
    if (local !== undefined) return local
    if (this.#isInHand()) return NOTHING
    const remote = search.remote(key, pattern, this.#seq, this.#batch)
    return this.#withLimits(remote, undefined)
  }

  /** What the tiers said is the answer, or there is a flight to wait for. */
  #take(found: Found): Answer | Ride {
    const { key, source, refresh } = this.#request
    const { clock, loading } = this.#parts
    this.#answered ??= clock.now()
    if (found.kind === 'fresh') return this.#fresh(found.tier, found.entry)

    const joined = source === undefined ? undefined : loading.joinable(key)
    // Somebody else loads it: a batch must not wait for that.
    if (joined !== undefined) source?.decline()
    const stale = found.kind === 'stale' ? found : this.#carried(joined)
    if (found.kind === 'nothing') this.#reason ??= found.reason
    if (stale !== undefined && this.#servedAtOnce(stale, joined)) return this.#stale(stale.entry)
    if (source === undefined) return this.#end('miss', undefined)
    const replaced = this.#ticket?.voided === true ? undefined : stale?.entry
    const flight =
      joined ??
      loading.start(
        this.#plan(
          source,
          replaced,
          refresh ? 'steal' : (stale ?? found).over,
          found.kind === 'nothing' ? this.#claimOr(found.claim) : 'free',
        ),
      )
    return { flight, joined: joined !== undefined, stale }
  }

  /** Resolves with `undefined` where what it joined was invalidated. */
  #landed({ flight, joined }: Ride): Promise<Landing | undefined> {
    const late = joined && flight.loadBegan !== undefined && flight.ticket.seq < this.#seq
    return late ? flight.confirmed : flight.landing
  }

  #withLimits<T>(promise: Promise<T>, soft: Milliseconds | undefined): Promise<Waited<T>> {
    const limits = soft === this.#limits.soft ? this.#limits : { ...this.#limits, soft }
    return waitWithin(promise, limits, this.#parts.clock)
  }

  /** What a flight came to for this lookup; `undefined`: it is to begin again. */
  #arrived(ride: Ride, landing: Waited<Landing | undefined>): Answer | undefined {
    const { flight, joined } = ride
    if (landing === undefined) return undefined
    if (landing === ABORTED) {
      flight.leave(this.#request.signal?.reason)
      return this.#giveUp(landing)
    }
    const fallback = this.#fallback(ride)
    if (landing === TIMED_OUT_HARD)
      return fallback === undefined ? this.#giveUp(landing) : this.#stale(fallback)
    if (landing === TIMED_OUT_SOFT || landing.kind === 'elsewhere') {
      return fallback === undefined ? undefined : this.#stale(fallback)
    }
    if (landing.kind === 'failed') {
      if (fallback !== undefined) return this.#stale(fallback)
      return { ...this.#end('error', undefined, { flight }), failure: landing }
    }
    if (landing.kind === 'found') {
      if (joined && invalidatedBefore(landing.entry, this.#seq)) return undefined
      return this.#end(landing.waited ? 'coalesced' : 'hit_l2', landing.entry.value, { entry: landing.entry })
    }
    if (joined && invalidatedBefore(landing, this.#seq)) return undefined
    if (landing.uncacheable) this.#reason = 'uncacheable'
    const { entry, took: loadMs } = landing
    return this.#end(joined ? 'coalesced' : 'miss', landing.value, { entry, flight, loadMs })
  }

  /** The stale value at hand, where it may still be served. */
  #fallback({ flight, stale }: Ride): Entry | undefined {
    return stale !== undefined && this.#servable(stale.entry, flight) ? stale.entry : undefined
  }

  #fresh(tier: 'hit_l1' | 'hit_l2', entry: Entry): Answer {
    const { source } = this.#request
    if (source !== undefined && this.#answered !== undefined && refreshIsDue(entry, this.#answered)) {
      entry.except({ refreshAfter: undefined }) // once per copy: the others go on hitting it
      this.#refreshLater(source, entry, overStale(entry))
    }
    return this.#end(tier, entry.value, { entry }, this.#answered)
  }

  /** A stale value is served at once, unless the caller would rather wait a while for a fresh one. */
  #servedAtOnce(stale: StaleFound, joined: Flight | undefined): boolean {
    const { source, refresh } = this.#request
    if (source === undefined) return true
    if (refresh) return false
    if (stale.busy && joined === undefined) return true
    if (this.#limits.soft !== undefined) return false
    if (joined === undefined) this.#refreshLater(source, stale.entry, stale.over)
    return true
  }

  /** Whether a flight in the air knows all that L2 could say: that somebody loads it, or what is stale meanwhile. */
  #isInHand(): boolean {
    const { key, source } = this.#request
    const flight = source === undefined ? undefined : this.#parts.loading.joinable(key)
    return flight !== undefined && (flight.plan.stale === undefined || this.#carried(flight) !== undefined)
  }

  /** The stale value that a flight in the air is about to replace, unless L2 should be asked about it again. */
  #carried(flight: Flight | undefined): StaleFound | undefined {
    const entry = flight?.offered
    const { coherence, clock } = this.#parts
    if (entry === undefined || !coherence.serves(entry, clock.now())) return undefined
    if (!this.#servable(entry, flight)) return undefined
    return { kind: 'stale', entry, over: undefined, busy: true }
  }

  #servable(entry: Entry, flight: Flight | undefined): boolean {
    if (this.#ticket?.deleted === true || flight?.staleDeleted === true) return false
    if (invalidatedBefore(entry, this.#seq) || inDoubt(entry)) return false
    const standing = freshness(entry, this.#parts.clock.now())
    if (standing === 'fresh' && flight?.staleInvalidated === true) return entry.staleUntil !== undefined
    return standing !== 'dead'
  }

  /** The claim that was taken in place of a read, unless an invalidation of our own may still take it away. */
  #claimOr(said: Nothing['claim']): FlightPlan['claim'] {
    if (said !== 'free' || this.#read === undefined || this.#ticket?.voidedHere === true) return said
    return this.#read.takeClaim() ?? said
  }

  #refreshLater(source: LoadSource, stale: Entry, over: FlightPlan['over']): void {
    const { loading, recorder } = this.#parts
    if (this.#ticket?.voided === true || loading.joinable(this.#request.key) !== undefined) return
    const plan = this.#plan(source, stale, over, 'free')
    recorder.background(() => loading.start(plan).board())
  }

  #plan(
    source: LoadSource,
    stale: Entry | undefined,
    over: FlightPlan['over'],
    claim: FlightPlan['claim'],
  ): FlightPlan {
    const { key, pattern, keeping } = this.#request
    this.#handedOver = true
    const trigger = stale === undefined ? 'lookup' : 'refresh'
    return { key, pattern, source, keeping, trigger, stale, over, claim, batch: this.#batch }
  }

  #stale(entry: Entry): Answer {
    return this.#end('stale', entry.value, { entry })
  }

  #giveUp(how: symbol): Answer {
    const { signal, hardTimeout } = this.#request
    if (how === ABORTED) return { ...this.#end('bypass', undefined), failure: { error: signal?.reason } }
    return { ...this.#end('error', undefined), failure: { error: hardTimeoutPassed(hardTimeout) } }
  }

  /** Counts: the one place where a lookup gets its outcome. */
  #end(
    outcome: Outcome,
    value: unknown,
    { entry, flight, loadMs }: { entry?: Entry | undefined; flight?: Flight; loadMs?: Milliseconds } = {},
    now = this.#parts.clock.now(),
  ): Answer {
    const { recorder, ledger, observers } = this.#parts
    const { key, pattern } = this.#request
    // Loading is not the cache's own time: that ends where the loader began; for who joined later, at once.
    const answered = flight?.loadBegan ?? this.#answered ?? now
    const reason =
      outcome === 'miss' || outcome === 'coalesced' || outcome === 'error' ? this.#reason : undefined
    recorder.lookup(pattern, outcome, Math.max(0, answered - this.#began), now - this.#began, reason, now)
    if (entry !== undefined && (outcome === 'hit_l1' || outcome === 'hit_l2' || outcome === 'stale')) {
      ledger.attach(key, entry)
      ledger.hit(key, entry)
    }
    if (observers.listening) observers.lookup({ key, pattern: pattern.label, outcome, entry, loadMs })
    return { value, outcome, entry }
  }
}
