import type { Link } from '../stores/store.ts'
import type { Milliseconds } from '../units.ts'

/** Whether L1 hears of what other processes change; `none`: it does not, and keeps entries for `staleBound` only. */
export const COHERENCE_MODES = ['tracking', 'none'] as const
export type CoherenceMode = (typeof COHERENCE_MODES)[number]

/** Whether L1 goes on answering while L2 is lost. */
export const ON_DISCONNECT = ['serve', 'bypass'] as const
export type OnDisconnect = (typeof ON_DISCONNECT)[number]

/** The link of entries that no L2 knows of. */
export const IN_PROCESS: Link = Object.freeze({
  tracked: true,
  provenAt: Number.POSITIVE_INFINITY,
  lost: false,
})

/** What an entry of L1 is believed by. */
export interface Believed {
  readonly link: Link
  /** L1 answers with it until then, and then L2 is asked again; `undefined`: for ever. */
  readonly servableUntil: Milliseconds | undefined
}

/**
 * How far L1 may be believed. Of a link there are three states:
 *
 * - **sure**: the last question that was answered over it was *sent* at most `staleBound` ago, so all that the server had
 *   told until then was heard (replies and pushes come in order): what was read over it is served
 * - **in doubt**: it is older: lookups go to L2
 * - **lost**: nothing can be heard until there is another, which begins with a flush. `onDisconnect: 'serve'` goes on
 *   serving entries until their own end, `'bypass'` doesn't
 *
 * The same holds of what is known of tags: where the server of a marker is lost and the entry's is not, others' invalidations
 * of that tag can't get through either, and the marker is taken as it was last known.
 *
 * Where the server tells nothing (`coherence: 'none'`, a server that can't, an entry L2 did not confirm) an entry is served
 * for `staleBound`, and what is known of its tags may take half of that.
 */
export interface Coherence {
  /** Whether L1 may answer with it now. */
  serves(entry: Believed, now: Milliseconds): boolean
  /** The same of one that has no `servableUntil`. */
  hears(link: Link, now: Milliseconds): boolean
  /** Whether what was read over the link, by a question sent then, still holds. */
  believes(link: Link, readAt: Milliseconds, now: Milliseconds): boolean
  /**
   * Until when L1 serves what was true at `asOf`; `undefined`: for ever.
   * @param confirmed whether L2 holds the same, and the link tracks it
   */
  servableUntil(link: Link, asOf: Milliseconds, confirmed: boolean): Milliseconds | undefined
}

export function createCoherence(options: {
  readonly staleBound: Milliseconds
  readonly onDisconnect: OnDisconnect
  /** `undefined`: there is no L1, whose entries are all that a lost link leaves to serve. */
  readonly l1: object | undefined
}): Coherence {
  const { staleBound } = options
  const servesLost = options.onDisconnect === 'serve'
  const sure = ({ provenAt }: Link, now: Milliseconds): boolean => now - provenAt <= staleBound
  const hears = (link: Link, now: Milliseconds): boolean =>
    link.lost ? servesLost && options.l1 !== undefined : !link.tracked || sure(link, now)

  return {
    serves: ({ link, servableUntil }, now) =>
      (servableUntil === undefined || now < servableUntil) && hears(link, now),
    hears,
    believes: (link, readAt, now) =>
      link.tracked && readAt !== Number.NEGATIVE_INFINITY
        ? link.lost
          ? servesLost
          : sure(link, now)
        : now - readAt <= staleBound / 2,
    servableUntil(link, asOf, confirmed) {
      // What is lost is flushed when it is found again: until then nobody could tell of a change.
      if (link === IN_PROCESS || link.lost || (link.tracked && confirmed)) return undefined
      return asOf + staleBound
    },
  }
}
