import type { Codec } from './codec.ts'

/**
 * JSON, the default. What it can't hold (`Date`, `Map`, `bigint`, cycles) the types refuse where they can see it; what
 * they can't see throws here, and the value is returned without being cached.
 */
export const jsonCodec: Codec<'json'> = Object.freeze({
  name: 'json',
  accepts: 'json',
  encode(value: unknown): string {
    const text: string | undefined = JSON.stringify(value)
    if (text === undefined) throw new TypeError(`JSON can't hold a ${typeof value}`)
    return text
  },
  // `__proto__` in the text becomes an own property of the result: JSON.parse pollutes nothing.
  decode: (bytes: Buffer): unknown => JSON.parse(bytes.toString()),
  decodeText: (text: string): unknown => JSON.parse(text),
} as const)
