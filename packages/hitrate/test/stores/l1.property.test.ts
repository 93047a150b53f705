/** L1 against a map: each entry that went in is either still there, or its departure was told once, with the reason. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ENTRY_OVERHEAD } from '../../src/stores/memory/eviction.ts'
import { createL1, type Departure } from '../../src/stores/memory/l1.ts'
import { type Placed, placed } from './placed.ts'

const action = fc.record({
  what: fc.constantFrom('set', 'set', 'set', 'get', 'get', 'peek', 'delete', 'clear'),
  number: fc.nat(40),
  size: fc.nat(3_000),
})

test('no entry leaves without one departure and its reason, and none makes room for itself', () => {
  fc.assert(
    fc.property(
      fc.array(action, { maxLength: 300 }),
      fc.integer({ min: 500, max: 12_000 }),
      fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined }),
      (actions, maxBytes, maxEntries) => {
        const inside = new Map<string, Placed>()
        let left: [string, object, Departure][] = []
        const l1 = createL1<Placed>({
          maxBytes,
          maxEntries,
          onDeparture: (entry, why) => void left.push([entry.key, entry, why]),
        })
        for (const { what, number, size } of actions) {
          const key = `key ${number}`
          const before = inside.get(key)
          left = []
          if (what === 'get') expect(l1.get(key)).toBe(before)
          else if (what === 'peek') expect(l1.peek(key)).toBe(before)
          else if (what === 'set') {
            const entry = placed(key, size)
            const fits = size + key.length + ENTRY_OVERHEAD <= maxBytes
            expect(l1.set(entry)).toBe(fits)
            expect(left.filter(([, , why]) => why === 'replaced')).toEqual(
              before === undefined ? [] : [[key, before, 'replaced']],
            )
            if (fits) inside.set(key, entry)
            else inside.delete(key)
            for (const [one, gone, why] of left) {
              if (why === 'replaced') continue
              expect([why, one === key]).toEqual(['evicted', false])
              expect(inside.get(one)).toBe(gone)
              inside.delete(one)
            }
          } else {
            const going =
              what === 'clear' ? [...inside] : before === undefined ? [] : [[key, before] as const]
            if (what === 'clear') l1.clear()
            else expect(l1.delete(key)).toBe(before !== undefined)
            expect(new Map(left.map(([one, gone]) => [one, gone]))).toEqual(new Map(going))
            expect(left.every(([, , why]) => why === 'removed')).toBe(true)
            for (const [one] of going) inside.delete(one)
          }
          expect(new Set(l1.keys())).toEqual(new Set(inside.keys()))
        }
      },
    ),
  )
})
