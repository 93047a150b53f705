import { crc32 } from 'node:zlib'
import type { Bytes, Milliseconds } from '../units.ts'
import { compress, decompress } from './compression.ts'

/**
 * The body of an entry in L2: all that is fixed once it is written, under one checksum. What changes later (version,
 * expired, refreshing) and when the load began are the store's business and stand before it.
 *
 * | offset | bytes | |
 * |---|---|---|
 * | 0 | 4 | CRC-32 of all that follows |
 * | 4 | 1 | flags: 1 = value is zstd |
 * | 5 | 6 | ttl, milliseconds after the load began |
 * | 11 | 6 | stale time after that |
 * | 17 | 4 | how long the load took, milliseconds |
 * | 21 | 4 | length of the value before compression |
 * | 25 | 2 | number of tags |
 * | 27 | 8 | nonce of the whole cache's marker |
 * | 35 | | per tag: 2 bytes length, its UTF-8, 8 bytes nonce |
 * | | | the value |
 *
 * All numbers are big-endian. The format's version is part of the key space: a process never sees another's. The checksum
 * is seeded with the codec's name: what another codec wrote is as good as damaged.
 */
const FLAGS = 4
const TTL = 5
const STALE_FOR = 11
const LOAD_TOOK = 17
const LENGTH = 21
const TAGS = 25
const FIXED = 27
const NONCE: Bytes = 8

const FLAG_ZSTD = 1

/** Most a 6-byte duration holds: some 8 900 years. */
const MAX_DURATION: Milliseconds = 2 ** 48 - 1
const MAX_UINT32 = 2 ** 32 - 1

/** Tags of one entry at the most, and their length in UTF-8: bounds of the format. */
export const MAX_TAGS = 65_535
export const MAX_TAG_BYTES: Bytes = 1_024

export interface TagNonce {
  readonly tag: string
  /** 8 bytes as latin1. */
  readonly nonce: string
}

/** What stands around a value. */
export interface EnvelopeFields {
  readonly ttl: Milliseconds
  readonly staleFor: Milliseconds
  readonly loadTook: Milliseconds
  /** Nonce of the marker of the whole cache. */
  readonly allNonce: string
  readonly tags: readonly TagNonce[]
}

export interface Envelope extends EnvelopeFields {
  /** The value as the codec wrote it. */
  readonly value: Buffer
}

/** How one cache writes and reads its entries. */
export interface EnvelopeFormat {
  readonly codecName: string
  /** Values from this size are compressed, and kept so when smaller. */
  readonly compressAbove: Bytes
  /** Larger values are damaged ones: what one reads is bounded. */
  readonly maxValueBytes: Bytes
}

/** @param value as the codec wrote it; text is stored as UTF-8 */
export function writeEnvelope(
  fields: EnvelopeFields,
  value: Buffer | string,
  format: EnvelopeFormat,
): Buffer {
  const length = Buffer.byteLength(value)
  const compressed =
    length >= format.compressAbove
      ? compress(typeof value === 'string' ? Buffer.from(value) : value)
      : undefined
  let head = FIXED + NONCE
  for (const { tag } of fields.tags) head += 2 + Buffer.byteLength(tag) + NONCE

  const bytes = Buffer.allocUnsafe(head + (compressed?.length ?? length))
  bytes[FLAGS] = compressed === undefined ? 0 : FLAG_ZSTD
  bytes.writeUIntBE(Math.min(Math.round(fields.ttl), MAX_DURATION), TTL, 6)
  bytes.writeUIntBE(Math.min(Math.round(fields.staleFor), MAX_DURATION), STALE_FOR, 6)
  bytes.writeUInt32BE(Math.min(Math.round(fields.loadTook), MAX_UINT32), LOAD_TOOK)
  bytes.writeUInt32BE(length, LENGTH)
  bytes.writeUInt16BE(fields.tags.length, TAGS)
  let at = FIXED
  at += bytes.write(fields.allNonce, at, NONCE, 'latin1')
  for (const { tag, nonce } of fields.tags) {
    const length = bytes.write(tag, at + 2)
    bytes.writeUInt16BE(length, at)
    at += 2 + length
    at += bytes.write(nonce, at, NONCE, 'latin1')
  }
  const stored = compressed ?? value
  if (typeof stored === 'string') bytes.write(stored, at)
  else stored.copy(bytes, at)
  bytes.writeUInt32BE(checksum(bytes, format), 0)
  return bytes
}

/** The envelope, or `undefined` when the bytes are damaged in any way. Its value is a view of them. */
export function readEnvelope(bytes: Buffer, format: EnvelopeFormat): Envelope | undefined {
  if (bytes.length < FIXED + NONCE || checksum(bytes, format) !== bytes.readUInt32BE(0)) return undefined
  const flags = bytes[FLAGS]
  const length = bytes.readUInt32BE(LENGTH)
  if ((flags !== 0 && flags !== FLAG_ZSTD) || length > format.maxValueBytes) return undefined
  const count = bytes.readUInt16BE(TAGS)
  const tags: TagNonce[] | undefined = count === 0 ? undefined : []
  let at = FIXED + NONCE
  for (let index = 0; index < count; index++) {
    if (at + 2 > bytes.length) return undefined
    const end = at + 2 + bytes.readUInt16BE(at)
    if (end + NONCE > bytes.length) return undefined
    tags?.push({
      tag: bytes.toString('utf8', at + 2, end),
      nonce: bytes.toString('latin1', end, end + NONCE),
    })
    at = end + NONCE
  }
  const value = readValue(bytes.subarray(at), flags === FLAG_ZSTD, length)
  if (value === undefined) return undefined
  return {
    ttl: bytes.readUIntBE(TTL, 6),
    staleFor: bytes.readUIntBE(STALE_FOR, 6),
    loadTook: bytes.readUInt32BE(LOAD_TOOK),
    allNonce: readAllNonce(bytes),
    tags: tags ?? NO_TAGS,
    value,
  }
}

const NO_TAGS: readonly TagNonce[] = Object.freeze([])

/** The nonce read last, which is that of nearly all entries: it is compared by its numbers, and made into text once. */
let latest = { high: 0, low: 0, text: '\0'.repeat(NONCE) }

function readAllNonce(bytes: Buffer): string {
  const high = bytes.readUInt32BE(FIXED)
  const low = bytes.readUInt32BE(FIXED + 4)
  if (high !== latest.high || low !== latest.low) {
    latest = { high, low, text: bytes.toString('latin1', FIXED, FIXED + NONCE) }
  }
  return latest.text
}

function checksum(bytes: Buffer, format: EnvelopeFormat): number {
  return crc32(bytes.subarray(FLAGS), seedOf(format))
}

/** Of each format: a checksum of a few bytes costs as much as one of many. */
const seeds = new WeakMap<EnvelopeFormat, number>()

function seedOf(format: EnvelopeFormat): number {
  const known = seeds.get(format)
  if (known !== undefined) return known
  const seed = crc32(format.codecName)
  seeds.set(format, seed)
  return seed
}

function readValue(payload: Buffer, compressed: boolean, length: Bytes): Buffer | undefined {
  if (!compressed) return payload.length === length ? payload : undefined
  try {
    return decompress(payload, length)
  } catch {
    return undefined // the caller counts it as decode_error
  }
}
