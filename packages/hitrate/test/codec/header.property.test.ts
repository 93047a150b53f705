import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseMarker, parseStored } from '../../src/stores/redis/header.ts'

const BODY = 39

test('any bytes under a key are an entry, a claim or junk, never an error', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 100 }),
    fc.uint8Array({ maxLength: 100 }).map((rest) => Uint8Array.from([0x48, 0x65, 0, ...rest])),
    fc.uint8Array({ maxLength: 30 }).map((rest) => Uint8Array.from([0x48, 0x63, 0, ...rest])),
  )
  fc.assert(
    fc.property(bytes, (given) => {
      const buffer = Buffer.from(given)
      const stored = parseStored(buffer)
      if (stored.kind === 'claim') expect(buffer.length).toBe(23)
      else if (stored.kind === 'entry') {
        expect(stored.body.equals(buffer.subarray(BODY))).toBe(true)
        expect(Number.isNaN(stored.began)).toBe(false)
      } else expect(stored.kind).toBe('junk')
      const marker = parseMarker(buffer)
      if (marker !== undefined) expect([buffer.length, buffer[0]]).toEqual([25, 0x4d])
    }),
    { numRuns: 2_000 },
  )
})

test('an entry whose beginning was damaged is junk, however it was damaged', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1, max: 1e14, noNaN: true }),
      fc.nat(63),
      fc.uint8Array({ minLength: 1, maxLength: 20 }),
      (at, bit, body) => {
        const bytes = Buffer.alloc(BODY + body.length)
        bytes.write('He', 'latin1')
        bytes.writeDoubleBE(at, 23)
        bytes.writeDoubleBE(at, 31)
        bytes.set(body, BODY)
        expect(parseStored(bytes)).toMatchObject({ kind: 'entry', began: at })
        bytes[23 + (bit >> 3)] = (bytes[23 + (bit >> 3)] ?? 0) ^ (1 << (bit & 7))
        expect(parseStored(bytes).kind).toBe('junk')
      },
    ),
    { numRuns: 1_000 },
  )
})
