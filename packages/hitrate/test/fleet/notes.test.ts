import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Card, readCard, writeCard } from '../../src/fleet/card.ts'
import { instancesOf } from '../../src/fleet/instances.ts'
import { readNote, writeNote } from '../../src/fleet/note.ts'

const parcel = fc.uint8Array({ maxLength: 2_000 })
const epoch = fc.nat(2_000_000_000).map((seconds) => seconds * 1_000)

const card: fc.Arbitrary<Card> = fc.record({
  ended: fc.boolean(),
  scale: fc.nat(3),
  startedAt: epoch,
  requestsPerSecond: fc.float({ min: 0, max: 1e9, noNaN: true }),
  hitRate: fc.float({ min: 0, max: 1, noNaN: true }),
  version: fc.constantFrom('', '0.1.0', '10.20.30-beta.1'),
  name: fc.constantFrom('', 'web-1', 'x'.repeat(64)),
})

describe('a note', () => {
  test('is read as it was written', () => {
    fc.assert(
      fc.property(epoch, fc.nat(900_000), parcel, (at, covers, bytes) => {
        const note = readNote(writeNote({ epoch: at, covers, parcel: bytes }))
        expect(note).toMatchObject({ kind: 'parcel', epoch: at, covers })
        if (note.kind === 'parcel') expect(Uint8Array.from(note.parcel)).toEqual(bytes)
      }),
    )
  })

  test('of which a byte changed is none, or of another version', () => {
    fc.assert(
      fc.property(parcel, fc.nat(), fc.integer({ min: 1, max: 255 }), (bytes, at, by) => {
        const note = writeNote({ epoch: 0, covers: 10_000, parcel: bytes })
        const place = at % note.length
        note[place] = (note[place] ?? 0) ^ by
        expect(readNote(note).kind).toBe(place === 1 ? 'foreign' : 'junk')
      }),
    )
  })

  test('is never made of what is none', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => readNote(Buffer.from(bytes)).kind !== 'parcel'))
  })

  test('that would unpack to more than any parcel is none', () => {
    const bomb = writeNote({ epoch: 0, covers: 0, parcel: new Uint8Array(5 * 1024 * 1024) })
    expect(bomb.length).toBeLessThan(2_000)
    expect(readNote(bomb).kind).toBe('junk')
  })
})

describe('a card', () => {
  test('is read as it was written', () => {
    fc.assert(
      fc.property(card, (one) => {
        const { requestsPerSecond, hitRate, ...rest } = one
        const read = readCard(writeCard(one))
        expect(read).toMatchObject(rest)
        expect(read?.requestsPerSecond).toBeCloseTo(requestsPerSecond)
        expect(read?.hitRate).toBeCloseTo(hitRate)
      }),
    )
  })

  test('is small', () => {
    const one = { ended: false, scale: 0, startedAt: 0, requestsPerSecond: 1, hitRate: 1, version: '0.1.0' }
    expect(writeCard({ ...one, name: '' }).length).toBeLessThan(40)
    expect(writeCard({ ...one, name: 'x'.repeat(64) }).length).toBeLessThan(100)
  })

  test('that is none never throws, and its process is shown as unreadable, or missing when it is silent', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(60_000), (bytes, age) => {
        const members = [{ id: 'one', seenAt: 1_000_000 - age, card: Buffer.from(bytes) }]
        const [instance] = instancesOf({ now: 1_000_000, members })
        expect(instance).toMatchObject({ id: 'one', startedAt: null, version: null, ageMs: age })
        expect(instance?.state).toBe(age > 25_000 ? 'missing' : 'unreadable')
      }),
    )
  })
})
