/**
 * What kinds of values a codec stores: `json`, checked by the types where they can see it; `any`: the codec's own
 * business.
 */
export const VALUE_KINDS = ['json', 'any'] as const
export type ValueKind = (typeof VALUE_KINDS)[number]

/** How values become bytes and come back. Both directions may throw: a value that can't be encoded is not cached. */
export interface Codec<K extends ValueKind = ValueKind> {
  /** For messages. */
  readonly name: string
  readonly accepts: K
  /** The value's bytes, or text that is stored as UTF-8. */
  encode(value: unknown): Uint8Array | string
  /** A new value each time: nothing it returns may be shared with what was encoded. */
  decode(bytes: Buffer): unknown
  /** The value of text that `encode` has returned, which spares a way through bytes; default: its bytes are decoded. */
  decodeText?(text: string): unknown
}
