import type { Codec } from '../codec/codec.ts'
import { deepFreeze } from '../codec/freeze.ts'
import type { Recorder } from '../metrics/recorder.ts'
import type { Bytes } from '../units.ts'

/** A value in the one shape every caller gets, with what it was decoded from. */
export interface Payload {
  readonly value: unknown
  /** As the codec wrote it; text becomes UTF-8 where it is put among other bytes, so that it is copied once. */
  readonly encoded: Buffer | string
  /** In bytes. */
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
  const encoded = (value: unknown): Payload['encoded'] => {
    const written = codec.encode(value)
    return typeof written === 'string'
      ? written
      : Buffer.from(written.buffer, written.byteOffset, written.byteLength)
  }

  /** Text that is not well formed loses something on its way to bytes. */
  const decoded = (from: Payload['encoded']): unknown => {
    if (typeof from !== 'string') return codec.decode(from)
    if (codec.decodeText !== undefined && from.isWellFormed()) return codec.decodeText(from)
    return codec.decode(Buffer.from(from))
  }

  return {
    encode(value) {
      try {
        const written = encoded(value)
        return { value: deepFreeze(decoded(written)), encoded: written, size: Buffer.byteLength(written) }
      } catch {
        recorder.incident('encode_error')
        return undefined
      }
    },
    pack(value) {
      try {
        const written = encoded(value)
        return { encoded: written, size: Buffer.byteLength(written) }
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
