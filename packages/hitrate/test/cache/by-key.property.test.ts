import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByKey } from '../../src/cache/by-key.ts'

const key = fc.constantFrom('a', 'b', 'c', 'd')
const step = fc.oneof(
  fc.record({ does: fc.constant('set' as const), key, value: fc.nat() }),
  fc.record({ does: fc.constant('delete' as const), key }),
)

describe('a map of what is in flight', () => {
  test('holds what a Map would', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const ours = new ByKey<number>()
        const model = new Map<string, number>()
        for (const one of steps) {
          if (one.does === 'set') {
            ours.set(one.key, one.value)
            model.set(one.key, one.value)
          } else {
            ours.delete(one.key)
            model.delete(one.key)
          }
          expect(ours.size).toBe(model.size)
          for (const name of ['a', 'b', 'c', 'd', 'e']) expect(ours.get(name)).toBe(model.get(name))
          expect(new Map(ours)).toEqual(model)
          expect([...ours]).toHaveLength(model.size)
        }
      }),
    )
  })

  test('holds what a Map would, however many come and go', () => {
    const ours = new ByKey<number>()
    const model = new Map<string, number>()
    for (let step = 0; step < 20_000; step++) {
      const name = `k${(step * 7_919) % 2_003}`
      if (step % 5 < 2) {
        ours.set(name, step)
        model.set(name, step)
      } else {
        const gone = `k${(step * 104_729) % 2_003}`
        ours.delete(gone)
        model.delete(gone)
      }
      expect(ours.size).toBe(model.size)
      expect(ours.get(name)).toBe(model.get(name))
      if (step % 1_000 === 0) expect(new Map(ours)).toEqual(model)
    }
  })

  test('is gone through while it changes, as fences do', () => {
    const ours = new ByKey<number>()
    for (const name of ['a', 'b', 'c']) ours.set(name, 1)
    for (const [name] of ours) ours.delete(name)
    expect([ours.size, [...ours]]).toEqual([0, []])
  })
})
