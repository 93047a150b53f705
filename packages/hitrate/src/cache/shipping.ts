import type { Clock } from '../clock.ts'
import { type EnvelopeFields, type EnvelopeFormat, writeEnvelope } from '../codec/envelope.ts'
import type { Version, WriteRequest } from '../stores/store.ts'
import type { Milliseconds } from '../units.ts'
import type { Coherence } from './coherence.ts'
import { confirm, type Entry } from './entry.ts'
import type { Keeping } from './keeping.ts'
import type { Marker } from './markers.ts'
import type { Payload } from './payload.ts'
import type { Shard, Shards } from './shards.ts'
import type { TagStore } from './tags.ts'

/** A value on its way to L2. */
export interface Freight {
  readonly key: string
  readonly encoded: Payload['encoded']
  /** Its ttl with jitter. */
  readonly keeping: Keeping
  readonly markers: readonly Marker[]
  /** As which L1 has it; `undefined`: there is no L1. */
  readonly entry: Entry | undefined
}

/** One that travels, with its place among all. */
interface Shipped {
  readonly request: WriteRequest
  readonly entry: Entry | undefined
  readonly place: number
}

/**
 * Writes to L2 in one round trip, the tags' markers before it in another where they are not known. Answers which were
 * written; `undefined` where L2 did not answer.
 */
export type Ship = (
  freight: readonly Freight[],
  onlyAbsent: boolean,
) => Promise<readonly (boolean | undefined)[]>

export interface ShippingL2 {
  readonly shards: Shards
  readonly tags: TagStore
  readonly format: EnvelopeFormat
  readonly versions: () => Version
  readonly timeout: Milliseconds
}

export function createShipping(
  { shards, tags, format, versions, timeout }: ShippingL2,
  options: {
    readonly coherence: Coherence
    /** Whether to be told when others change what is written. */
    readonly told: boolean
    readonly clock: Clock
  },
): Ship {
  const { coherence, told, clock } = options

  /** What travels to which server. What carries a tag whose marker is not known stays. */
  const load = (
    freight: readonly Freight[],
    unknown: ReadonlySet<Marker> | undefined,
  ): ReadonlyMap<Shard, readonly Shipped[]> => {
    const shipments = new Map<Shard, Shipped[]>()
    // Mostly they carry the same markers, those without tags the very same array.
    let markers: readonly Marker[] | undefined
    let nonces: Pick<EnvelopeFields, 'allNonce' | 'tags'> | undefined
    for (const [place, { key, encoded, keeping, markers: its, entry }] of freight.entries()) {
      if (its !== markers) {
        markers = its
        nonces = markers.some((marker) => unknown?.has(marker) === true) ? undefined : tags.known(markers)
      }
      if (nonces === undefined) continue
      const { ttl, staleFor } = keeping
      const { allNonce, tags: tagNonces } = nonces
      const body = writeEnvelope({ ttl, staleFor, loadTook: 0, allNonce, tags: tagNonces }, encoded, format)
      const shard = shards.of(key)
      const request = { key, version: versions(), body, life: ttl + staleFor }
      const shipment = shipments.get(shard)
      if (shipment === undefined) shipments.set(shard, [{ request, entry, place }])
      else shipment.push({ request, entry, place })
    }
    return shipments
  }

  const send = async (
    freight: readonly Freight[],
    onlyAbsent: boolean,
    again: boolean,
  ): Promise<readonly (boolean | undefined)[]> => {
    let longest: Milliseconds = 0
    const carried = new Set<Marker>()
    for (const { keeping, markers: its } of freight) {
      longest = Math.max(longest, keeping.ttl + keeping.staleFor)
      for (const marker of its) carried.add(marker)
    }
    const markers = [...carried]
    const asked = tags.nonces(markers, undefined, longest)
    const nonces = asked instanceof Promise ? await asked : asked
    const notAfter = clock.now() + timeout
    const used = markers.map(({ state }) => state?.nonce)
    const shipments = load(freight, nonces.kind === 'failed' ? nonces.unknown : undefined)
    const written: (boolean | undefined)[] = new Array(freight.length).fill(undefined)
    const writing = Promise.all(
      [...shipments].map(async ([{ store, guard }, shipment]) => {
        const requests = shipment.map(({ request }) => request)
        const answer = await guard.call(
          'write',
          () => store.write(requests, { notAfter, onlyAbsent, told }),
          (done) => [{ result: 'ok', count: done.length }],
        )
        if (!answer.ok) return
        shipment.forEach(({ place }, at) => {
          written[place] = answer.value[at]
        })
      }),
    )
    const reading = tags.meanwhile(markers)
    await writing
    const known = await tags.asAnswered(markers, reading)
    // A marker was lost (evicted, flushed), and what was written under its nonce is dead: once more under a new one.
    const lost = known && markers.some(({ state }, index) => state?.nonce !== used[index])
    if (again && lost) return send(freight, onlyAbsent, false)
    for (const shipment of shipments.values()) {
      for (const { request, entry, place } of shipment)
        if (entry !== undefined && written[place] === true) confirm(entry, request.version, coherence)
    }
    return written
  }

  return (freight, onlyAbsent) => send(freight, onlyAbsent, !onlyAbsent)
}
