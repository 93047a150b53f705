import type { Bytes } from '../../units.ts'
import { ABSENT, JUNK, type MarkerState, type ServerTime, type Stored, type Version } from '../store.ts'

/**
 * What stands before the body of a value in Redis, and what a marker looks like. The scripts of `scripts.ts` read and
 * write the same bytes; offsets here count from 0, in Lua from 1.
 *
 * | offset | bytes | value |
 * |---|---|---|
 * | 0 | 1 | `H` |
 * | 1 | 1 | `c` claim, `e` entry |
 * | 2 | 1 | 0, or 255: expired by key |
 * | 3 | 12 | version, random |
 * | 15 | 8 | claim: until when; entry: refreshed by somebody until then, or 0 |
 * | 23 | 8 | entry: when its load began |
 * | 31 | 8 | the same again: a stamp is written by scripts, which have no checksum |
 * | 39 | | entry: the body |
 *
 * A marker is `M`, 8 bytes nonce, deletedAt, expiredAt. Stamps are the server's Unix milliseconds as big-endian doubles,
 * exact to the microsecond.
 */
const MAGIC = 0x48
const CLAIM = 0x63
const ENTRY = 0x65
const KIND = 1
const EXPIRED = 2
const VERSION = 3
const BUSY = 15
const BEGAN = 23
const BEGAN_AGAIN = 31
const BODY = 39
const CLAIM_LENGTH: Bytes = 23

const MARKER_MAGIC = 0x4d
const MARKER_LENGTH: Bytes = 25

/** What the bytes under a key are; anything not ours is `junk`, never an error. */
export function parseStored(bytes: Buffer | null): Stored {
  if (bytes === null) return ABSENT
  if (bytes.length < CLAIM_LENGTH || bytes[0] !== MAGIC) return JUNK
  const version: Version = bytes.toString('latin1', VERSION, BUSY)
  if (bytes[KIND] === CLAIM) return bytes.length === CLAIM_LENGTH ? { kind: 'claim', version } : JUNK
  if (bytes[KIND] !== ENTRY || bytes.length <= BODY) return JUNK
  const began = bytes.readDoubleBE(BEGAN)
  if (began !== bytes.readDoubleBE(BEGAN_AGAIN)) return JUNK
  return {
    kind: 'entry',
    version,
    expired: bytes[EXPIRED] !== 0,
    refreshingUntil: bytes.readDoubleBE(BUSY),
    began,
    body: bytes.subarray(BODY),
  }
}

/** An entry that nobody refreshes. */
export function entryBytes(version: Version, began: ServerTime, body: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(BODY + body.length)
  bytes[0] = MAGIC
  bytes[KIND] = ENTRY
  bytes[EXPIRED] = 0
  bytes.write(version, VERSION, BUSY - VERSION, 'latin1')
  bytes.writeDoubleBE(0, BUSY)
  bytes.writeDoubleBE(began, BEGAN)
  bytes.writeDoubleBE(began, BEGAN_AGAIN)
  body.copy(bytes, BODY)
  return bytes
}

export function parseMarker(bytes: Buffer | null): MarkerState | undefined {
  if (bytes === null || bytes.length !== MARKER_LENGTH || bytes[0] !== MARKER_MAGIC) return undefined
  return {
    nonce: bytes.toString('latin1', 1, 9),
    deletedAt: bytes.readDoubleBE(9),
    expiredAt: bytes.readDoubleBE(17),
  }
}
