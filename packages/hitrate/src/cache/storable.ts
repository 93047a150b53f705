import type { Bytes } from '../units.ts'

/** Longest key that is stored, in UTF-8. */
const MAX_KEY_BYTES: Bytes = 1_024

/** Whether a key can be stored at all: longer ones, and those that UTF-8 can't hold, are loaded each time. */
export function storable(key: string): boolean {
  if (key.length * 3 > MAX_KEY_BYTES && Buffer.byteLength(key) > MAX_KEY_BYTES) return false
  return key.isWellFormed()
}
