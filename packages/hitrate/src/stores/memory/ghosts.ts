import type { Bytes } from '../../units.ts'

/** Keys of which it is known that they were evicted lately, without the keys. */
export interface Ghosts {
  /** Whether it is one; it need not be remembered any longer. */
  recall(key: string): boolean
  /** @param entries how many there are in L1 now: so many ghosts are about as many as are kept */
  add(ghost: { readonly key: string; readonly size: Bytes }, entries: number): void
  clear(): void
}

/** Of so many ghosts to one entry a generation is full: with the one before it 0.5 to 1 are known. */
const GENERATION = 0.5
/** Of places, so that few have to be looked at. */
const MAX_LOAD = 0.5
const FEWEST_PLACES = 64
/** At one key: whoever chooses keys may choose them so that their hashes meet. */
const MAX_LOOKS = 16

/**
 * Two generations of 32-bit hashes: when the younger is full, the older is forgotten. Nothing is ever moved, and a
 * ghost costs 4 to 16 bytes. Two keys of one hash are one ghost, which costs a wrong guess.
 */
export function createGhosts(): Ghosts {
  let younger = new Generation(0)
  let older = younger
  return {
    recall(key) {
      const hash = hashOf(key)
      return younger.has(hash) || older.has(hash)
    },
    add({ key }, entries) {
      if (younger.full) {
        older = younger
        younger = new Generation(entries * GENERATION)
      }
      younger.add(hashOf(key))
    },
    clear() {
      younger = new Generation(0)
      older = younger
    },
  }
}

/** Hashes in open addressing; 0 is a free place. */
class Generation {
  readonly #places: Int32Array
  readonly #mask: number
  #left: number

  constructor(wanted: number) {
    const places = Math.max(FEWEST_PLACES, 2 ** Math.ceil(Math.log2(wanted / MAX_LOAD)))
    this.#places = new Int32Array(places)
    this.#mask = places - 1
    this.#left = Math.max(Math.ceil(wanted), FEWEST_PLACES * MAX_LOAD)
  }

  get full(): boolean {
    return this.#left <= 0
  }

  has(hash: number): boolean {
    return this.#places[this.#placeOf(hash)] === hash
  }

  add(hash: number): void {
    const place = this.#placeOf(hash)
    if (this.#places[place] === hash) return
    this.#places[place] = hash
    this.#left--
  }

  /** Where it is, or else a free place; where there is neither nearby, its first one, whose ghost is forgotten. */
  #placeOf(hash: number): number {
    const first = hash & this.#mask
    for (let look = 0; look < MAX_LOOKS; look++) {
      const place = (first + look) & this.#mask
      const there = this.#places[place]
      if (there === 0 || there === hash) return place
    }
    return first
  }
}

/** 32 bits of a key, never 0: FNV-1a with the last steps of MurmurHash3, which spread the low bits. */
export function hashOf(key: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < key.length; index++) {
    hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) | 0 || 1
}
