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

/** More uses than this don't count: what was popular long ago has to be able to leave. */
const MAX_USES = 3

/**
 * Bytes of heap an entry costs beside its value and key: entry object, map slot, its promise. A figure measured with small
 * values on Node 26, rounded up.
 */
export const ENTRY_OVERHEAD: Bytes = 300

/**
 * An entry's place in L1, which is the entry itself: a second object for each would cost its own bytes, and one more miss
 * of the processor's cache on every hit.
 */
export interface Place<P> extends Queued<P> {
  readonly key: string
  /** Encoded length of the value. */
  readonly size: Bytes
  /** Since the policy last looked; at most `MAX_USES`. */
  uses: number
  /** Whether it has passed its trial. */
  proven: boolean
}

/** What an entry takes of the room there is. */
export function weightOf({ key, size }: { readonly key: string; readonly size: Bytes }): Bytes {
  return size + key.length + ENTRY_OVERHEAD
}

/** A hit: at most one field is written, and no list changes. */
export function use(place: { uses: number }): void {
  if (place.uses < MAX_USES) place.uses++
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

  /** Whether a new one needs no trial: it was here lately. */
  isProven(key: string): boolean {
    return this.#ghosts.recall(key)
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
        if (place.uses < (place.proven ? 1 : this.#settings.passes) || --looks <= 0) {
          if (!place.proven) this.#ghosts.add(place, this.#trial.size + this.#proven.size)
          return place
        }
        place.uses = place.proven ? place.uses - 1 : 0
        place.proven = true
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

  #queueOf({ proven }: P): Queue<P> {
    return proven ? this.#proven : this.#trial
  }

  #next(room: Bytes): Queue<P> {
    const { trial, fewest } = this.#settings
    if (this.#trial.size === 0) return this.#proven
    if (this.#proven.size === 0) return this.#trial
    const crowded = this.#proven.weight > room * (1 - trial)
    return crowded || this.#trial.size <= fewest ? this.#proven : this.#trial
  }
}
