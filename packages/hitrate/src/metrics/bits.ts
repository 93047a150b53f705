/** How many bits of a 32-bit word are set. */
export function bitsIn(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555)
  const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333)
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

/** Where the lowest bit that is set stands in a 32-bit word. */
export function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word)
}
