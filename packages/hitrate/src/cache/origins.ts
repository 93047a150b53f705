import type { PatternHandle } from '../metrics/recorder.ts'
import type { Link } from '../stores/store.ts'
import type { Milliseconds } from '../units.ts'
import type { Marker } from './markers.ts'

/** What many entries have in common. */
export interface Origin {
  readonly pattern: PatternHandle
  /** What they were read or written over; what others change of them is told there. */
  readonly link: Link
  /** The whole cache's marker first, then their tags'. */
  readonly markers: readonly Marker[]
  /** How long they may be served stale; 0: never. */
  readonly staleFor: Milliseconds
}

/** The origin with these fields: the same one as often as possible. */
export type Origins = (origin: Origin) => Origin

/**
 * One object for all entries of a pattern over a link that carry the same tags: fields that none of them has for itself.
 * For a pattern over a link the latest is remembered, so where tags differ from key to key each entry has one of its own.
 */
export function createOrigins(): Origins {
  const latest = new WeakMap<Link, WeakMap<PatternHandle, Origin>>()
  /** Of all: entries made one after the other are mostly of one pattern. */
  let last: Origin | undefined
  return ({ pattern, link, markers, staleFor }) => {
    if (
      last?.pattern === pattern &&
      last.link === link &&
      last.staleFor === staleFor &&
      areSame(last.markers, markers)
    ) {
      return last
    }
    let ofLink = latest.get(link)
    if (ofLink === undefined) {
      ofLink = new WeakMap()
      latest.set(link, ofLink)
    }
    const known = ofLink.get(pattern)
    if (known?.staleFor === staleFor && areSame(known.markers, markers)) {
      last = known
    } else {
      last = { pattern, link, markers, staleFor }
      ofLink.set(pattern, last)
    }
    return last
  }
}

function areSame(one: readonly Marker[], other: readonly Marker[]): boolean {
  if (one === other) return true
  return one.length === other.length && one.every((marker, place) => marker === other[place])
}
