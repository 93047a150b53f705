/** Whatever comes, what is kept stays within its bounds. */
import fc from 'fast-check'
import { createCache } from 'hitrate'
import { manualClock, memoryL2 } from 'hitrate/testing'
import { describe, expect, test } from 'vitest'
import { createCoherence, IN_PROCESS } from '../../src/cache/coherence.ts'
import { createDepartures } from '../../src/cache/departures.ts'
import { createEntryMaker, type Entry, freshness } from '../../src/cache/entry.ts'
import { createFence } from '../../src/cache/fence.ts'
import { createMarkers, type Marker } from '../../src/cache/markers.ts'
import { createReadLedger } from '../../src/cache/read-ledger.ts'
import { createMetrics } from '../../src/metrics/create.ts'
import { ENTRY_OVERHEAD } from '../../src/stores/memory/eviction.ts'
import { createL1 } from '../../src/stores/memory/l1.ts'
import { wrapStore } from '../fence/wrap-store.ts'
import { type Placed, placed } from '../stores/placed.ts'

const clock = manualClock()
const { recorder } = createMetrics({ clock })
const coherence = createCoherence({ staleBound: 2_000, onDisconnect: 'serve', l1: {} })
const makeEntry = createEntryMaker({ clock, earlyRefresh: undefined, coherence })

function entryOf(seq: number, markers: readonly Marker[] = []): Entry {
  return makeEntry({
    key: 'k',
    value: null,
    size: 4,
    pattern: recorder.patternOf('k'),
    began: clock.now(),
    ttl: 60_000,
    staleFor: 0,
    loadTook: 0,
    asOf: clock.now(),
    expired: false,
    version: undefined,
    link: IN_PROCESS,
    seq,
    markers,
  })
}

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `tag ${index}`)

describe('L1', () => {
  const number = fc.nat(30)
  const action = fc.oneof(
    { weight: 6, arbitrary: fc.record({ what: fc.constant('set'), number, size: fc.nat(4_000) }) },
    {
      weight: 4,
      arbitrary: fc.record({
        what: fc.constantFrom('get', 'get', 'delete', 'clear'),
        number,
        size: fc.constant(0),
      }),
    },
  )

  test('never holds more bytes or entries than it may, and tells of each entry that left', () => {
    fc.assert(
      fc.property(
        fc.array(action, { maxLength: 120 }),
        fc.integer({ min: 1, max: 12_000 }),
        fc.option(fc.integer({ min: 1, max: 10 }), { nil: undefined }),
        (actions, maxBytes, maxEntries) => {
          const inside = new Map<string, Placed>()
          const l1 = createL1<Placed>({
            maxBytes,
            maxEntries,
            onDeparture: (entry) => inside.get(entry.key) === entry && inside.delete(entry.key),
          })
          for (const { what, number, size } of actions) {
            const key = `key ${number}`
            const before = inside.get(key)
            if (what === 'set') {
              const entry = placed(key, size)
              inside.set(key, entry)
              const taken = l1.set(entry)
              expect(taken).toBe(size + key.length + ENTRY_OVERHEAD <= maxBytes)
              if (!taken) inside.delete(key)
            } else if (what === 'get') expect(l1.get(key)).toBe(before)
            else if (what === 'delete') expect(l1.delete(key)).toBe(before !== undefined)
            else l1.clear()
            let bytes = 0
            for (const [one, entry] of inside) bytes += entry.size + one.length + ENTRY_OVERHEAD
            expect(l1.size()).toEqual({ sizeBytes: bytes, entries: inside.size })
            expect(bytes).toBeLessThanOrEqual(maxBytes)
            expect(inside.size).toBeLessThanOrEqual(maxEntries ?? Number.POSITIVE_INFINITY)
          }
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('the table of markers', () => {
  /** 10 000 that nobody holds, the whole cache's, and the one held below. */
  const MAX = 10_002

  test('stays bounded however many tags are named, and keeps those that entries hold', () => {
    const markers = createMarkers(createFence())
    const held = markers.of(['held'])
    markers.hold(held)
    for (const name of names(50_000)) markers.named(name)
    expect(markers.size()).toBeLessThanOrEqual(MAX)
    expect(markers.of(['held'])).toEqual(held)
    markers.drop(held)
    for (const name of names(50_000)) markers.named(name)
    expect(markers.named('held')).not.toBe(held[1])
  })

  test('fails closed when it forgets: what began before an invalidation stays void', () => {
    const fence = createFence()
    const markers = createMarkers(fence)
    const began = fence.next()
    const inFlight = entryOf(fence.next(), markers.of(['tag']))
    markers.stamp(markers.named('tag'), 'delete')
    markers.stamp(markers.named('other'), 'expire')
    for (const name of names(50_000)) markers.named(name)
    expect(freshness(entryOf(began, markers.of(['tag'])), clock.now())).toBe('dead')
    expect(freshness(entryOf(began, markers.of(['other'])), clock.now())).toBe('dead')
    expect(freshness(inFlight, clock.now())).toBe('dead')
    expect(freshness(entryOf(fence.next(), markers.of(['tag'])), clock.now())).toBe('fresh')
  })

  test('forgets nothing of an invalidation of more tags than it remembers', async () => {
    for (const l2 of [undefined, memoryL2()]) {
      const cache = createCache({ clock, l2, jitter: 0 })
      const tags = names(22_000)
      const some = ['tag 0', 'tag 9999', 'tag 10000', 'tag 21999']
      const { promise, resolve } = Promise.withResolvers<string>()
      const loads = some.map((tag) => cache.getOrSet(`in flight ${tag}`, () => promise, { tags: [tag] }))
      await clock.advance(0)
      await cache.invalidate({ tags })
      resolve('old')
      await Promise.all(loads)
      await cache.idle()
      const keys = some.map((tag) => `in flight ${tag}`)
      expect(await cache.getMany(keys)).toEqual(keys.map(() => undefined))
      await cache.close()
    }
  })

  test('remembers, when it forgets, that an invalidation did not reach L2', async () => {
    let down = false
    const l2 = wrapStore(memoryL2(), (operation, work) =>
      down && operation === 'stampMarkers' ? Promise.reject(new Error('down')) : work(),
    )
    for (const mode of ['delete', 'expire'] as const) {
      down = false
      const cache = createCache({ clock, l2, l1: false, jitter: 0 })
      await cache.set('k', 'old', { tags: ['tag'] })
      await clock.advance(1)
      down = true
      expect(await cache.invalidate({ tags: ['tag'] }, { mode })).toMatchObject({ delivered: false })
      down = false
      expect(await cache.get('k')).toBeUndefined()
      await cache.invalidate({ tags: names(30_000) })
      await cache.invalidate({ tags: ['one more'] })
      expect(await cache.get('k')).toBeUndefined()
      await cache.close()
    }
  })
})

test('of keys that left so many are remembered, the latest', () => {
  const departures = createDepartures()
  for (let index = 0; index < 35_000; index++) departures.note(`key ${index}`, 'evicted')
  expect(departures.take('key 19999')).toBeUndefined()
  expect(departures.take('key 20000')).toBe('evicted')
  expect(departures.take('key 34999')).toBe('evicted')
  expect(departures.take('key 34999')).toBeUndefined()
})

test('of warmed keys so many are watched for their first read, the latest', () => {
  const ledger = createReadLedger()
  const reads = { read: 0 }
  const entries = Array.from({ length: 35_000 }, (_, index) => entryOf(index))
  entries.forEach((entry, index) => {
    ledger.watch(`key ${index}`, reads, undefined)
    ledger.attach(`key ${index}`, entry)
  })
  for (const round of [1, 2]) {
    entries.forEach((entry, index) => {
      ledger.hit(`key ${index}`, entry)
    })
    expect([round, reads.read]).toEqual([round, 15_000])
  }
})
