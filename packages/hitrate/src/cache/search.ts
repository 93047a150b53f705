import type { Clock } from '../clock.ts'
import type { MissReason, PatternHandle } from '../metrics/recorder.ts'
import type { Claim } from './claims.ts'
import type { Departures } from './departures.ts'
import { type Entry, freshness, invalidatedBefore } from './entry.ts'
import type { FlightPlan } from './flight.ts'
import type { Forecast } from './forecast.ts'
import type { Read, Reading } from './read.ts'
import type { Reader } from './reader.ts'
import { storable } from './storable.ts'
import type { Tier1 } from './tier1.ts'
import type { Undelivered } from './undelivered.ts'

/** What both tiers said of a key, before anything is loaded. */
export type Found =
  | { readonly kind: 'fresh'; readonly tier: 'hit_l1' | 'hit_l2'; readonly entry: Entry }
  | StaleFound
  | Nothing

/** A value that may be served while, or instead of, a load. */
export interface StaleFound {
  readonly kind: 'stale'
  readonly entry: Entry
  /** What a claim must know of it. */
  readonly over: FlightPlan['over']
  /** Somebody refreshes it, or a refresh failed lately: not our turn. */
  readonly busy: boolean
}

export interface Nothing {
  readonly kind: 'nothing'
  readonly over: FlightPlan['over']
  readonly claim: Exclude<FlightPlan['claim'], Claim>
  readonly reason: MissReason | undefined
}

export interface Search {
  /** A fresh or stale entry of L1. */
  local(key: string): Found | undefined
  /**
   * Asks L2; `undefined`: it is not to be asked.
   * @param batch whether the key is one of a batch; default: no
   */
  ask(key: string, pattern: PatternHandle, batch?: boolean): Read | undefined
  /** The same for who loads what is not there: where that is most likely, it is claimed in place of being read. */
  askToLoad(key: string, pattern: PatternHandle, batch: boolean): Read | undefined
  /** What came of it, when it is done. */
  told(key: string, read: Read | undefined, lookupSeq: number): Found
  /** Both, one after the other. Never rejects. */
  remote(key: string, pattern: PatternHandle, lookupSeq: number, batch?: boolean): Promise<Found>
}

export const NOTHING: Nothing = Object.freeze({
  kind: 'nothing',
  over: undefined,
  claim: 'free',
  reason: undefined,
})
/** What L2 holds may have been invalidated without its knowing: it is neither read nor claimed. */
const MASKED: Nothing = Object.freeze({ ...NOTHING, claim: 'unanswered', reason: 'invalidated' })
const CLAIMED: Nothing = Object.freeze({ ...NOTHING, claim: 'held' })

/** What a claim must know of an entry that L1 found stale. */
export function overStale({ version }: Entry): FlightPlan['over'] {
  return version === undefined ? undefined : { version, as: 'stale' }
}

export function createSearch(options: {
  readonly tier1: Tier1
  readonly l2:
    | {
        readonly reader: Reader
        readonly forecast: Forecast
        readonly undelivered: Pick<Undelivered, 'masks'>
      }
    | undefined
  readonly departures: Departures
  readonly clock: Clock
}): Search {
  const { tier1, l2, departures, clock } = options

  const found = (reading: Reading, lookupSeq: number): Found => {
    switch (reading.kind) {
      case 'fresh':
      case 'stale': {
        const { entry } = reading
        if (invalidatedBefore(entry, lookupSeq)) {
          const over =
            entry.version === undefined ? undefined : ({ version: entry.version, as: 'dead' } as const)
          return { ...NOTHING, over, reason: 'invalidated' }
        }
        return reading.kind === 'fresh'
          ? { kind: 'fresh', tier: 'hit_l2', entry }
          : { kind: 'stale', entry, over: reading.over, busy: reading.busy }
      }
      case 'absent': {
        const { over, reason } = reading
        return over === undefined && reason === undefined ? NOTHING : { ...NOTHING, over, reason }
      }
      case 'claimed':
        return CLAIMED
      case 'failed':
        return { ...NOTHING, claim: 'unanswered', reason: reading.reason }
    }
  }

  const told = (key: string, read: Read | undefined, lookupSeq: number): Found => {
    // With L2 the key may have been there and gone without this process knowing: then the reason is not known either.
    if (l2 === undefined) return { ...NOTHING, reason: departures.take(key) ?? 'cold' }
    // Invalidated, perhaps while it answered, and L2 does not know: what it said is not to be taken.
    if (l2.undelivered.masks(key)) return MASKED
    if (read === undefined) return NOTHING
    const result = found(read.reading, lookupSeq)
    if (result.kind !== 'nothing' || result.reason !== undefined) return result
    const reason = departures.take(key)
    return reason === undefined ? result : { ...result, reason }
  }

  /** L2, where it is to be asked about the key. */
  const tierFor = (key: string): typeof l2 =>
    storable(key) && l2?.undelivered.masks(key) === false ? l2 : undefined

  const search: Search = {
    local(key) {
      const entry = tier1.get(key)
      if (entry === undefined) return undefined
      const now = clock.now()
      if (freshness(entry, now) === 'fresh') return { kind: 'fresh', tier: 'hit_l1', entry }
      return {
        kind: 'stale',
        entry,
        over: overStale(entry),
        busy: entry.retryAt !== undefined && now < entry.retryAt,
      }
    },
    ask: (key, pattern, batch) => tierFor(key)?.reader.read(key, pattern, batch),
    askToLoad(key, pattern, batch) {
      const asked = tierFor(key)
      return asked?.forecast.expectsNothing(pattern) === true
        ? asked.reader.claim(key, pattern, batch)
        : asked?.reader.read(key, pattern, batch)
    },
    told,
    async remote(key, pattern, lookupSeq, batch) {
      const read = search.ask(key, pattern, batch)
      if (read !== undefined) await read.done
      return told(key, read, lookupSeq)
    },
  }
  return search
}
