import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pick, seededRandom, stableHash, stablePick, zipf } from '../../src/catalogue/chance.ts'

describe('chance that can be repeated', () => {
  it('gives the same numbers for the same seed, all in [0, 1)', () => {
    const [one, same, other] = [seededRandom(7), seededRandom(7), seededRandom(8)]
    const numbers = Array.from({ length: 1000 }, () => one())
    expect(Array.from({ length: 1000 }, () => same())).toEqual(numbers)
    expect(Array.from({ length: 1000 }, () => other())).not.toEqual(numbers)
    expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true)
  })

  it('spreads stable picks evenly over what there is', () => {
    const counts = new Map<number, number>()
    const items = Array.from({ length: 10 }, (_, index) => index)
    for (let code = 0; code < 10_000; code++) {
      const item = stablePick(items, `2${code}A`)
      counts.set(item, (counts.get(item) ?? 0) + 1)
    }
    // 1000 each; a fair draw strays by 30 or so (its standard deviation).
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150)
    expect(stableHash('85123A')).not.toBe(stableHash('85123a'))
  })

  it('refuses to pick from nothing', () => {
    expect(() => pick([], Math.random)).toThrow(RangeError)
  })

  it('draws ranks by Zipf: within bounds, the first one most, by its law', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.integer(), (size, seed) => {
        const draw = zipf(size, seededRandom(seed))
        for (let drawn = 0; drawn < 50; drawn++) {
          const rank = draw()
          expect(Number.isInteger(rank) && rank >= 0 && rank < size).toBe(true)
        }
      }),
    )
    const counts = new Array<number>(100).fill(0)
    const draw = zipf(100, seededRandom(1))
    for (let drawn = 0; drawn < 100_000; drawn++) {
      const rank = draw()
      counts[rank] = (counts[rank] ?? 0) + 1
    }
    // The harmonic number of 100 is 5.19: rank 0 gets 1/5.19 of all, rank 9 a tenth of that.
    expect(counts[0]).toBeGreaterThan(18_800)
    expect(counts[0]).toBeLessThan(19_800)
    expect(counts[9]).toBeGreaterThan(1_750)
    expect(counts[9]).toBeLessThan(2_100)
  })
})
