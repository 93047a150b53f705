import { createHash } from 'node:crypto'
import type { Codec } from '../../../src/codec/codec.ts'
import { jsonCodec } from '../../../src/codec/json.ts'
import type { Milliseconds } from '../../../src/units.ts'

/** What became of an entry after it was stored. */
export type Afterwards = 'expired' | 'being refreshed' | 'given back'

/** What an entry is made of. */
export interface EntryRecipe {
  readonly value: unknown
  readonly codec: keyof typeof CODECS
  readonly tags: readonly string[]
  readonly ttl: Milliseconds
  readonly staleFor: Milliseconds
  readonly loadTook: Milliseconds
  /** By whom: a load, or `set`. */
  readonly by: 'fill' | 'write'
  readonly afterwards?: Afterwards
}

/** Codecs of a user's own, with names of their own: text of another kind, and bytes. */
const base64Codec: Codec = {
  name: 'base64-json',
  accepts: 'any',
  encode: (value) => Buffer.from(JSON.stringify(value)).toString('base64'),
  decode: (bytes): unknown => JSON.parse(Buffer.from(bytes.toString(), 'base64').toString()),
}
const hexCodec: Codec = {
  name: 'bytes of hex digits',
  accepts: 'any',
  encode: (value) => Buffer.from(String(value), 'hex'),
  decode: (bytes): unknown => bytes.toString('hex'),
}

export const CODECS = {
  json: jsonCodec,
  base64: base64Codec,
  hex: hexCodec,
} as const satisfies Record<string, Codec>

/** So that samples are served whenever they are read. */
const CENTURY: Milliseconds = 100 * 365 * 24 * 60 * 60 * 1_000

const entry = (value: unknown, more: Partial<EntryRecipe> = {}): EntryRecipe => ({
  value,
  codec: 'json',
  tags: [],
  ttl: CENTURY,
  staleFor: 0,
  loadTook: 12,
  by: 'fill',
  ...more,
})

/** Bytes that compression makes no smaller, the same each time, as hexadecimal digits. */
function noise(length: number): string {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, index) =>
    createHash('sha256').update(`${index}`).digest('hex'),
  )
  return blocks.join('').slice(0, length * 2)
}

const PRODUCT = { id: 42, title: 'Lamp', price: 19.9, tags: ['light', 'desk'], stock: null, live: false }

/** Entries of every kind. Names stay: samples of old formats are known by them. */
export const ENTRIES: Readonly<Record<string, EntryRecipe>> = {
  'small JSON': entry(PRODUCT),
  null: entry(null),
  'nothing there, kept for long as stale': entry(null, { ttl: 30_000, staleFor: CENTURY }),
  zero: entry(0),
  false: entry(false),
  'an empty text': entry(''),
  'unicode, control characters and half a pair': entry({ 'ключ ü 🛒': 'e\u0301 \u0000 \u2028 \ud800' }),
  'a property called __proto__': entry(JSON.parse('{"__proto__":{"polluted":true}}')),
  'a list of lists': entry([[], [[1, -2.5e-7, 9_007_199_254_740_991]], {}]),
  'long and compressed': entry(Array.from({ length: 200 }, (_, id) => ({ ...PRODUCT, id }))),
  'long and not compressible': entry(noise(6_000), { codec: 'hex' }),
  'one tag': entry(PRODUCT, { tags: ['seller:7'] }),
  'tags of any text': entry(PRODUCT, { tags: ['a b', '*', 'Verkäufer:🛒', 'x'.repeat(1_024)] }),
  'many tags': entry(1, { tags: Array.from({ length: 150 }, (_, index) => `tag:${index}`) }),
  'a custom codec': entry({ of: 'the user' }, { codec: 'base64' }),
  'stale time and a long load': entry('value', { staleFor: CENTURY, loadTook: 86_400_000 }),
  'written by set': entry('set', { by: 'write', loadTook: 0, tags: ['seller:7'] }),
  'expired by key': entry('old', { staleFor: CENTURY, afterwards: 'expired' }),
  'being refreshed': entry('old', { staleFor: CENTURY, afterwards: 'being refreshed' }),
  'given back after a failed refresh': entry('old', { staleFor: CENTURY, afterwards: 'given back' }),
}

/** Claims: made and left alone, or renewed. */
export const CLAIMS = ['a claim', 'a renewed claim'] as const

/** Tags' markers: only made, stamped as deleted, stamped as expired. */
export const MARKERS = ['a marker made', 'a marker deleted', 'a marker expired'] as const
