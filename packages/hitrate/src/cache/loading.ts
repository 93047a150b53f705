import type { Clock } from '../clock.ts'
import { type EnvelopeFormat, writeEnvelope } from '../codec/envelope.ts'
import type { Recorder } from '../metrics/recorder.ts'
import type { Guard } from '../stores/guard.ts'
import type { Store } from '../stores/store.ts'
import type { Bytes, Milliseconds, Ratio } from '../units.ts'
import type { Background } from './background.ts'
import type { Claim, Claims } from './claims.ts'
import type { Entry, EntryMaker } from './entry.ts'
import type { Fence } from './fence.ts'
import { Flight, type FlightPlan, type Landing } from './flight.ts'
import type { Keeping } from './keeping.ts'
import { startLoad } from './load.ts'
import type { Markers } from './markers.ts'
import type { Payload, Payloads } from './payload.ts'
import type { Reader } from './reader.ts'
import type { TagStore } from './tags.ts'
import type { Tier1 } from './tier1.ts'

/** What a load needs of L2; `undefined` where there is none. */
export interface LoadingL2 {
  readonly store: Store
  readonly guard: Guard
  readonly claims: Claims
  readonly reader: Reader
  readonly tags: TagStore
  readonly format: EnvelopeFormat
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

/** Between two looks at a key that another process is loading: first soon, then less often. */
const FIRST_LOOK: Milliseconds = 5
const SLOWEST_LOOK: Milliseconds = 100
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
  readonly loadDeadline: Milliseconds
  readonly retryAfter: Milliseconds
  readonly jitter: Ratio
  readonly maxL1Bytes: Bytes
  readonly clock: Clock
  readonly recorder: Recorder
}): Loading {
  const { l2, fence, markers, payloads, makeEntry, tier1, clock, recorder } = options
  /** The newest of each key. */
  const current = new Map<string, Flight>()
  const all = new Set<Flight>()

  const run = async (flight: Flight): Promise<void> => {
    const { plan, ticket } = flight
    try {
      const permit = await permitted(flight)
      // Told to end before it began: the origin is not asked.
      if (flight.abandoned !== undefined) return await turnBack(flight, permit)
      if (permit === undefined) plan.source.decline()
      else await load(flight, permit)
    } catch (error) {
      plan.source.decline()
      flight.land({ kind: 'failed', error })
      throw error
    } finally {
      ticket.close()
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
    return l2 === undefined ? { kind: 'l1' } : permission(flight, l2)
  }

  /** Asks L2 who loads. `undefined`: nobody has to, the flight has landed. */
  const permission = async (flight: Flight, { claims, reader }: LoadingL2): Promise<Permit | undefined> => {
    const { key, pattern, stale, source } = flight.plan
    const patience = clock.now() + options.loadDeadline
    let over = flight.plan.over
    let held = flight.plan.claimed
    let waited = false
    let pause = FIRST_LOOK
    for (let changes = 0; ; ) {
      if (flight.abandoned !== undefined) return { kind: 'unstored' }
      if (!held) {
        const claimed = await claims.take(key, over)
        if (claimed.kind === 'claimed') return { kind: 'claim', claim: claimed.claim }
        if (claimed.kind === 'failed') return { kind: 'l1' }
        if (claimed.kind === 'changed') {
          const reading = await reader.judge(flight.ticket, pattern, claimed.stored)
          if (reading.kind === 'fresh') return found(flight, reading.entry, waited)
          if (++changes > MAX_CHANGES || reading.kind === 'failed') return { kind: 'unstored' }
          if (reading.kind !== 'claimed') over = reading.over
          continue
        }
        held = true
      }
      if (stale !== undefined) {
        flight.land({ kind: 'elsewhere' })
        return undefined
      }
      if (clock.now() >= patience) return { kind: 'unstored' }
      if (!waited) source.decline()
      waited = true
      await new Promise<void>((resolve) => clock.timer(pause, resolve))
      pause = Math.min(pause * 2, SLOWEST_LOOK)
      const reading = await reader.read(key, pattern)
      if (reading.kind === 'fresh') return found(flight, reading.entry, waited)
      if (reading.kind === 'failed') return { kind: 'l1' }
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
    const { plan, ticket } = flight
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
    if (end.kind === 'failed') {
      // Given up by those who waited, it did not fail: the next lookup may try at once.
      const pause = flight.abandoned === undefined ? options.retryAfter : 0
      if (plan.stale !== undefined) plan.stale.retryAt = clock.now() + pause
      flight.land(end)
      await claim?.release({ pause, remove: false })
      return
    }
    if (end.keeping === undefined || ticket.voided) {
      if (ticket.voided) recorder.incident('fill_refused')
      // The origin has nothing any more: what was stale is gone as well.
      const gone = end.value === undefined && !ticket.voided
      if (gone) tier1.delete(plan.key)
      flight.land(unkept(end.value, end.took, payloads, false))
      await claim?.release({ pause: 0, remove: gone })
      return
    }
    const payload = payloads.encode(end.value)
    if (
      payload === undefined ||
      payload.size > (l2?.format.maxValueBytes ?? options.maxL1Bytes) ||
      !storable(plan.key)
    ) {
      flight.land({
        kind: 'loaded',
        value: payload === undefined ? end.value : payload.value,
        entry: undefined,
        took: end.took,
        uncacheable: true,
      })
      await claim?.release({ pause: 0, remove: true })
      return
    }
    recorder.valueSize(plan.pattern, payload.size)
    const keeping = { ...end.keeping, ttl: end.keeping.ttl * (1 - options.jitter * clock.random()) }
    const entry = entryOf(flight, payload, keeping, began, end.took, claim)
    flight.land({ kind: 'loaded', value: payload.value, entry, took: end.took, uncacheable: false })
    if (permit.kind === 'unstored') return
    tier1.put(plan.key, entry)
    if (claim !== undefined && l2 !== undefined)
      await fill(flight, entry, payload, keeping, end.took, claim, l2)
  }

  const entryOf = (
    { plan, ticket }: Flight,
    payload: Payload,
    keeping: Keeping,
    began: Milliseconds,
    loadTook: Milliseconds,
    claim: Claim | undefined,
  ): Entry =>
    makeEntry({
      value: payload.value,
      size: payload.size,
      pattern: plan.pattern,
      began,
      ttl: keeping.ttl,
      staleFor: keeping.staleFor,
      loadTook,
      expired: false,
      version: claim?.version,
      seq: ticket.seq,
      markers: markers.of(keeping.tags),
    })

  const fill = async (
    { plan, ticket }: Flight,
    entry: Entry,
    payload: Payload,
    { ttl, staleFor }: Keeping,
    loadTook: Milliseconds,
    claim: Claim,
    { store, guard, tags, format }: LoadingL2,
  ): Promise<void> => {
    const life = ttl + staleFor
    const nonces = await tags.nonces(entry.markers, claim.at, life)
    if (nonces.kind === 'failed') {
      claim.stop()
      return
    }
    if (nonces.kind === 'void' || ticket.voided) {
      recorder.incident('fill_refused')
      tier1.withdraw(plan.key, entry)
      await claim.release({ pause: 0, remove: true })
      return
    }
    const body = writeEnvelope(
      { ttl, staleFor, loadTook, allNonce: nonces.allNonce, tags: nonces.tags },
      payload.bytes,
      format,
    )
    claim.stop()
    const answer = await guard.call(
      'write',
      () => store.fill({ key: plan.key, version: claim.version, began: claim.at, body, life }),
      (result) => [{ result: result === 'stored' ? 'ok' : 'refused', count: 1 }],
    )
    if (!answer.ok || answer.value === 'stored') return
    recorder.incident('fill_refused')
    tier1.withdraw(plan.key, entry)
  }

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

/** What callers get of a value that is not kept: in the one shape where that is possible. */
function unkept(value: unknown, took: Milliseconds, payloads: Payloads, uncacheable: boolean): Landing {
  const shaped = value === undefined ? undefined : payloads.encode(value)
  return {
    kind: 'loaded',
    value: shaped === undefined ? value : shaped.value,
    entry: undefined,
    took,
    uncacheable,
  }
}

/** Longest key that is stored, in UTF-8. */
const MAX_KEY_BYTES: Bytes = 1_024

/** Whether a key can be stored at all: longer ones, and those that UTF-8 can't hold, are loaded each time. */
export function storable(key: string): boolean {
  if (key.length * 3 > MAX_KEY_BYTES && Buffer.byteLength(key) > MAX_KEY_BYTES) return false
  return key.isWellFormed()
}
