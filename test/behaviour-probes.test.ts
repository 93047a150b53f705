import { expect, test } from 'vitest'
import { countedOutcomes } from '../bench/runner/src/behaviour/probes/counted-outcomes.ts'
import { errorStampede } from '../bench/runner/src/behaviour/probes/error-stampede.ts'
import { invalidationInFlight } from '../bench/runner/src/behaviour/probes/invalidation-in-flight.ts'
import { wiring } from '../bench/runner/src/behaviour/probes/wiring.ts'
import { open as hitrate } from '../bench/runner/src/hitrate.ts'
import type { Item, Open } from '../bench/runner/src/subject.ts'

/** Everybody who finds nothing loads, and stores what comes, whatever has happened meanwhile. */
const naive: Open = ({ load }) => {
  const items = new Map<string, Item>()
  return {
    get: async (key) => {
      const item = items.get(key) ?? (await load(key))
      items.set(key, item)
      return item
    },
    delete: async (key) => items.delete(key),
  }
}

/** Keeps nothing at all. */
const forgetful: Open = ({ load }) => ({ get: load, delete: async () => false })

test('the wiring is checked: a cache that keeps nothing is refused', async () => {
  expect(await wiring(naive, undefined)).toBe('as expected')
  await expect(wiring(forgetful, undefined)).rejects.toThrow('a hit loads nothing')
})

test('an error stampede is seen where it happens', async () => {
  expect(await errorStampede(naive)).toMatchObject({ loads: 20, failed: 20 })
  expect(await errorStampede(hitrate)).toMatchObject({ loads: 1, failed: 20 })
})

test('an old value after a delete is seen where it happens', async () => {
  expect(await invalidationInFlight(naive, undefined)).toEqual({ whileLoading: 'new', afterLoading: 'old' })
  expect(await invalidationInFlight(hitrate, undefined)).toEqual({ whileLoading: 'new', afterLoading: 'new' })
})

test('what a cache counts is shown in its own words, and nothing where it counts nothing', async () => {
  expect(await countedOutcomes(naive)).toEqual({ callers: 100, loads: 100 })
  expect(await countedOutcomes(hitrate)).toEqual({
    callers: 100,
    loads: 1,
    counters: { miss: 1, coalesced: 99 },
  })
})
