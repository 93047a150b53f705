import type { Clock } from '../clock.ts'
import { type EnvelopeFormat, writeEnvelope } from '../codec/envelope.ts'
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
import type { TagStore } from './tags.ts'

/** What was loaded, ready to be stored. */
export interface Cargo {
  readonly ticket: Ticket
  readonly entry: Entry
  readonly payload: Payload
  readonly keeping: Keeping
  readonly took: Milliseconds
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
  const store = gathered<FillRequest, FillResult>({
    shards,
    ask: ({ store }, requests) => store.fill(requests),
    refused: (results) => results.filter((result) => result === 'refused').length,
    onFailure: () => recorder.incident('l2_error'),
  })

  return {
    async fill(cargo, claim) {
      const { ticket, entry, payload, keeping, took: loadTook } = cargo
      const { ttl, staleFor } = keeping
      const { key } = ticket
      const ended = clock.now()
      const began = { key, at: claim.at }
      const asked = tags.nonces(entry.markers, began, ttl + staleFor)
      const nonces = asked instanceof Promise ? await asked : asked
      if (nonces.kind === 'failed') {
        claim.stop()
        claim.orphan()
        return 'unanswered'
      }
      if (nonces.kind === 'void' || ticket.voided) {
        await claim.release({ pause: 0, remove: true })
        return 'refused'
      }
      const { allNonce, tags: tagNonces } = nonces
      const fields = { ttl, staleFor, loadTook, allNonce, tags: tagNonces }
      const body = writeEnvelope(fields, payload.bytes, format)
      claim.stop()
      const request = { key, version: claim.version, began: claim.at, body, life: ttl + staleFor }
      const [answer, known] = await tags.during(store(request), entry.markers, ended)
      if (!answer.ok) claim.orphan()
      if (known && tags.voided(began, entry.markers)) return 'refused'
      return answer.ok ? answer.value : 'unanswered'
    },
    async giveBack(claim, markers, how) {
      const [ours, known] = await tags.during(claim.release(how), markers, clock.now())
      return ours && !(known && tags.voided({ key: claim.key, at: claim.at }, markers))
    },
  }
}
