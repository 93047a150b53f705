/** A Redis cluster parts its keys into so many hash slots. */
export const SLOTS = 16_384

/**
 * The hash slot of a key: CRC16 (XMODEM) of it, or of what stands in its first braces where that is not empty. As the
 * server has it; Redis Cluster Specification, "Key distribution model" and "Hash tags".
 */
export function slotOf(key: string): number {
  const bytes = Buffer.from(key)
  const open = bytes.indexOf(BRACE)
  const close = open < 0 ? -1 : bytes.indexOf(CLOSING, open + 1)
  const tagged = close > open + 1
  let crc = 0
  for (let at = tagged ? open + 1 : 0, end = tagged ? close : bytes.length; at < end; at++) {
    crc = ((crc << 8) ^ (TABLE[((crc >> 8) ^ (bytes[at] ?? 0)) & 0xff] ?? 0)) & 0xffff
  }
  return crc % SLOTS
}

const BRACE = 0x7b
const CLOSING = 0x7d

const TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1
  return crc
})
