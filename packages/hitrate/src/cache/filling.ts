import type { Clock } from '../clock.ts'
import { type EnvelopeFields, type EnvelopeFormat, writeEnvelope } from '../codec/envelope.ts'
import type { Recorder } from '../metrics/recorder.ts'
import type { FillRequest, FillResult } from '../stores/store.ts'
import type { Milliseconds } from '../units.ts'
import type { Claim } from './claims.ts'
import type { Entry } from './entry.ts'
import type { Ticket } from './fence.ts'
import { gathered } from './gathered.ts'
import type { Keeping } from './keeping.ts'
import type { Marker } from './markers.ts'
import type { Payload } from './payload.ts'
import type { Shards } from './shards.ts'
import type { FillNonces, TagStore } from './tags.ts'

/** What was loaded, ready to be stored. */
export interface Cargo {
  readonly ticket: Ticket
  readonly entry: Entry
  readonly payload: Payload
  readonly keeping: Keeping
  readonly took: Milliseconds
  /** Whether it is one of a batch, which travels as one. */
  readonly batch: boolean
}

/** `refused`: it was invalidated while it loaded. `unanswered`: a sick L2 can't say. */
export type Filled = 'stored' | 'refused' | 'unanswered'

/**
 * The end of a load under a claim, where L2 says whether it was invalidated meanwhile: by its key, which voids the claim,
 * or by a tag, whose marker is known as of after the load. When it was, nobody who came since may have the value.
 */
export interface Filling {
  /** Puts the value in the claim's place. */
  fill(cargo: Cargo, claim: Claim): Promise<Filled>
  /** Gives the claim back without a value; `false`: it was invalidated. */
  giveBack(
    claim: Claim,
    markers: readonly Marker[],
    how: { readonly pause: Milliseconds; readonly remove: boolean },
  ): Promise<boolean>
}

export function createFilling(options: {
  readonly shards: Shards
  readonly tags: TagStore
  readonly format: EnvelopeFormat
  readonly clock: Clock
  readonly recorder: Recorder
}): Filling {
  const { shards, tags, format, clock, recorder } = options
  const gathering = gathered<FillRequest, FillResult>({
    shards,
    clock,
    ask: ({ store }, requests) => store.fill(requests),
    refused: (results) => results.filter((result) => result === 'refused').length,
    onFailure: () => recorder.incident('l2_error'),
  })

  /** Puts the value in the claim's place, under these nonces. */
  const put = (
    {
      ticket: { key },
      entry: { markers },
      payload,
      keeping: { ttl, staleFor },
      took: loadTook,
      batch,
    }: Cargo,
    claim: Claim,
    { allNonce, tags: tagNonces }: Pick<EnvelopeFields, 'allNonce' | 'tags'>,
    ended: Milliseconds,
  ): Promise<Filled> => {
    const fields = { ttl, staleFor, loadTook, allNonce, tags: tagNonces }
    const body = writeEnvelope(fields, payload.encoded, format)
    claim.stop()
    const request = { key, version: claim.version, began: claim.at, body, life: ttl + staleFor }
    const reading = tags.meanwhile(markers, ended)
    return gathering.ask(request, batch, (answer): Filled | Promise<Filled> => {
      if (!answer.ok) claim.orphan()
      const judged = (isKnown: boolean): Filled => {
        if (isKnown && tags.voided({ key, at: claim.at }, markers)) return 'refused'
        return answer.ok ? answer.value : 'unanswered'
      }
      const known = tags.asAnswered(markers, reading)
      return known instanceof Promise ? known.then(judged) : judged(known)
    })
  }

  const fillWith = (cargo: Cargo, claim: Claim, nonces: FillNonces, ended: Milliseconds): Promise<Filled> => {
    if (nonces.kind === 'failed') {
      claim.stop()
      claim.orphan()
      return UNANSWERED
    }
    if (nonces.kind === 'void' || cargo.ticket.voided) {
      return claim.release({ pause: 0, remove: true }).then(() => 'refused')
    }
    return put(cargo, claim, nonces, ended)
  }

  return {
    fill(cargo, claim) {
      const { ticket, entry, keeping } = cargo
      const ended = clock.now()
      const began = { key: ticket.key, at: claim.at }
      const nonces = tags.nonces(entry.markers, began, keeping.ttl + keeping.staleFor)
      if (nonces instanceof Promise) return nonces.then((made) => fillWith(cargo, claim, made, ended))
      return fillWith(cargo, claim, nonces, ended)
    },
    async giveBack(claim, markers, how) {
      const releasing = claim.release(how)
      const reading = tags.meanwhile(markers, clock.now())
      const ours = await releasing
      const known = await tags.asAnswered(markers, reading)
      return ours && !(known && tags.voided({ key: claim.key, at: claim.at }, markers))
    },
  }
}

const UNANSWERED: Promise<Filled> = Promise.resolve('unanswered')
