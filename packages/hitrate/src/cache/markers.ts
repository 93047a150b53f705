import {
  ALL,
  type Link,
  type MarkerName,
  type MarkerState,
  NO_LINK,
  type ServerTime,
} from '../stores/store.ts'
import type { Milliseconds } from '../units.ts'
import type { Fence } from './fence.ts'

/**
 * What this process knows of one tag's invalidations (or the whole cache's): its own, by their number in the order of
 * events, and L2's, as last read.
 */
export interface Marker {
  readonly name: MarkerName
  /** Number of the last delete by this tag; entries up to it are dead. */
  deletedSeq: number
  /** Number of the last expire by this tag; entries up to it are stale. */
  expiredSeq: number
  /** Numbers of the latest of both, in order: a lookup may have come between two of them. */
  readonly stamps: number[]
  /** The highest number that is not among them any more. */
  stampsUpTo: number
  /** L2's marker as last read; `undefined`: not known, or not there. */
  state: MarkerState | undefined
  /** When the read that brought `state` was sent; `-Infinity`: never, or outdated since. */
  readAt: Milliseconds
  /** What `state` was read over. */
  link: Link
  /**
   * Another process changed it, and it was not read again yet: what carries it is neither valid nor invalid. It may only
   * have been made to last longer.
   */
  suspect: boolean
  /** How often others' changes were told. */
  changes: number
  /** Number of the last one in the order of events; 0: it was read since. */
  toldSeq: number
  /** L2 keeps the marker at least until then. */
  keptUntil: Milliseconds
  /** Our own invalidations, in the server's time: honoured here also where L2 did not hear of them. */
  ownDeletedAt: ServerTime
  ownExpiredAt: ServerTime
  /** Entries of L1 that hold it. */
  holders: number
}

/** Invalidations of one tag whose numbers are kept: as many as may come while one load runs. */
const MAX_STAMPS = 16
/** Markers nobody holds that are remembered at the most. */
const MAX_IDLE = 10_000

/**
 * The markers of a process: one object per tag, shared by the entries that carry it, so that an L1 hit looks nothing up.
 * Bounded by L1 and {@link MAX_IDLE}; forgetting one fails closed: entries that still hold it die, and whatever began
 * before its last invalidation stays void.
 */
export interface Markers {
  readonly all: Marker
  /** No marker has changed since this number in the order of events: what began later is not touched by any. */
  changedSeq(): number
  /** The whole cache's marker, then the tags'. */
  of(tags: readonly string[]): readonly Marker[]
  named(name: MarkerName): Marker
  /** Those of the names, held: none of them is forgotten until it is dropped. */
  take(names: readonly MarkerName[]): Marker[]
  hold(markers: readonly Marker[]): void
  drop(markers: readonly Marker[]): void
  /**
   * Records an invalidation.
   * @param seq its place in the order of events, where that is an earlier one than now
   */
  stamp(marker: Marker, mode: 'delete' | 'expire', seq?: number): void
  /** The marker if anything is known of it. */
  peek(name: MarkerName): Marker | undefined
  /** Somebody else changed it, in a way that only reading it will tell. */
  doubt(marker: Marker): void
  /** {@link Markers.doubt} of all for which it holds. */
  doubtWhere(holds: (marker: Marker) => boolean): void
  size(): number
}

export function createMarkers(fence: Fence): Markers {
  const table = new Map<MarkerName, Marker>()
  /** The latest invalidations among those forgotten: what a marker made anew must assume of itself. */
  let floor = 0
  let ownFloor: ServerTime = 0
  let changedSeq = 0
  let idle = 0

  const create = (name: MarkerName): Marker => ({
    name,
    deletedSeq: floor,
    expiredSeq: 0,
    stamps: [],
    stampsUpTo: floor,
    state: undefined,
    readAt: Number.NEGATIVE_INFINITY,
    link: NO_LINK,
    suspect: false,
    changes: 0,
    toldSeq: 0,
    keptUntil: Number.NEGATIVE_INFINITY,
    ownDeletedAt: ownFloor,
    ownExpiredAt: 0,
    holders: 0,
  })

  const forgetSome = (): void => {
    changedSeq = fence.next()
    for (const [name, marker] of table) {
      if (idle <= MAX_IDLE / 2) return
      if (marker.holders > 0 || marker === all) continue
      table.delete(name)
      idle--
      floor = Math.max(floor, marker.deletedSeq, marker.expiredSeq)
      ownFloor = Math.max(ownFloor, marker.ownDeletedAt, marker.ownExpiredAt)
      marker.deletedSeq = Number.POSITIVE_INFINITY
      marker.stampsUpTo = Number.POSITIVE_INFINITY
    }
  }

  const named = (name: MarkerName): Marker => {
    const known = table.get(name)
    if (known !== undefined) return known
    if (idle >= MAX_IDLE) forgetSome()
    const marker = create(name)
    table.set(name, marker)
    idle++
    return marker
  }

  const hold = (marker: Marker): void => {
    if (marker.holders++ === 0) idle--
  }

  const doubt = (marker: Marker): void => {
    marker.suspect = true
    marker.changes++
    marker.toldSeq = fence.next()
    changedSeq = marker.toldSeq
    marker.readAt = Number.NEGATIVE_INFINITY
    // It may be another one now, made when the first was lost.
    marker.keptUntil = Number.NEGATIVE_INFINITY
  }

  const all = create(ALL)
  all.holders = 1
  table.set(ALL, all)
  /** One for all entries without tags: an array of its own would be the larger part of what one costs. */
  const untagged: readonly Marker[] = Object.freeze([all])

  return {
    all,
    named,
    size: () => table.size,
    changedSeq: () => changedSeq,
    of(tags) {
      if (tags.length === 0) return untagged
      const markers = [all]
      for (const tag of tags) markers.push(named(tag))
      return markers
    },
    take: (names) =>
      names.map((name) => {
        const marker = named(name)
        hold(marker)
        return marker
      }),
    hold: (markers) => markers.forEach(hold),
    drop(markers) {
      for (const marker of markers) if (--marker.holders === 0) idle++
    },
    stamp(marker, mode, seq = fence.next()) {
      changedSeq = Math.max(changedSeq, seq)
      if (mode === 'delete') marker.deletedSeq = Math.max(marker.deletedSeq, seq)
      else marker.expiredSeq = Math.max(marker.expiredSeq, seq)
      marker.readAt = Number.NEGATIVE_INFINITY
      marker.stamps.push(seq)
      if (marker.stamps.length > MAX_STAMPS) marker.stampsUpTo = marker.stamps.shift() ?? seq
    },
    peek: (name) => table.get(name),
    doubt,
    doubtWhere(holds) {
      for (const marker of table.values()) if (holds(marker)) doubt(marker)
    },
  }
}
