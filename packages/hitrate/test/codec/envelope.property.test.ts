import { crc32, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Envelope,
  type EnvelopeFields,
  type EnvelopeFormat,
  MAX_TAG_BYTES,
  readEnvelope,
  writeEnvelope,
} from '../../src/codec/envelope.ts'

const FORMAT: EnvelopeFormat = { codecName: 'json', compressAbove: 4_096, maxValueBytes: 1_000_000 }

const nonce = fc
  .uint8Array({ minLength: 8, maxLength: 8 })
  .map((bytes) => Buffer.from(bytes).toString('latin1'))
const tag = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 30 })
  .filter((text) => Buffer.byteLength(text) <= MAX_TAG_BYTES)
const fields: fc.Arbitrary<EnvelopeFields> = fc.record({
  ttl: fc.nat(2 ** 40),
  staleFor: fc.nat(2 ** 40),
  loadTook: fc.nat(2 ** 32 - 1),
  allNonce: nonce,
  tags: fc.array(fc.record({ tag, nonce }), { maxLength: 5 }),
})
const value = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  // Long enough to be compressed, and text that gets smaller.
  fc.string({ minLength: 1, maxLength: 20 }).map((text) => Buffer.from(text.repeat(500))),
)

/** The header's checksum made right again: damage that a checksum can't see. */
function resealed(bytes: Buffer): Buffer {
  const sealed = Buffer.from(bytes)
  sealed.writeUInt32BE(crc32(sealed.subarray(4), crc32(FORMAT.codecName)), 0)
  return sealed
}

describe('the envelope', () => {
  test('gives back what was put in', () => {
    fc.assert(
      fc.property(fields, value, (given, bytes) => {
        const { value: read, ...rest } = readEnvelope(writeEnvelope(given, bytes, FORMAT), FORMAT) ?? fail()
        expect(rest).toEqual(given)
        expect(Buffer.compare(read, bytes)).toBe(0)
      }),
      { numRuns: 500 },
    )
  })

  test('holds text as its UTF-8', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.string().map((some) => some.repeat(500)),
    )
    fc.assert(
      fc.property(fields, text, (given, one) => {
        const written = writeEnvelope(given, one, FORMAT)
        expect(Buffer.compare(written, writeEnvelope(given, Buffer.from(one), FORMAT))).toBe(0)
      }),
      { numRuns: 500 },
    )
  })

  test('rounds times to whole milliseconds, and holds the longest', () => {
    const given = { ttl: 1.4, staleFor: 2 ** 60, loadTook: 2 ** 40, allNonce: 'n'.repeat(8), tags: [] }
    const read = readEnvelope(writeEnvelope(given, Buffer.from('1'), FORMAT), FORMAT)
    expect(read).toMatchObject({ ttl: 1, staleFor: 2 ** 48 - 1, loadTook: 2 ** 32 - 1 })
  })

  test('with one bit flipped, or any 32 in a row changed, is damaged', () => {
    fc.assert(
      fc.property(
        fields,
        value,
        fc.nat(),
        fc.integer({ min: 1, max: 2 ** 32 - 1 }),
        (given, bytes, at, change) => {
          const whole = writeEnvelope(given, bytes, FORMAT)
          const flipped = Buffer.from(whole)
          const bit = at % (whole.length * 8)
          flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
          expect(readEnvelope(flipped, FORMAT)).toBeUndefined()
          const burst = Buffer.from(whole)
          const from = at % (whole.length - 3)
          burst.writeUInt32BE((burst.readUInt32BE(from) ^ change) >>> 0, from)
          expect(readEnvelope(burst, FORMAT)).toBeUndefined()
        },
      ),
      { numRuns: 500 },
    )
  })

  test('cut short anywhere, or with something behind it, is damaged', () => {
    fc.assert(
      fc.property(
        fields,
        value,
        fc.nat(),
        fc.uint8Array({ minLength: 1, maxLength: 20 }),
        (given, bytes, at, more) => {
          const whole = writeEnvelope(given, bytes, FORMAT)
          expect(readEnvelope(whole.subarray(0, at % whole.length), FORMAT)).toBeUndefined()
          expect(readEnvelope(Buffer.concat([whole, more]), FORMAT)).toBeUndefined()
        },
      ),
      { numRuns: 500 },
    )
  })

  test('of random bytes never throws, not even when their checksum is right', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(readEnvelope(Buffer.from(bytes), FORMAT)).toBeUndefined()
        const sealed = bytes.length < 4 ? Buffer.from(bytes) : resealed(Buffer.from(bytes))
        const read: Envelope | undefined = readEnvelope(sealed, FORMAT)
        if (read !== undefined) expect(read.value.length).toBeLessThanOrEqual(bytes.length)
      }),
      { numRuns: 2_000 },
    )
  })

  test('damaged behind a right checksum never throws and never reads beyond its end', () => {
    fc.assert(
      fc.property(fields, value, fc.nat(), fc.nat(255), (given, bytes, at, byte) => {
        const changed = writeEnvelope(given, bytes, FORMAT)
        changed[4 + (at % (changed.length - 4))] = byte
        const read = readEnvelope(resealed(changed), FORMAT)
        if (read !== undefined) expect(read.value.length).toBeLessThanOrEqual(FORMAT.maxValueBytes)
      }),
      { numRuns: 1_000 },
    )
  })

  test('written by another codec is damaged', () => {
    fc.assert(
      fc.property(fields, value, (given, bytes) => {
        const written = writeEnvelope(given, bytes, { ...FORMAT, codecName: 'msgpack' })
        expect(readEnvelope(written, FORMAT)).toBeUndefined()
      }),
    )
  })
})

describe('compression', () => {
  const none: EnvelopeFields = { ttl: 1, staleFor: 0, loadTook: 0, allNonce: 'n'.repeat(8), tags: [] }
  const HEAD = 35
  const written = (bytes: Buffer, format: EnvelopeFormat = FORMAT) => writeEnvelope(none, bytes, format)

  test('begins at the threshold', () => {
    expect(written(Buffer.alloc(4_095, 'a')).length).toBe(HEAD + 4_095)
    expect(written(Buffer.alloc(4_096, 'a')).length).toBeLessThan(HEAD + 100)
    expect(written(Buffer.alloc(100_000, 'a'), { ...FORMAT, compressAbove: Infinity }).length).toBe(
      HEAD + 100_000,
    )
  })

  test('is kept only when it makes the value smaller', () => {
    const random = Buffer.from(
      Array.from({ length: 10_000 }, (_, index) => Math.imul(index, 2_654_435_761) >>> 13),
    )
    const packed = zstdCompressSync(random)
    const incompressible = Buffer.concat([packed, packed.subarray(10)])
    for (const bytes of [incompressible, packed]) {
      const whole = writeEnvelope(none, bytes, { ...FORMAT, compressAbove: 0 })
      expect(whole.length).toBeLessThanOrEqual(HEAD + bytes.length)
      expect(readEnvelope(whole, FORMAT)?.value.equals(bytes)).toBe(true)
    }
    expect(written(Buffer.alloc(0), { ...FORMAT, compressAbove: 0 }).length).toBe(HEAD)
  })

  test('can be read by a process with another threshold', () => {
    const bytes = Buffer.alloc(5_000, 'abc')
    const whole = written(bytes)
    const read = readEnvelope(whole, { ...FORMAT, compressAbove: Infinity })
    expect(read?.value.equals(bytes)).toBe(true)
  })

  test('a bomb is refused before it is unpacked: longer than it says, or than anything may be', () => {
    const bomb = zstdCompressSync(Buffer.alloc(50_000_000))
    expect(bomb.length).toBeLessThan(10_000)
    const honest = written(Buffer.alloc(4_096))
    for (const length of [
      0,
      1,
      4_096,
      FORMAT.maxValueBytes,
      FORMAT.maxValueBytes + 1,
      50_000_000,
      2 ** 32 - 1,
    ]) {
      const forged = Buffer.concat([honest.subarray(0, HEAD), bomb])
      forged.writeUInt32BE(length, 21)
      const before = process.memoryUsage().arrayBuffers
      expect(readEnvelope(resealed(forged), FORMAT)).toBeUndefined()
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10_000_000)
    }
  })
})

function fail(): never {
  throw new Error('the envelope could not be read')
}
