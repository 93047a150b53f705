import type { Clock } from '../clock.ts'
import { equalTimers } from '../equal-timers.ts'
import type { Recorder } from '../metrics/recorder.ts'
import type { Link } from '../stores/store.ts'
import type { Bytes, Milliseconds, Ratio } from '../units.ts'
import type { Background } from './background.ts'
import type { Claim } from './claims.ts'
import { type Coherence, IN_PROCESS } from './coherence.ts'
import { confirm, type Entry, type EntryMaker } from './entry.ts'
import type { Fence } from './fence.ts'
import type { Filled, Filling } from './filling.ts'
import { Flight, type FlightPlan, type Landing } from './flight.ts'
import type { Keeping } from './keeping.ts'
import { type Load, type LoadEnd, startLoad } from './load.ts'
import type { Marker, Markers } from './markers.ts'
import type { Payload, Payloads } from './payload.ts'
import { createPermits, type Permit, type PermitsL2 } from './permits.ts'
import { storable } from './storable.ts'
import type { Tier1 } from './tier1.ts'

/** What a load needs of L2; `undefined` where there is none. */
export interface LoadingL2 extends PermitsL2 {
  readonly filling: Filling
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

type LoadedEnd = Extract<LoadEnd, { kind: 'loaded' }>

/** What tables hold of a flight, and let go when it has ended: see `reader.ts` for what they keep. */
interface Slot {
  flight: Flight | undefined
}

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
  const permits = createPermits(options)
  const startDeadline = equalTimers(clock, options.loadDeadline)
  /** The newest of each key. */
  const current = new Map<string, Slot>()
  const all = new Set<Slot>()

  const run = async (flight: Flight, slot: Slot): Promise<void> => {
    const { plan } = flight
    let permit: Permit | undefined
    try {
      permit = await permits.of(flight)
      // Told to end before it began: the origin is not asked.
      if (flight.abandoned !== undefined) return await turnBack(flight, permit)
      if (permit === undefined) plan.source.decline()
      else {
        const began = clock.now()
        const kept = land(flight, permit, began, await load(flight).end)
        if (kept !== undefined) await kept
      }
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
      all.delete(slot)
      if (current.get(plan.key) === slot) current.delete(plan.key)
      slot.flight = undefined
    }
  }

  const turnBack = async (flight: Flight, permit: Permit | undefined): Promise<void> => {
    flight.plan.source.decline()
    flight.land({ kind: 'failed', error: flight.abandoned?.reason })
    if (permit?.kind === 'claim') await permit.claim.release({ pause: 0, remove: false })
  }

  const load = (flight: Flight): Load => {
    flight.began()
    const { source, key, stale, keeping, pattern, trigger } = flight.plan
    // Named one by one: spreading them costs more.
    const loading = startLoad({
      source,
      key,
      stale: stale?.value,
      keeping,
      pattern,
      trigger,
      deadline: options.loadDeadline,
      startDeadline,
      clock,
      recorder,
    })
    flight.loading(loading)
    return loading
  }

  /** Lets go those who wait, and keeps what was loaded: resolves when that has ended, `undefined` where it has already. */
  const land = (
    flight: Flight,
    permit: Permit,
    began: Milliseconds,
    end: LoadEnd,
  ): Promise<void> | undefined => {
    const { plan } = flight
    const claim = permit.kind === 'claim' ? permit.claim : undefined
    if (claim !== undefined) flight.trustClaim(fence)
    if (end.kind === 'failed') return landFailed(flight, claim, end)
    // Also what is not kept belongs to the tags that its loader named.
    const its = markers.of(end.keeping?.tags ?? plan.keeping.tags)
    if (end.keeping === undefined || flight.ticket.voided) return landUnkept(flight, claim, end, its)
    const payload = payloads.encode(end.value)
    if (payload === undefined || payload.size > options.maxBytes || !storable(plan.key)) {
      return landUncacheable(flight, claim, end, payload, its)
    }
    recorder.valueSize(plan.pattern, payload.size)
    const { ttl, staleFor, tags } = end.keeping
    const keeping = { ttl: ttl * (1 - options.jitter * clock.random()), staleFor, tags }
    const entry = entryOf(flight, payload, keeping, its, began, end.took)
    flight.land(landingOf(flight, payload.value, its, end.took, entry))
    if (permit.kind === 'unstored') {
      flight.confirm(true)
      return undefined
    }
    if (l2 === undefined || claim === undefined) return keep(flight, entry, undefined, 'unanswered')
    const cargo = { ticket: flight.ticket, entry, payload, keeping, took: end.took, batch: plan.batch }
    return l2.filling.fill(cargo, claim).then((filled) => keep(flight, entry, claim, filled))
  }

  const keep = (flight: Flight, entry: Entry, claim: Claim | undefined, filled: Filled): undefined => {
    const { plan, ticket } = flight
    if (filled === 'stored' && claim !== undefined) confirm(entry, claim.version, options.coherence)
    if (filled === 'refused' || ticket.voided) recorder.incident('fill_refused')
    else tier1.put(entry)
    // L2 holds something newer than what was to be replaced here.
    if (filled === 'refused' && !ticket.voidedHere) tier1.forget(plan.key)
    // A claim that L2 has not confirmed may be void: who came since looks again.
    flight.confirm(filled === 'stored' || claim === undefined)
  }

  const landFailed = async (
    flight: Flight,
    claim: Claim | undefined,
    end: Extract<LoadEnd, { kind: 'failed' }>,
  ): Promise<void> => {
    // Given up by those who waited, it did not fail: the next lookup may try at once.
    const pause = flight.abandoned === undefined ? options.retryAfter : 0
    rest(flight.plan, pause)
    flight.land(end)
    await claim?.release({ pause, remove: false })
  }

  const landUnkept = async (
    flight: Flight,
    claim: Claim | undefined,
    { value, took }: LoadedEnd,
    its: readonly Marker[],
  ): Promise<void> => {
    const { plan, ticket } = flight
    // The origin has nothing any more: what was stale is gone as well.
    const gone = value === undefined && !ticket.voided
    if (gone) tier1.delete(plan.key)
    else rest(plan, 0)
    const shaped = value === undefined ? undefined : payloads.encode(value)
    flight.land(landingOf(flight, shaped === undefined ? value : shaped.value, its, took))
    await giveBack(flight, claim, its, { pause: 0, remove: gone })
    if (ticket.voided) recorder.incident('fill_refused')
  }

  const landUncacheable = async (
    flight: Flight,
    claim: Claim | undefined,
    { value, took }: LoadedEnd,
    payload: Payload | undefined,
    its: readonly Marker[],
  ): Promise<void> => {
    // What was stale was replaced at the origin by something that can't be kept.
    tier1.delete(flight.plan.key)
    const shaped = payload === undefined ? value : payload.value
    flight.land({ ...landingOf(flight, shaped, its, took), uncacheable: true })
    await giveBack(flight, claim, its, { pause: 0, remove: true })
  }

  /** The value that was to be replaced stays, and is not tried again for so long. */
  const rest = ({ key, stale }: FlightPlan, pause: Milliseconds): void => {
    const left = stale ?? tier1.peek(key)
    left?.except({ retryAt: clock.now() + pause })
  }

  const landingOf = (
    { ticket }: Flight,
    value: unknown,
    its: readonly Marker[],
    took: Milliseconds,
    entry?: Entry,
  ): Extract<Landing, { kind: 'loaded' }> => ({
    kind: 'loaded',
    value,
    entry,
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
      key: plan.key,
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
    get flights() {
      return [...all].flatMap(({ flight }) => flight ?? [])
    },
    joinable(key) {
      const flight = current.get(key)?.flight
      return flight?.joinable === true ? flight : undefined
    },
    start(plan) {
      const flight = new Flight(plan, fence.open(plan.key), clock)
      const slot: Slot = { flight }
      current.set(plan.key, slot)
      all.add(slot)
      options.background.add(run(flight, slot))
      return flight
    },
  }
}
