/** What is lost (a claim, a marker, everything) fails closed; what comes late finds nothing of its own. */
import { type Cache, type CacheOptions, createCache } from 'hitrate'
import { type ManualClock, manualClock } from 'hitrate/testing'
import { beforeEach, describe, expect, test } from 'vitest'
import { createMemoryStore, type MemoryServer, memoryServer } from '../../src/stores/memory/memory-store.ts'
import type { StoreFactory } from '../../src/stores/store.ts'
import { settled } from './world.ts'
import { type Around, createGate, wrapStore } from './wrap-store.ts'

let clock: ManualClock
let server: MemoryServer

beforeEach(() => {
  clock = manualClock()
  server = memoryServer()
})

const l2: StoreFactory = {
  settings: { timeout: 250, maxValueBytes: 1_000_000, compressAbove: 4_096 },
  open(context) {
    context.onAvailability(true)
    return createMemoryStore(context, server)
  },
}

function open(options: CacheOptions = {}, around?: Around): Cache {
  const line = around === undefined ? l2 : wrapStore(l2, around)
  return createCache({ clock, jitter: 0, l1: false, l2: line, ...options })
}

/** A load that has begun and waits to be told its value. */
function loading(cache: Cache, key = 'k', tags: readonly string[] = []) {
  const { promise, resolve } = Promise.withResolvers<unknown>()
  const value = cache.getOrSet(key, () => promise, { tags })
  return { value, answer: resolve }
}

const quiet = async (...caches: readonly Cache[]) => {
  for (const cache of caches) await settled(clock, cache.idle())
}

describe('a load whose claim was lost gives its caller the value and stores nothing', () => {
  const LOSSES: Readonly<Record<string, () => unknown>> = {
    'the claim was evicted': () => server.slots.delete('k'),
    'everything was flushed': () => {
      server.slots.clear()
      server.markers.clear()
      server.instant = undefined
    },
  }
  test.each(Object.entries(LOSSES))('%s', async (_, lose) => {
    const cache = open()
    const { value, answer } = loading(cache)
    await clock.advance(0)
    lose()
    answer('late')
    expect(await settled(clock, value)).toBe('late')
    await quiet(cache)
    expect(server.slots.has('k')).toBe(false)
    expect(await cache.get('k')).toBeUndefined()
  })

  test('the claim expired, because it could not be renewed', async () => {
    const cache = open({}, (operation, work) =>
      operation === 'renew' ? Promise.reject(new Error('unreachable')) : work(),
    )
    const { value, answer } = loading(cache)
    await clock.advance(3_001)
    answer('late')
    expect(await settled(clock, value)).toBe('late')
    await quiet(cache)
    expect(await cache.get('k')).toBeUndefined()
  })

  test('a claim that is renewed lasts as long as its load', async () => {
    const cache = open()
    const { value, answer } = loading(cache)
    await clock.advance(20_000)
    answer('slow')
    expect(await settled(clock, value)).toBe('slow')
    await quiet(cache)
    expect(await cache.get('k')).toBe('slow')
  })

  test('a claim that turns out lost when it is renewed ends the sharing of its load', async () => {
    const cache = open()
    const { value, answer } = loading(cache)
    await clock.advance(0)
    server.slots.delete('k')
    await clock.advance(1_000)
    expect(
      await settled(
        clock,
        cache.getOrSet('k', () => 'anew'),
      ),
    ).toBe('anew')
    answer('late')
    expect(await settled(clock, value)).toBe('late')
    await quiet(cache)
    expect(await cache.get('k')).toBe('anew')
  })
})

describe('a process that was frozen between its load and its fill', () => {
  test('finds its claim taken over, and its fill is refused', async () => {
    const frozen = manualClock()
    const sleeper = open({ clock: frozen, l1: {} })
    const other = open()
    const { value, answer } = loading(sleeper)
    await frozen.advance(0)
    await clock.advance(3_001) // only the others' time passes
    expect(
      await settled(
        clock,
        other.getOrSet('k', () => 'new'),
      ),
    ).toBe('new')
    await quiet(other)
    answer('old')
    expect(await settled(frozen, value)).toBe('old')
    await settled(frozen, sleeper.idle())
    expect(await other.get('k')).toBe('new')
    expect(await sleeper.get('k')).toBe('new')
  })

  test('cannot bring back what was deleted meanwhile', async () => {
    const frozen = manualClock()
    const sleeper = open({ clock: frozen, l1: {} })
    const other = open()
    const { value, answer } = loading(sleeper)
    await frozen.advance(0)
    await clock.advance(10_000)
    await other.delete('k')
    answer('old')
    await settled(frozen, value)
    await settled(frozen, sleeper.idle())
    expect(await other.get('k')).toBeUndefined()
    expect(await sleeper.get('k')).toBeUndefined()
  })
})

describe('a marker that was evicted', () => {
  test('takes the entries of its tag with it', async () => {
    const cache = open()
    await cache.set('k', 1, { tags: ['tag'] })
    await cache.set('other', 2)
    server.markers.delete('tag')
    expect(await cache.getMany(['k', 'other'])).toEqual([undefined, 2])
  })

  test.each(['delete', 'expire'] as const)('after a %s by its tag brings nothing back', async (mode) => {
    const [cache, other] = [open(), open()]
    await settled(
      clock,
      cache.getOrSet('k', () => 'old', { tags: ['tag'] }),
    )
    await quiet(cache)
    await other.invalidate({ tags: ['tag'] }, { mode })
    server.markers.delete('tag')
    expect(await cache.get('k')).toBeUndefined()
    // It is made anew; the old entry must not come alive under it.
    await other.set('k2', 'new', { tags: ['tag'] })
    expect(await cache.getMany(['k', 'k2'])).toEqual([undefined, 'new'])
  })

  test('while a load of its tag is in flight: what was invalidated stays void', async () => {
    const [cache, other] = [open(), open()]
    await settled(
      clock,
      cache.getOrSet('first', () => 0, { tags: ['tag'] }),
    )
    const { value, answer } = loading(cache, 'k', ['tag'])
    await clock.advance(0)
    await other.invalidate({ tags: ['tag'] })
    server.markers.delete('tag')
    answer('old')
    await settled(clock, value)
    await quiet(cache)
    expect(await cache.get('k')).toBeUndefined()
    expect(await other.get('k')).toBeUndefined()
  })

  test('of the whole cache empties it, and it fills again', async () => {
    const cache = open()
    const ask = async (value: string) => {
      const answer = await settled(
        clock,
        cache.getOrSet('k', () => value),
      )
      await quiet(cache)
      return answer
    }
    await ask('old')
    server.markers.delete('')
    server.instant = undefined
    expect(await ask('new')).toBe('new')
    expect(await ask('newer')).toBeOneOf(['new', 'newer'])
    expect(await ask('newest')).not.toBe('newest')
  })
})

test('an entry whose tag has a marker of another nonce is dead', async () => {
  const cache = open()
  await cache.set('k', 1, { tags: ['tag'] })
  const marker = server.markers.get('tag')
  if (marker === undefined) throw new Error('no marker was made')
  server.markers.set('tag', { ...marker, value: { ...marker.value, nonce: 'another!' } })
  expect(await cache.get('k')).toBeUndefined()
})

describe('an invalidation that L2 has not carried out yet', () => {
  test.each([
    ['delete', 'delete by key', (cache: Cache) => cache.delete('k')],
    ['expire', 'expire by key', (cache: Cache) => cache.expire('k')],
    ['delete', 'delete by pattern', (cache: Cache) => cache.invalidate({ pattern: '*' })],
    ['stampMarkers', 'delete by tag', (cache: Cache) => cache.invalidate({ tags: ['tag'] })],
    ['stampMarkers', 'delete of all', (cache: Cache) => cache.invalidate('all')],
  ] as const)(
    'holds %s: what is read meanwhile does not outlast the %s',
    async (operation, _, invalidate) => {
      const gate = createGate()
      const cache = open({ l1: {} }, gate.around)
      await cache.set('k', 'old', { tags: ['tag'] })
      gate.hold(operation, 'operation')
      const invalidating = invalidate(cache)
      await clock.advance(0)
      expect(await cache.get('k')).toBe('old') // it has not resolved
      gate.open()
      expect(await settled(clock, invalidating)).toMatchObject({ delivered: true })
      expect(await cache.get('k')).toBeUndefined()
    },
  )
})

describe('in another process L1 is believed for a second', () => {
  test('from when a read was sent, not from when it was answered', async () => {
    const gate = createGate()
    const [cache, other] = [open({ l1: {} }, gate.around), open()]
    await other.set('k', 'old')
    gate.hold('read')
    const reading = cache.get('k')
    await clock.advance(0)
    await other.delete('k')
    await clock.advance(200)
    gate.open()
    expect(await settled(clock, reading)).toBe('old')
    await clock.advance(800)
    expect(await cache.get('k')).toBeUndefined()
  })

  test('from when its tags were last known, not from when it was read', async () => {
    const [cache, other] = [open({ l1: {} }), open()]
    for (const key of ['first', 'k']) await other.set(key, 'old', { tags: ['tag'] })
    await cache.get('first')
    await clock.advance(300)
    await other.invalidate({ tags: ['tag'] })
    await clock.advance(100)
    expect(await cache.get('k')).toBe('old')
    await clock.advance(900)
    expect(await cache.get('k')).toBeUndefined()
  })

  test('from the end of a load, whose tags are read once more then', async () => {
    const [cache, other] = [open({ l1: {} }), open()]
    await settled(
      clock,
      cache.getOrSet('first', () => 1),
    )
    await quiet(cache)
    const { value, answer } = loading(cache)
    await clock.advance(100)
    await other.invalidate('all')
    await clock.advance(300)
    answer('old')
    expect(await settled(clock, value)).toBe('old')
    await quiet(cache)
    await clock.advance(700)
    expect(await cache.get('k')).toBeUndefined()
  })
})

describe('a set', () => {
  test('is kept although its markers were lost: they are made anew', async () => {
    const cache = open()
    for (const lose of [() => server.markers.clear(), () => server.markers.delete('tag')]) {
      await cache.set('k', 'old', { tags: ['tag'] })
      lose()
      expect(await cache.set('k', 'new', { tags: ['tag'] })).toEqual({ count: 1, delivered: true })
      expect(await cache.get('k')).toBe('new')
    }
  })

  test('is not undone by a load that began before it, wherever that ends', async () => {
    for (const l1 of [false, {}] as const) {
      const [cache, other] = [open({ l1 }), open({ l1 })]
      const { value, answer } = loading(cache)
      await clock.advance(0)
      await other.set('k', 'set')
      answer('loaded')
      expect(await settled(clock, value)).toBe('loaded')
      await quiet(cache, other)
      expect(await cache.get('k')).toBe('set')
      expect(await other.get('k')).toBe('set')
      await cache.delete('k')
    }
  })

  test('is not undone in L1 by a read that brought what was there before', async () => {
    const gate = createGate()
    const cache = open({ l1: { maxEntries: 1 } }, gate.around)
    await open().set('k', 'old')
    gate.hold('ensureMarkers', 'operation')
    const setting = cache.set('k', 'new', { tags: ['unknown yet'] })
    await clock.advance(0)
    // The new value leaves L1 to make room, and what L2 still has comes in.
    await cache.set('other', 1)
    expect(await cache.get('k')).toBe('old')
    gate.open()
    await settled(clock, setting)
    expect(await cache.get('k')).toBe('new')
  })

  test('of two by two processes the last to reach L2 wins for both', async () => {
    const [cache, other] = [open({ l1: {} }), open({ l1: {} })]
    await Promise.all([cache.set('k', 'first'), other.set('k', 'second')])
    await clock.advance(1_000)
    expect([await cache.get('k'), await other.get('k')]).toEqual(['second', 'second'])
  })
})

describe('a value that is deleted while a lookup reads it', () => {
  test.each([
    ['stale', {}, 60_001],
    ['due for an early refresh', { earlyRefresh: 0.5 }, 40_000],
  ] as const)('%s: is not passed on by the refresh that lookup starts', async (_, options, age) => {
    for (const remove of [
      (cache: Cache) => cache.delete('k'),
      (cache: Cache) => cache.invalidate({ pattern: '*' }),
      (cache: Cache) => cache.invalidate('all'),
    ]) {
      const gate = createGate()
      const cache = open({ l1: {}, ttl: 60_000, staleFor: 600_000, ...options }, gate.around)
      await cache.set('k', 'old')
      await clock.advance(age)
      gate.hold('read')
      const refresh = Promise.withResolvers<string>()
      const first = cache.getOrSet('k', () => refresh.promise)
      await clock.advance(0)
      await remove(cache)
      gate.open()
      await clock.advance(0)
      const second = cache.getOrSet('k', () => refresh.promise)
      const third = cache.getOrSet('k', () => Promise.reject(new Error('down')), { softTimeout: '10ms' })
      await clock.advance(20)
      refresh.resolve('new')
      expect(await settled(clock, first)).toBeOneOf(['old', 'new']) // it began before
      expect(await settled(clock, second)).toBe('new')
      expect(await settled(clock, third)).toBe('new')
      await quiet(cache)
      expect(await cache.get('k')).toBe('new')
    }
  })

  test('is not what its lookup falls back on when the load fails', async () => {
    const gate = createGate()
    const cache = open({ ttl: 60_000, staleFor: 600_000 }, gate.around)
    await cache.set('k', 'old')
    await clock.advance(60_001)
    gate.hold('read')
    const down = () => Promise.reject(new Error('down'))
    const lookup = cache.getOrSet('k', down, { softTimeout: '1h' })
    lookup.catch(() => undefined)
    await clock.advance(0)
    await cache.delete('k')
    gate.open()
    await expect(settled(clock, lookup)).rejects.toThrow('down')
  })
})
