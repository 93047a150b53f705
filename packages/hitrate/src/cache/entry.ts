import type { Clock } from '../clock.ts'
import type { PatternHandle } from '../metrics/recorder.ts'
import { isPopular, NEW, type Place, type Standing } from '../stores/memory/eviction.ts'
import type { Link, Version } from '../stores/store.ts'
import type { Bytes, Milliseconds, Ratio } from '../units.ts'
import type { Believed, Coherence } from './coherence.ts'
import type { Marker } from './markers.ts'
import { createOrigins, type Origin } from './origins.ts'
import type { ReadCounter } from './types.ts'

/** What few entries need. */
interface Exceptions {
  /** Fresh before it, unless it was expired. */
  readonly freshUntil: Milliseconds
  readonly expired: boolean
  /** From here on a hit starts a refresh in the background, once; `undefined`: never. */
  readonly refreshAfter: Milliseconds | undefined
  /** L1 answers with it until then, and then asks L2 again; `undefined`: for ever. See `coherence.ts`. */
  readonly servableUntil: Milliseconds | undefined
  /** A failed refresh is not tried again before; `undefined`: none failed. */
  readonly retryAt: Milliseconds | undefined
  /** Counts its first read for the warm run that stored it. */
  readonly reads: ReadCounter | undefined
}

const NO_EXCEPTIONS = {
  expired: false,
  refreshAfter: undefined,
  servableUntil: undefined,
  retryAt: undefined,
  reads: undefined,
} as const

/**
 * A value with what decides about it, on this process's monotonic clock:
 * load began -> fresh until `+ ttl` -> stale until `+ staleFor` -> dead.
 *
 * There may be millions of them, each field costs each of them eight bytes, and a hit among so many takes as long as it
 * has to wait for memory. So what a hit reads comes first, to lie in one place; what entries have in common is one object;
 * and so is what few of them need.
 */
export class Entry implements Place<Entry>, Believed {
  /** Decoded and deep-frozen: every caller gets this one. */
  readonly value: unknown
  /** See {@link answerOf}; `undefined` until it was popular. */
  answer: Promise<unknown> | undefined = undefined
  /** Before it there is nothing else to know of its times: it is fresh, and a hit has nothing to start or to count. */
  plainUntil: Milliseconds
  readonly origin: Origin
  /** Its place in the process's order of events: see `fence.ts`. */
  readonly seq: number
  standing: Standing = NEW
  readonly key: string
  readonly size: Bytes
  before: Entry | undefined = undefined
  after: Entry | undefined = undefined
  /** Its version in L2; `undefined` while L2 has not confirmed it. */
  version: Version | undefined
  #exceptions: Exceptions | undefined = undefined

  /** @param freshUntil a whole number, which needs no object of its own, in a process up to 24 days old */
  constructor(
    { key, value, size, seq, version }: Pick<EntryFields, 'key' | 'value' | 'size' | 'seq' | 'version'>,
    origin: Origin,
    freshUntil: Milliseconds,
  ) {
    this.value = value
    this.plainUntil = freshUntil
    this.origin = origin
    this.seq = seq
    this.key = key
    this.size = size
    this.version = version
  }

  get pattern(): PatternHandle {
    return this.origin.pattern
  }

  get link(): Link {
    return this.origin.link
  }

  get markers(): readonly Marker[] {
    return this.origin.markers
  }

  /** Fresh before it; {@link EXPIRED} when it was expired by key: stale from then on, or dead. */
  get freshUntil(): Milliseconds {
    if (this.#exceptions === undefined) return this.plainUntil
    return this.#exceptions.expired ? EXPIRED : this.#exceptions.freshUntil
  }

  /** `undefined`: it is never stale, but dead. */
  get staleUntil(): Milliseconds | undefined {
    const { staleFor } = this.origin
    return staleFor > 0 ? (this.#exceptions?.freshUntil ?? this.plainUntil) + staleFor : undefined
  }

  get refreshAfter(): Milliseconds | undefined {
    return this.#exceptions?.refreshAfter
  }

  get servableUntil(): Milliseconds | undefined {
    return this.#exceptions?.servableUntil
  }

  get retryAt(): Milliseconds | undefined {
    return this.#exceptions?.retryAt
  }

  get reads(): ReadCounter | undefined {
    return this.#exceptions?.reads
  }

  except(change: Partial<Omit<Exceptions, 'freshUntil'>>): void {
    const all = { ...(this.#exceptions ?? { ...NO_EXCEPTIONS, freshUntil: this.plainUntil }), ...change }
    const { freshUntil, expired, refreshAfter, servableUntil, retryAt, reads } = all
    const isPlain =
      !expired && refreshAfter === undefined && servableUntil === undefined && reads === undefined
    this.#exceptions = isPlain && retryAt === undefined ? undefined : all
    this.plainUntil =
      expired || reads !== undefined
        ? EXPIRED
        : Math.floor(Math.min(freshUntil, refreshAfter ?? freshUntil, servableUntil ?? freshUntil))
  }
}

/** Before any time of the clock. */
export const EXPIRED: Milliseconds = -1

export type Freshness = 'fresh' | 'stale' | 'dead'

/** How the entry stands now, invalidations by tag in this process included. */
export function freshness(entry: Entry, now: Milliseconds): Freshness {
  let fresh = now < entry.freshUntil
  for (const marker of entry.markers) {
    if (entry.seq <= marker.deletedSeq) return 'dead'
    if (entry.seq <= marker.expiredSeq) fresh = false
  }
  if (fresh) return 'fresh'
  return entry.staleUntil !== undefined && now < entry.staleUntil ? 'stale' : 'dead'
}

/**
 * The value as a promise, one for all who hit a popular entry: such a hit allocates nothing. It costs the entry 56 bytes,
 * and saves a tenth of a hit's time; what is hit once or twice goes without.
 */
export function answerOf(entry: Entry): Promise<unknown> {
  if (entry.answer !== undefined) return entry.answer
  const answer = Promise.resolve(entry.value)
  if (isPopular(entry)) entry.answer = answer
  return answer
}

/** Whether a hit should start a refresh in the background. */
export function refreshIsDue({ refreshAfter }: Entry, now: Milliseconds): boolean {
  return refreshAfter !== undefined && now >= refreshAfter
}

/** Whether no invalidation by tag in this process, and no doubt, touches it. */
export function isUndisturbed({ markers, seq }: Pick<Entry, 'markers' | 'seq'>): boolean {
  // By places, not with an iterator: this is done on every hit.
  for (let place = 0; place < markers.length; place++) {
    const marker = markers[place]
    if (marker === undefined) continue
    const { deletedSeq, expiredSeq, suspect, toldSeq } = marker
    if (seq <= deletedSeq || seq <= expiredSeq || (suspect && seq <= toldSeq)) return false
  }
  return true
}

/** Whether one of its tags was changed by another process since it began, in a way that is not known yet. */
export function inDoubt({ markers, seq }: Pick<Entry, 'markers' | 'seq'>): boolean {
  for (const { suspect, toldSeq } of markers) if (suspect && seq <= toldSeq) return true
  return false
}

/**
 * Whether the entry was invalidated after it began and before a lookup did: then that lookup must not get it, although
 * it joined the read or load that brings it.
 */
export function invalidatedBefore(entry: Pick<Entry, 'seq' | 'markers'>, lookupSeq: number): boolean {
  const { seq } = entry
  for (const { stamps, stampsUpTo } of entry.markers) {
    // What is not remembered may have been before the lookup.
    if (seq <= stampsUpTo) return true
    for (const stamp of stamps) if (seq <= stamp && stamp < lookupSeq) return true
  }
  return false
}

/** L2 holds the entry under this version. */
export function confirm(entry: Entry, version: Version, coherence: Coherence): void {
  entry.version = version
  const { servableUntil } = entry
  if (servableUntil === undefined) return
  const confirmed = coherence.servableUntil(entry.link, Number.NEGATIVE_INFINITY, true)
  entry.except({ servableUntil: later(servableUntil, confirmed) })
}

/** @param one `undefined`: never */
function later(one: Milliseconds | undefined, other: Milliseconds | undefined): Milliseconds | undefined {
  return one === undefined || other === undefined ? undefined : Math.max(one, other)
}

/** What an entry is made from. */
export interface EntryFields extends Origin {
  readonly key: string
  readonly value: unknown
  readonly size: Bytes
  readonly began: Milliseconds
  readonly ttl: Milliseconds
  readonly loadTook: Milliseconds
  /** L2 was asked then, or later, whether it and its tags are still valid. */
  readonly asOf: Milliseconds
  readonly expired: boolean
  /** Its version in L2; `undefined`: L2 has yet to confirm it. */
  readonly version: Version | undefined
  readonly seq: number
}

/** Makes entries by the cache's settings. */
export type EntryMaker = (fields: EntryFields) => Entry

export function createEntryMaker(options: {
  readonly clock: Clock
  readonly earlyRefresh: 'xfetch' | Ratio | undefined
  readonly coherence: Coherence
}): EntryMaker {
  const { clock, earlyRefresh, coherence } = options
  const originOf = createOrigins()

  const refreshAfter = ({ began, ttl, loadTook }: EntryFields): Milliseconds | undefined => {
    if (earlyRefresh === undefined) return undefined
    if (earlyRefresh !== 'xfetch') return began + ttl * earlyRefresh
    // XFetch: the longer the load, the earlier some process refreshes. Vattani, Chierichetti, Lowenstein: "Optimal
    // Probabilistic Cache Stampede Prevention", VLDB 2015, with beta 1. The dice are thrown once for each copy.
    return began + ttl + loadTook * Math.log(1 - clock.random())
  }

  return (fields) => {
    const { began, ttl, expired } = fields
    const entry = new Entry(fields, originOf(fields), Math.ceil(began + ttl))
    const refresh = refreshAfter(fields)
    const servableUntil = coherence.servableUntil(fields.link, fields.asOf, fields.version !== undefined)
    if (expired || refresh !== undefined || servableUntil !== undefined) {
      entry.except({ expired, refreshAfter: refresh, servableUntil })
    }
    return entry
  }
}
