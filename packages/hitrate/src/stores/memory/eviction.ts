import type { Bytes } from '../../units.ts'
import type { Ghosts } from './ghosts.ts'
import { Queue, type Queued } from './queue.ts'

/** What the policy can be told. The defaults are what L1 does: see `docs/l1.md` for what was tried. */
export interface EvictionSettings {
  /** Share of the room for those that are on trial. */
  readonly trial: number
  /** Uses that a trial takes to be passed. */
  readonly passes: number
  /** So many are on trial whatever their share: in a small tier they would have no time for a second use. */
  readonly fewest: number
  /** Entries looked at to find one that leaves; after that the next one leaves, used or not. */
  readonly maxLooks: number
}

const DEFAULTS: EvictionSettings = Object.freeze({ trial: 0.2, passes: 1, fewest: 32, maxLooks: 64 })

/**
 * How an entry stands, in one number, which costs it one field: its uses since the policy last looked, and
 * {@link PROVEN} when it has passed its trial.
 */
export type Standing = number
export const NEW: Standing = 0
const PROVEN: Standing = 4
/** More uses than this don't count: what was popular long ago has to be able to leave. All bits below {@link PROVEN}. */
const MAX_USES = 3

/**
 * Bytes of heap an entry costs beyond what its encoded value and its key have as text: entry object, map slot, its promise,
 * and what a small value takes more as an object. Measured on Node 26 (`npm run bench -- speed --only memory`): an entry
 * with a value of 40 bytes takes 264 in all, of which 50 are those texts; rounded up.
 */
export const ENTRY_OVERHEAD: Bytes = 220

/**
 * An entry's place in L1, which is the entry itself: a second object for each would cost its own bytes, and one more miss
 * of the processor's cache on every hit.
 */
export interface Place<P> extends Queued<P> {
  readonly key: string
  /** Encoded length of the value. */
  readonly size: Bytes
  standing: Standing
}

/** What an entry takes of the room there is. */
export function weightOf({ key, size }: { readonly key: string; readonly size: Bytes }): Bytes {
  return size + key.length + ENTRY_OVERHEAD
}

/** A hit: at most one field is written, and no list changes. */
export function use(place: { standing: Standing }): void {
  if (usesOf(place) < MAX_USES) place.standing++
}

/** Whether it was used as often as counts. */
export function isPopular(place: { readonly standing: Standing }): boolean {
  return usesOf(place) === MAX_USES
}

function usesOf({ standing }: { readonly standing: Standing }): number {
  return standing & MAX_USES
}

function isProven({ standing }: { readonly standing: Standing }): boolean {
  return standing >= PROVEN
}

/**
 * Which entry has to go: S3-FIFO (Yang, Zhang, Qiu, Yue, Rashmi: "FIFO queues are all you need for cache eviction", SOSP
 * 2023), with a larger queue of the new ones and a shorter trial.
 *
 * New entries are on trial. One that was used meanwhile has passed when its turn to leave comes, and joins the proven;
 * one that was not leaves, and is remembered as a ghost: if it is asked for again soon, it needs no other trial. A proven
 * one goes round once for each use before it leaves. So what is asked for once passes through a part of L1 only.
 */
export class Eviction<P extends Place<P>> {
  readonly #trial: Queue<P>
  readonly #proven: Queue<P>
  readonly #ghosts: Ghosts
  readonly #settings: EvictionSettings

  /** @param weigh what a place takes of the room there is; the same while it stands in a queue */
  constructor(ghosts: Ghosts, weigh: (place: P) => Bytes, settings: Partial<EvictionSettings> = {}) {
    this.#ghosts = ghosts
    this.#trial = new Queue(weigh)
    this.#proven = new Queue(weigh)
    this.#settings = { ...DEFAULTS, ...settings }
  }

  /** How a new one begins: what was here lately needs no trial. */
  standingOf(key: string): Standing {
    return this.#ghosts.recall(key) ? PROVEN : NEW
  }

  /** Last in its queue. */
  add(place: P): void {
    this.#queueOf(place).push(place)
  }

  remove(place: P): void {
    this.#queueOf(place).remove(place)
  }

  /**
   * Removes the one that has to go; `undefined` when there is none.
   * @param room how much there is in all
   */
  evict(room: Bytes): P | undefined {
    let looks = this.#settings.maxLooks
    while (this.#trial.size + this.#proven.size > 0) {
      const queue = this.#next(room)
      for (let place = queue.shift(); place !== undefined; place = queue.shift()) {
        if (usesOf(place) < (isProven(place) ? 1 : this.#settings.passes) || --looks <= 0) {
          if (!isProven(place)) this.#ghosts.add(place, this.#trial.size + this.#proven.size)
          return place
        }
        place.standing = isProven(place) ? place.standing - 1 : PROVEN
        this.#proven.push(place)
      }
    }
    return undefined
  }

  clear(): void {
    while (this.#trial.shift() !== undefined);
    while (this.#proven.shift() !== undefined);
    this.#ghosts.clear()
  }

  #queueOf(place: P): Queue<P> {
    return isProven(place) ? this.#proven : this.#trial
  }

  #next(room: Bytes): Queue<P> {
    const { trial, fewest } = this.#settings
    if (this.#trial.size === 0) return this.#proven
    if (this.#proven.size === 0) return this.#trial
    const crowded = this.#proven.weight > room * (1 - trial)
    return crowded || this.#trial.size <= fewest ? this.#proven : this.#trial
  }
}
