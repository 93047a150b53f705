import { crc32 } from 'node:zlib'
import { compress, decompress } from '../codec/compression.ts'
import type { Bytes, Milliseconds } from '../units.ts'
import { FORMAT } from './times.ts'

/**
 * A parcel on its way. Who can write to the server can write anything there, so nothing of it is believed unseen.
 *
 * | offset | bytes | |
 * |---|---|---|
 * | 0 | 1 | `F` |
 * | 1 | 1 | version of the format |
 * | 2 | 4 | CRC-32 of all that follows |
 * | 6 | 4 | length of the parcel |
 * | 10 | 6 | when statistics were last reset for the whole fleet, Unix milliseconds; 0: never |
 * | 16 | 4 | how much of its time the parcel covers, milliseconds |
 * | 20 | | the parcel, zstd when its length says so |
 */
const MAGIC = 0x46
const CHECKED = 6
const EPOCH = 10
const COVERS = 16
const HEAD = 20

/** Parcels are far smaller; what is unpacked is bounded. */
const MAX_PARCEL: Bytes = 4 * 1024 * 1024

interface Note {
  readonly epoch: Milliseconds
  readonly covers: Milliseconds
  readonly parcel: Uint8Array
}

export type NoteRead =
  | ({ readonly kind: 'parcel' } & Note)
  /** Of another version of the format. */
  | { readonly kind: 'foreign' }
  | { readonly kind: 'junk' }

export function writeNote({ epoch, covers, parcel }: Note): Buffer {
  const plain = Buffer.from(parcel.buffer, parcel.byteOffset, parcel.byteLength)
  const payload = compress(plain) ?? plain
  const bytes = Buffer.allocUnsafe(HEAD + payload.length)
  bytes[0] = MAGIC
  bytes[1] = FORMAT
  bytes.writeUInt32BE(plain.length, CHECKED)
  bytes.writeUIntBE(epoch, EPOCH, 6)
  bytes.writeUInt32BE(covers, COVERS)
  payload.copy(bytes, HEAD)
  bytes.writeUInt32BE(crc32(bytes.subarray(CHECKED)), 2)
  return bytes
}

export function readNote(bytes: Buffer): NoteRead {
  if (bytes.length < HEAD || bytes[0] !== MAGIC) return { kind: 'junk' }
  if (bytes[1] !== FORMAT) return { kind: 'foreign' }
  const length = bytes.readUInt32BE(CHECKED)
  if (bytes.readUInt32BE(2) !== crc32(bytes.subarray(CHECKED)) || length > MAX_PARCEL) return { kind: 'junk' }
  const payload = bytes.subarray(HEAD)
  try {
    const parcel = payload.length === length ? payload : decompress(payload, length)
    const [epoch, covers] = [bytes.readUIntBE(EPOCH, 6), bytes.readUInt32BE(COVERS)]
    return { kind: 'parcel', epoch, covers, parcel }
  } catch {
    return { kind: 'junk' }
  }
}
