import { randomFrom } from '../random.ts'
import type { Item } from '../subject.ts'

/** How often each key is asked for: all alike, or as on most sites, few of them most of the time. */
export type Distribution = 'uniform' | 'zipf'
/** `small`: about 40 bytes as JSON; `large`: 800. */
export type ValueSize = 'small' | 'large'

const LARGE_BYTES = 800
/** With a key of no length. */
const EMPTY = JSON.stringify({ key: '', version: 'v1', price: 12.5, tags: ['a', 'b'], text: '' })
const FILLING = 'x'.repeat(LARGE_BYTES - EMPTY.length)
/** Of YCSB, and near what is seen of web caches (Breslau et al., INFOCOM 1999): the n-th key is asked for 1/n^0.99 as often. */
const ZIPF_EXPONENT = 0.99
/** The same draws for all, each time. */
const SEED = 20_261_128

/** Numbered, in text that is there before anybody's clock starts. */
export function keysOf(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `item:${index}`)
}

/** Cheap to make: loaders of misses make one each time. */
export function itemOf(key: string, size: ValueSize): Item {
  if (size === 'small') return { key, version: 'v1' }
  const item = { key, version: 'v1', price: 12.5, tags: ['a', 'b'], text: FILLING.slice(key.length) }
  return item
}

/** Which key comes when: `length` draws among `keys`. */
export function drawsOf(distribution: Distribution, keys: number, length: number): Uint32Array {
  const random = randomFrom(SEED)
  const draws = new Uint32Array(length)
  if (distribution === 'uniform') {
    for (let place = 0; place < length; place++) draws[place] = Math.floor(random() * keys)
    return draws
  }
  const upTo = cumulated(keys)
  // The keys asked for most must not be those stored first, which lie together in memory.
  const keyOfRank = shuffled(keys, random)
  const total = upTo[keys - 1] ?? 0
  for (let place = 0; place < length; place++) {
    draws[place] = keyOfRank[firstAbove(upTo, random() * total)] ?? 0
  }
  return draws
}

function cumulated(keys: number): Float64Array {
  const upTo = new Float64Array(keys)
  let sum = 0
  for (let rank = 0; rank < keys; rank++) {
    sum += 1 / (rank + 1) ** ZIPF_EXPONENT
    upTo[rank] = sum
  }
  return upTo
}

function shuffled(count: number, random: () => number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, index) => index)
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1))
    const moved = order[last] ?? 0
    order[last] = order[other] ?? 0
    order[other] = moved
  }
  return order
}

/** Index of the first that is above `bound`. */
function firstAbove(ascending: Float64Array, bound: number): number {
  let low = 0
  let high = ascending.length - 1
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((ascending[middle] ?? 0) > bound) high = middle
    else low = middle + 1
  }
  return low
}
