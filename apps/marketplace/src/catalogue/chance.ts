/** A source of numbers in [0, 1) that gives the same ones for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** A 32-bit number that depends on the text alone, spread evenly (FNV-1a with MurmurHash3's finaliser). */
export function stableHash(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index++)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** The item that the text's hash points at: always the same for the same text and list. */
export function stablePick<T>(items: readonly T[], text: string): T {
  return at(items, stableHash(text) % items.length)
}

/** The item that chance points at. */
export function pick<T>(items: readonly T[], random: () => number): T {
  return at(items, Math.floor(random() * items.length))
}

/**
 * Draws ranks from 0 to `size - 1` by Zipf's law: rank r comes with a weight of 1 / (r + 1) ^ exponent.
 * @param exponent 1 by default: near the median (1.14) of the 54 clusters in Yang et al., "A large scale analysis of
 * hundreds of in-memory cache clusters at Twitter", OSDI 2020
 */
export function zipf(size: number, random: () => number, exponent: number = 1): () => number {
  const cumulative = new Float64Array(size)
  let sum = 0
  for (let rank = 0; rank < size; rank++) {
    sum += (rank + 1) ** -exponent
    cumulative[rank] = sum
  }
  return () => {
    const drawn = random() * sum
    let low = 0
    let high = size - 1
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((cumulative[middle] ?? 0) <= drawn) low = middle + 1
      else high = middle
    }
    return low
  }
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index]
  if (item === undefined) throw new RangeError('there is nothing to pick from')
  return item
}
