import type { Bytes } from '../../units.ts'
import type { Version } from '../store.ts'

const VERSION_LENGTH: Bytes = 12
const NO_BODY: Buffer = Buffer.alloc(0)

/** What is written to one key, as far as it is bytes. */
export interface Packable {
  readonly version: Version
  readonly body?: Buffer
}

/**
 * The bytes of many entries, version and body by turns, as one argument: node-redis (6.3) hands each `Buffer` among its
 * arguments to the kernel by itself, and hundreds of those cost more than copying them together.
 */
export function packed(entries: readonly Packable[]): Buffer {
  let length = 0
  for (const { body = NO_BODY } of entries) length += VERSION_LENGTH + body.length
  const bytes = Buffer.allocUnsafe(length)
  let at = 0
  for (const { version, body = NO_BODY } of entries) {
    at += bytes.write(version, at, VERSION_LENGTH, 'latin1')
    at += body.copy(bytes, at)
  }
  return bytes
}

/** Parts a list of places so that none has more than `most`, or more than `bytes` of bodies unless it is one alone. */
export function portions(
  places: readonly number[],
  sizeOf: (place: number) => Bytes,
  { most, bytes }: { readonly most: number; readonly bytes: Bytes },
): number[][] {
  const parts: number[][] = []
  let part: number[] = []
  let size = 0
  for (const place of places) {
    const more = sizeOf(place)
    if (part.length === most || (part.length > 0 && size + more > bytes)) {
      parts.push(part)
      part = []
      size = 0
    }
    part.push(place)
    size += more
  }
  if (part.length > 0) parts.push(part)
  return parts
}
