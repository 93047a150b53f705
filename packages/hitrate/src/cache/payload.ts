import type { Codec } from '../codec/codec.ts'
import { deepFreeze } from '../codec/freeze.ts'
import type { Recorder } from '../metrics/recorder.ts'
import type { Bytes } from '../units.ts'

/** A value in the one shape every caller gets, with the bytes it was decoded from. */
export interface Payload {
  readonly value: unknown
  /** Empty where nothing is written to L2. */
  readonly bytes: Buffer
  readonly size: Bytes
}

export interface Payloads {
  /**
   * Encodes once and decodes once: a miss returns what a later hit will, and the loader's own object stays its own.
   * `undefined` when the codec can't: the value is returned as it is and not cached.
   */
  encode(value: unknown): Payload | undefined
  /** The same for a value that nobody here is to get: it is not decoded. */
  pack(value: unknown): Omit<Payload, 'value'> | undefined
  /** The value of bytes from L2, or `undefined` when the codec can't read them. */
  decode(bytes: Buffer): { readonly value: unknown } | undefined
}

export function createPayloads(codec: Codec, recorder: Recorder): Payloads {
  const bytesOf = (encoded: Uint8Array | string): Buffer =>
    typeof encoded === 'string'
      ? Buffer.from(encoded, 'utf8')
      : Buffer.from(encoded.buffer, encoded.byteOffset, encoded.byteLength)

  /** What the bytes will be decoded to. Text that is not well formed has lost something on its way to bytes. */
  const shapeOf = (encoded: Uint8Array | string, bytes: Buffer): unknown =>
    typeof encoded === 'string' && codec.decodeText !== undefined && encoded.isWellFormed()
      ? codec.decodeText(encoded)
      : codec.decode(bytes)

  return {
    encode(value) {
      try {
        const encoded = codec.encode(value)
        const bytes = bytesOf(encoded)
        return { value: deepFreeze(shapeOf(encoded, bytes)), bytes, size: bytes.length }
      } catch {
        recorder.incident('encode_error')
        return undefined
      }
    },
    pack(value) {
      try {
        const bytes = bytesOf(codec.encode(value))
        return { bytes, size: bytes.length }
      } catch {
        recorder.incident('encode_error')
        return undefined
      }
    },
    decode(bytes) {
      try {
        return { value: deepFreeze(codec.decode(bytes)) }
      } catch {
        return undefined // the reader counts it as decode_error
      }
    },
  }
}
