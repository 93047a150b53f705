import type { Clock } from '../clock.ts'
import type { Recorder } from '../metrics/recorder.ts'
import type { Link } from '../stores/store.ts'
import type { Bytes, Milliseconds, Ratio } from '../units.ts'
import type { Background } from './background.ts'
import type { Changes } from './changes.ts'
import type { Claim, Claims } from './claims.ts'
import { type Coherence, IN_PROCESS } from './coherence.ts'
import { confirm, type Entry, type EntryMaker } from './entry.ts'
import type { Fence } from './fence.ts'
import type { Filling } from './filling.ts'
import { Flight, type FlightPlan, type Landing } from './flight.ts'
import type { Keeping } from './keeping.ts'
import { startLoad } from './load.ts'
import type { Marker, Markers } from './markers.ts'
import type { Payload, Payloads } from './payload.ts'
import type { Reader } from './reader.ts'
import type { Tier1 } from './tier1.ts'
import type { Undelivered } from './undelivered.ts'

/** What a load needs of L2; `undefined` where there is none. */
export interface LoadingL2 {
  readonly claims: Claims
  readonly reader: Reader
  readonly filling: Filling
  readonly changes: Changes
  readonly undelivered: Pick<Undelivered, 'masks'>
  linkOf(key: string): Link
}

/** Starts flights and brings them down: claim, load, fill. */
export interface Loading {
  /** The flight a lookup that begins now may join. */
  joinable(key: string): Flight | undefined
  start(plan: FlightPlan): Flight
  /** Flights that have not ended: all are abandoned when the cache closes. */
  readonly flights: Iterable<Flight>
}

/** What was agreed with L2 before loading: only a claim allows a fill; `unstored` keeps the value nowhere. */
type Permit =
  | { readonly kind: 'claim'; readonly claim: Claim }
  | { readonly kind: 'l1' }
  | { readonly kind: 'unstored' }

/**
 * Between two looks at a key that another process is loading: first soon, then less often; much less where its change is
 * told, which ends the wait.
 */
const FIRST_LOOK: Milliseconds = 5
const SLOWEST_LOOK: Milliseconds = 100
const TOLD_LOOK: Milliseconds = 500
/** Claims tried over entries that keep changing under us. */
const MAX_CHANGES = 3

export function createLoading(options: {
  readonly l2: LoadingL2 | undefined
  readonly fence: Fence
  readonly markers: Markers
  readonly payloads: Payloads
  readonly makeEntry: EntryMaker
  readonly tier1: Tier1
  readonly background: Background
  readonly coherence: Coherence
  readonly loadDeadline: Milliseconds
  readonly retryAfter: Milliseconds
  readonly jitter: Ratio
  /** Larger values are returned, not stored. */
  readonly maxBytes: Bytes
  readonly clock: Clock
  readonly recorder: Recorder
}): Loading {
  const { l2, fence, markers, payloads, makeEntry, tier1, clock, recorder } = options
  /** The newest of each key. */
  const current = new Map<string, Flight>()
  const all = new Set<Flight>()

  const run = async (flight: Flight): Promise<void> => {
    const { plan } = flight
    let permit: Permit | undefined
    try {
      permit = await permitted(flight)
      // Told to end before it began: the origin is not asked.
      if (flight.abandoned !== undefined) return await turnBack(flight, permit)
      if (permit === undefined) plan.source.decline()
      else await load(flight, permit)
    } catch (error) {
      plan.source.decline()
      flight.land({ kind: 'failed', error })
      throw error
    } finally {
      if (permit?.kind === 'claim') permit.claim.stop()
      flight.confirm(true)
      flight.ticket.close()
      // Our own writes are not told: who waits here for the claim that this flight held looks now.
      l2?.changes.told(plan.key)
      all.delete(flight)
      if (current.get(plan.key) === flight) current.delete(plan.key)
    }
  }

  const turnBack = async (flight: Flight, permit: Permit | undefined): Promise<void> => {
    flight.plan.source.decline()
    flight.land({ kind: 'failed', error: flight.abandoned?.reason })
    if (permit?.kind === 'claim') await permit.claim.release({ pause: 0, remove: false })
  }

  const permitted = async (flight: Flight): Promise<Permit | undefined> => {
    if (!storable(flight.plan.key)) return { kind: 'unstored' }
    if (l2 === undefined || flight.plan.claim === 'unanswered') return { kind: 'l1' }
    flight.waiting = true
    const permit = await permission(flight, l2)
    flight.waiting = false
    // Without a claim, the load begins now.
    if (permit?.kind === 'claim') flight.trustClaim(fence)
    else flight.renewTicket(fence)
    return permit
  }

  /** Asks L2 who loads. `undefined`: nobody has to, the flight has landed. */
  const permission = async (
    flight: Flight,
    { claims, reader, changes: others, undelivered }: LoadingL2,
  ): Promise<Permit | undefined> => {
    const { key, pattern, stale, source } = flight.plan
    const patience = clock.now() + options.loadDeadline
    let over = flight.plan.over
    let held = flight.plan.claim === 'held'
    let waited = false
    let pause = FIRST_LOOK
    for (let changes = 0; ; ) {
      if (flight.abandoned !== undefined) return { kind: 'unstored' }
      if (undelivered.masks(key)) return { kind: 'l1' }
      if (held && claims.orphaned(key)) {
        held = false
        over = 'steal'
      }
      if (!held) {
        const asked = clock.now()
        flight.renewTicket(fence)
        const { ticket } = flight
        const claimed = await claims.take(key, over, () => flight.detach())
        if (claimed.kind === 'claimed') return { kind: 'claim', claim: claimed.claim }
        if (claimed.kind === 'failed') return { kind: 'l1' }
        if (claimed.kind === 'changed') {
          const reading = await reader.judge(ticket, pattern, claimed.stored, asked)
          // Only where L2 has something stale as well may what was stale here be it.
          if (reading.kind !== 'stale') flight.supersedeStale()
          if (reading.kind === 'fresh' && !ticket.voided) return found(flight, reading.entry, waited)
          if (++changes > MAX_CHANGES || reading.kind === 'failed') return { kind: 'unstored' }
          over = reading.kind === 'absent' || reading.kind === 'stale' ? reading.over : undefined
          continue
        }
        held = true
      }
      if (stale !== undefined) {
        flight.land({ kind: 'elsewhere' })
        return undefined
      }
      const left = patience - clock.now()
      if (left <= 0) return { kind: 'unstored' }
      if (!waited) source.decline()
      waited = true
      // It may have been told together with what said that somebody loads it.
      if (!flight.ticket.voided) await others.next(key, Math.min(pause, left))
      if (undelivered.masks(key)) return { kind: 'l1' }
      pause = reader.tells(key) ? TOLD_LOOK : Math.min(pause * 2, SLOWEST_LOOK)
      flight.renewTicket(fence)
      const { ticket: asked } = flight
      const reading = await reader.read(key, pattern)
      if (reading.kind === 'failed') return { kind: 'l1' }
      // Changed again while the answer came: it may be from before.
      if (reading.kind === 'fresh' && !asked.voided && !undelivered.masks(key))
        return found(flight, reading.entry, waited)
      held = reading.kind === 'claimed'
      if (reading.kind === 'absent' || reading.kind === 'stale') over = reading.over
    }
  }

  const found = (flight: Flight, entry: Entry, waited: boolean): undefined => {
    if (!flight.ticket.voided) tier1.put(flight.plan.key, entry)
    flight.land({ kind: 'found', entry, waited })
    return undefined
  }

  const load = async (flight: Flight, permit: Permit): Promise<void> => {
    const { plan } = flight
    const claim = permit.kind === 'claim' ? permit.claim : undefined
    flight.began()
    const began = clock.now()
    const loading = startLoad({
      ...plan,
      stale: plan.stale?.value,
      deadline: options.loadDeadline,
      clock,
      recorder,
    })
    flight.loading(loading)
    const end = await loading.end
    if (claim !== undefined) flight.trustClaim(fence)
    const { ticket } = flight
    if (end.kind === 'failed') {
      // Given up by those who waited, it did not fail: the next lookup may try at once.
      const pause = flight.abandoned === undefined ? options.retryAfter : 0
      rest(plan, pause)
      flight.land(end)
      await claim?.release({ pause, remove: false })
      return
    }
    // Also what is not kept belongs to the tags that its loader named.
    const its = markers.of(end.keeping?.tags ?? plan.keeping.tags)
    if (end.keeping === undefined || ticket.voided) {
      // The origin has nothing any more: what was stale is gone as well.
      const gone = end.value === undefined && !ticket.voided
      if (gone) tier1.delete(plan.key)
      else rest(plan, 0)
      const shaped = end.value === undefined ? undefined : payloads.encode(end.value)
      const value = shaped === undefined ? end.value : shaped.value
      flight.land(landingOf(flight, value, its, end.took))
      await giveBack(flight, claim, its, { pause: 0, remove: gone })
      if (ticket.voided) recorder.incident('fill_refused')
      return
    }
    const payload = payloads.encode(end.value)
    if (payload === undefined || payload.size > options.maxBytes || !storable(plan.key)) {
      const value = payload === undefined ? end.value : payload.value
      // What was stale was replaced at the origin by something that can't be kept.
      tier1.delete(plan.key)
      flight.land({ ...landingOf(flight, value, its, end.took), uncacheable: true })
      await giveBack(flight, claim, its, { pause: 0, remove: true })
      return
    }
    recorder.valueSize(plan.pattern, payload.size)
    const keeping = { ...end.keeping, ttl: end.keeping.ttl * (1 - options.jitter * clock.random()) }
    const entry = entryOf(flight, payload, keeping, its, began, end.took)
    flight.land({ ...landingOf(flight, payload.value, its, end.took), entry })
    if (permit.kind === 'unstored') return flight.confirm(true)
    const cargo = { ticket, entry, payload, keeping, took: end.took }
    const filled =
      l2 === undefined || claim === undefined ? 'unanswered' : await l2.filling.fill(cargo, claim)
    if (filled === 'stored' && claim !== undefined) confirm(entry, claim.version, options.coherence)
    if (filled === 'refused' || ticket.voided) recorder.incident('fill_refused')
    else tier1.put(plan.key, entry)
    // L2 holds something newer than what was to be replaced here.
    if (filled === 'refused' && !ticket.voidedHere) tier1.forget(plan.key)
    flight.confirm(filled !== 'refused')
  }

  /** The value that was to be replaced stays, and is not tried again for so long. */
  const rest = ({ key, stale }: FlightPlan, pause: Milliseconds): void => {
    const left = stale ?? tier1.peek(key)
    if (left !== undefined) left.retryAt = clock.now() + pause
  }

  const landingOf = (
    { ticket }: Flight,
    value: unknown,
    its: readonly Marker[],
    took: Milliseconds,
  ): Extract<Landing, { kind: 'loaded' }> => ({
    kind: 'loaded',
    value,
    entry: undefined,
    markers: its,
    seq: ticket.seq,
    took,
    uncacheable: false,
  })

  const giveBack = async (
    flight: Flight,
    claim: Claim | undefined,
    its: readonly Marker[],
    how: { readonly pause: Milliseconds; readonly remove: boolean },
  ): Promise<void> => {
    flight.confirm(l2 === undefined || claim === undefined || (await l2.filling.giveBack(claim, its, how)))
  }

  const entryOf = (
    { plan, ticket }: Flight,
    payload: Payload,
    keeping: Keeping,
    its: readonly Marker[],
    began: Milliseconds,
    loadTook: Milliseconds,
  ): Entry =>
    makeEntry({
      value: payload.value,
      size: payload.size,
      pattern: plan.pattern,
      began,
      ttl: keeping.ttl,
      staleFor: keeping.staleFor,
      loadTook,
      asOf: clock.now(),
      expired: false,
      version: undefined,
      link: l2?.linkOf(plan.key) ?? IN_PROCESS,
      seq: ticket.seq,
      markers: its,
    })

  return {
    flights: all,
    joinable(key) {
      const flight = current.get(key)
      return flight?.joinable === true ? flight : undefined
    },
    start(plan) {
      const flight = new Flight(plan, fence.open(plan.key), clock)
      current.set(plan.key, flight)
      all.add(flight)
      options.background.add(run(flight))
      return flight
    },
  }
}

/** Longest key that is stored, in UTF-8. */
const MAX_KEY_BYTES: Bytes = 1_024

/** Whether a key can be stored at all: longer ones, and those that UTF-8 can't hold, are loaded each time. */
export function storable(key: string): boolean {
  if (key.length * 3 > MAX_KEY_BYTES && Buffer.byteLength(key) > MAX_KEY_BYTES) return false
  return key.isWellFormed()
}
