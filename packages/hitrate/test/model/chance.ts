/** Random numbers that a seed repeats (mulberry32). */
export interface Chance {
  /** A whole number from 0 to below `below`. */
  upTo(below: number): number
  oneOf<T>(list: readonly T[]): T
  /** True once in `n`. */
  oneIn(n: number): boolean
}

export function createChance(seed: number): Chance {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const upTo = (below: number): number => Math.floor(next() * below)
  return {
    upTo,
    oneIn: (n) => upTo(n) === 0,
    oneOf<T>(list: readonly T[]): T {
      const one = list[upTo(list.length)]
      if (one === undefined) throw new Error('nothing to choose from')
      return one
    },
  }
}
