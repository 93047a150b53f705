import { randomFillSync } from 'node:crypto'
import type { Clock, Timer } from '../clock.ts'
import { equalTimers, type StartTimer } from '../equal-timers.ts'
import type { Recorder } from '../metrics/recorder.ts'
import type { Guarded, L2Failure } from '../stores/guard.ts'
import type { ClaimReply, ClaimRequest, ServerTime, StoredEntry, Version } from '../stores/store.ts'
import type { Milliseconds } from '../units.ts'
import type { Background } from './background.ts'
import { gathered, type Rider } from './gathered.ts'
import type { Orphans } from './orphans.ts'
import type { Shards } from './shards.ts'

/**
 * How long a claim lives unless renewed: what a dead holder costs the others at most. Renewed at a quarter of it, so two
 * renewals may be lost.
 */
export const LEASE: Milliseconds = 3_000

/** A claim we hold: the right to fill the key, unless it is voided or lost. */
export interface Claim {
  readonly key: string
  readonly version: Version
  /** When the load began, in the server's time. */
  readonly at: ServerTime
  /** Whether L2 goes on holding the entry that was found wanting. */
  readonly kept: boolean
  /** Ends renewing; the claim lapses by itself. */
  stop(): void
  /** @param onLost called once when it turns out to be voided or lost; of several who watch the last is told */
  watch(onLost: () => void): void
  /** Whether it was filled is not known, and nobody loads under it any more. */
  orphan(): void
  /** Gives it back without a value; `false` when it was no longer ours. `true` also where L2 can't say. */
  release(options: { readonly pause: Milliseconds; readonly remove: boolean }): Promise<boolean>
}

export type Claimed =
  | { readonly kind: 'claimed'; readonly claim: Claim }
  | { readonly kind: 'held' }
  | { readonly kind: 'changed'; readonly stored: StoredEntry }
  | { readonly kind: 'failed'; readonly failure: L2Failure }

export interface Claims {
  /** @param batch whether it is one of a batch, which travels as one */
  take(key: string, over: ClaimRequest['over'], batch: boolean): Promise<Claimed>
  /**
   * The same of a key that most likely is free: resolves when all that travel together have been told, and so costs no
   * promise of each key.
   */
  takeFree(taker: Taker, batch: boolean): Promise<void>
  /** Whether a claim under the key is most likely one of ours that nobody loads under: it may be stolen. */
  orphaned(key: string): boolean
}

/** Who claims a key together with others. */
export interface Taker {
  readonly key: string
  /** May take its time. Must not reject; what it throws it is told as its mistake. */
  told(claimed: Claimed): void | Promise<void>
  /** A mistake of our own, or of a store's: nobody knows. */
  mistaken(): void
  /** All that travelled together were told, and whoever waited for that as well. */
  over(): void
}

/** 12 random bytes, from a pool: asking the kernel each time would cost more than the rest of a claim. */
export function createVersions(): () => Version {
  const pool = Buffer.alloc(12 * 256)
  let at = pool.length
  return () => {
    if (at === pool.length) {
      randomFillSync(pool)
      at = 0
    }
    at += 12
    return pool.toString('latin1', at - 12, at)
  }
}

export function createClaims(options: {
  readonly shards: Shards
  readonly versions: () => Version
  readonly orphans: Orphans
  readonly background: Background
  readonly clock: Clock
  readonly recorder: Recorder
}): Claims {
  const { shards, versions, orphans, background, clock, recorder } = options
  const startRenewal = equalTimers(clock, LEASE / 4)
  const gathering = gathered<ClaimRequest, ClaimReply>({
    shards,
    clock,
    ask: ({ store }, requests) => store.claim(requests),
    onFailure: () => recorder.incident('l2_error'),
  })

  /** Nobody loads under it, and nobody should wait for that: given back now, or else over the next link. */
  const abandon = (key: string, version: Version): void => {
    orphans.add(key, version)
    const how = { pause: 0, remove: false }
    const { store, guard } = shards.of(key)
    background.add(guard.call('write', () => store.release(key, version, how)))
  }

  const means: ClaimMeans = { shards, orphans, startRenewal, abandon }

  const claimed = (key: string, version: Version, answer: Guarded<ClaimReply>): Claimed => {
    if (!answer.ok) {
      // It may still be taken, late.
      if (answer.failure !== 'open') abandon(key, version)
      return { kind: 'failed', failure: answer.failure }
    }
    const reply = answer.value
    if (reply.kind !== 'claimed') {
      recorder.tier('l2', 'write', 'refused', 0)
      return reply
    }
    orphans.forget(key)
    return { kind: 'claimed', claim: new HeldClaim(key, version, reply, means) }
  }

  return {
    orphaned: (key) => orphans.has(key),
    take(key, over, batch) {
      const version = versions()
      return gathering.ask({ key, version, lease: LEASE, over }, batch, (answer) =>
        claimed(key, version, answer),
      )
    },
    takeFree: (taker, batch) => gathering.board(new Taking(taker, versions(), claimed), batch),
  }
}

/** A taker on its way. */
class Taking implements Rider<ClaimRequest, ClaimReply> {
  readonly request: ClaimRequest
  readonly #taker: Taker
  readonly #claimed: (key: string, version: Version, answer: Guarded<ClaimReply>) => Claimed

  constructor(
    taker: Taker,
    version: Version,
    claimed: (key: string, version: Version, answer: Guarded<ClaimReply>) => Claimed,
  ) {
    this.request = { key: taker.key, version, lease: LEASE, over: undefined }
    this.#taker = taker
    this.#claimed = claimed
  }

  answered(answer: Guarded<ClaimReply>): void | Promise<void> {
    const { key, version } = this.request
    return this.#taker.told(this.#claimed(key, version, answer))
  }

  mistaken(): void {
    this.#taker.mistaken()
  }

  over(): void {
    this.#taker.over()
  }
}

/** What claims are held with. */
interface ClaimMeans {
  readonly shards: Shards
  readonly orphans: Orphans
  readonly startRenewal: StartTimer
  abandon(key: string, version: Version): void
}

/** One is made for each load, and takes a third of what closures would. */
class HeldClaim implements Claim {
  readonly key: string
  readonly version: Version
  readonly at: ServerTime
  readonly kept: boolean
  #onLost: () => void = nobody
  readonly #means: ClaimMeans
  #timer: Timer | undefined
  #over = false

  constructor(
    key: string,
    version: Version,
    { at, kept }: Extract<ClaimReply, { kind: 'claimed' }>,
    means: ClaimMeans,
  ) {
    this.key = key
    this.version = version
    this.at = at
    this.kept = kept
    this.#means = means
    this.#renewLater()
  }

  #renewLater(): void {
    this.#timer = this.#means.startRenewal(() => void this.#renew())
  }

  async #renew(): Promise<void> {
    const { key, version } = this
    const { store, guard } = this.#means.shards.of(key)
    const answer = await guard.call('write', () => store.renew(key, version, LEASE))
    if (this.#over) return
    // Lost: the fill will be refused. Not answered: the next renewal may be.
    if (answer.ok && !answer.value) this.#onLost()
    else this.#renewLater()
  }

  stop(): void {
    this.#over = true
    this.#timer?.cancel()
  }

  watch(onLost: () => void): void {
    this.#onLost = onLost
  }

  orphan(): void {
    this.#means.abandon(this.key, this.version)
  }

  async release(how: { readonly pause: Milliseconds; readonly remove: boolean }): Promise<boolean> {
    this.stop()
    const { key, version } = this
    const { shards, orphans } = this.#means
    const { store, guard } = shards.of(key)
    const answer = await guard.call('write', () => store.release(key, version, how))
    if (!answer.ok) orphans.add(key, version)
    return answer.ok ? answer.value : true
  }
}

function nobody(): void {}
