import type { Clock } from '../clock.ts'
import type { Recorder } from '../metrics/recorder.ts'
import { createL1, type L1, type L1Size } from '../stores/memory/l1.ts'
import type { Link } from '../stores/store.ts'
import type { Milliseconds } from '../units.ts'
import type { Coherence } from './coherence.ts'
import type { Departures } from './departures.ts'
import { type Entry, EXPIRED, freshness, inDoubt, isUndisturbed } from './entry.ts'
import type { Markers } from './markers.ts'
import type { Settings } from './options.ts'
import type { ReadLedger } from './read-ledger.ts'

/**
 * L1 as the cache uses it: entries that may be answered with, their markers held, their departures noted.
 *
 * Like all that a hit asks, it has no accessors (`get size()`): V8 makes a dictionary of an object literal that has one, and
 * then looks up each of its methods by name, each time. Four of those were a tenth of a hit.
 */
export interface Tier1 {
  size(): L1Size
  /**
   * A fresh or stale entry that L1 may answer with. What can't become valid again is dropped on the way; what can't be
   * believed just now stays.
   */
  get(key: string): Entry | undefined
  /** One of those before its `plainUntil`; drops nothing. */
  plain(key: string, now: Milliseconds): Entry | undefined
  /** The same without counting as a use and without dropping anything. */
  peek(key: string): Entry | undefined
  put(entry: Entry): void
  delete(key: string): boolean
  expire(key: string): boolean
  /** Others changed what is under the key in L2; how, nobody knows. */
  forget(key: string): void
  /** L2 has it no more; what it never had stays. */
  forgetStored(key: string): void
  /** Deletes or expires every key that matches; how many there were. */
  invalidateWhere(matches: (key: string) => boolean, mode: 'delete' | 'expire'): number
  /** Drops what was read or written over such a link. */
  dropOver(lost: (link: Link) => boolean): void
  clear(): number
}

export function createTier1(options: {
  readonly bounds: NonNullable<Settings['l1']>
  readonly markers: Markers
  readonly coherence: Coherence
  readonly departures: Departures
  readonly ledger: ReadLedger
  readonly clock: Clock
  readonly recorder: Recorder
}): Tier1 {
  const { bounds, markers, coherence, departures, ledger, clock, recorder } = options

  const l1: L1<Entry> = createL1<Entry>({
    ...bounds,
    onDeparture(entry, why) {
      markers.drop(entry.markers)
      if (why !== 'evicted') return
      departures.note(entry.key, 'evicted')
      recorder.eviction(entry.pattern, 'l1', 'size')
    },
  })

  const invalidated = (key: string): boolean => {
    if (!l1.delete(key)) return false
    departures.note(key, 'invalidated')
    return true
  }
  const expire = (key: string): boolean => {
    const entry = l1.peek(key)
    if (entry === undefined) return false
    // Somebody knows that it has changed: that ends the pause after a failed refresh, as it does in L2.
    entry.except({ expired: true, retryAt: undefined })
    return true
  }

  return {
    size: l1.size,
    get(key) {
      const entry = l1.get(key)
      if (entry === undefined) return undefined
      const now = clock.now()
      if (!coherence.serves(entry, now)) {
        if (entry.servableUntil !== undefined && now >= entry.servableUntil) l1.delete(key)
        return undefined
      }
      if (freshness(entry, now) !== 'dead') return inDoubt(entry) ? undefined : entry
      l1.delete(key)
      departures.note(key, now < entry.freshUntil || entry.freshUntil === EXPIRED ? 'invalidated' : 'expired')
      return undefined
    },
    plain(key, now) {
      const entry = l1.get(key)
      if (entry === undefined || now >= entry.plainUntil) return undefined
      if (!coherence.hears(entry.link, now)) return undefined
      return entry.seq > markers.changedSeq() || isUndisturbed(entry) ? entry : undefined
    },
    peek(key) {
      const entry = l1.peek(key)
      if (entry === undefined) return undefined
      const now = clock.now()
      const believed = coherence.serves(entry, now) && !inDoubt(entry)
      return believed && freshness(entry, now) !== 'dead' ? entry : undefined
    },
    put(entry) {
      if (l1.peek(entry.key) === entry) return
      // Held before it is offered: what L1 refuses or replaces departs, and departing drops.
      markers.hold(entry.markers)
      ledger.attach(entry.key, entry)
      if (!l1.set(entry)) markers.drop(entry.markers)
    },
    delete: invalidated,
    expire,
    forget: (key) => void l1.delete(key),
    forgetStored(key) {
      if (l1.peek(key)?.version !== undefined) l1.delete(key)
    },
    invalidateWhere(matches, mode) {
      let count = 0
      const one = mode === 'delete' ? invalidated : expire
      for (const key of [...l1.keys()]) if (matches(key) && one(key)) count++
      return count
    },
    dropOver(lost) {
      for (const key of [...l1.keys()]) {
        const entry = l1.peek(key)
        if (entry !== undefined && lost(entry.link)) l1.delete(key)
      }
    },
    clear() {
      const { entries } = l1.size()
      l1.clear()
      return entries
    },
  }
}

/** A cache without L1. */
export const noTier1: Tier1 = Object.freeze({
  size: () => ({ entries: 0, sizeBytes: 0 }),
  get: () => undefined,
  plain: () => undefined,
  peek: () => undefined,
  put: () => undefined,
  delete: () => false,
  expire: () => false,
  forget: () => undefined,
  forgetStored: () => undefined,
  invalidateWhere: () => 0,
  dropOver: () => undefined,
  clear: () => 0,
})
