import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type { Bytes } from '../units.ts'

/** What Node accepts. */
const SMALLEST_CHUNK: Bytes = 64

/** The compressed bytes, or `undefined` when they would not be smaller. zstd at its default level. */
export function compress(bytes: Buffer): Buffer | undefined {
  const smaller = zstdCompressSync(bytes)
  return smaller.length < bytes.length ? smaller : undefined
}

/** Throws when the bytes are damaged or longer than `length` says: a small bomb can't become a large value. */
export function decompress(bytes: Buffer, length: Bytes): Buffer {
  // Room for all of it at once: pieces would have to be put together, which takes as long again.
  const plain = zstdDecompressSync(bytes, {
    maxOutputLength: Math.max(1, length),
    chunkSize: Math.max(SMALLEST_CHUNK, length),
  })
  if (plain.length !== length)
    throw new RangeError(`decompressed to ${plain.length} bytes, expected ${length}`)
  return plain
}
