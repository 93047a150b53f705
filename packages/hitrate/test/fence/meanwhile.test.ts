/** What happens while something else is on its way: invalidations, sets, reads. */
import type { Cache } from 'hitrate'
import { beforeEach, describe, expect, test } from 'vitest'
import { lookedUp } from '../coherence/fleet.ts'
import { type OnOneServer, onOneServer } from './on-one-server.ts'
import { settled } from './world.ts'
import { type Around, createGate, type Gate } from './wrap-store.ts'

let on: OnOneServer

beforeEach(() => {
  on = onOneServer()
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
      const cache = on.open({ l1: {} }, gate.around)
      await cache.set('k', 'old', { tags: ['tag'] })
      gate.hold(operation, 'operation')
      const invalidating = invalidate(cache)
      await on.clock.advance(0)
      expect(await cache.get('k')).toBe('old') // it has not resolved
      gate.open()
      expect(await settled(on.clock, invalidating)).toMatchObject({ delivered: true })
      expect(await cache.get('k')).toBeUndefined()
    },
  )
})

describe('in another process that is not told of changes, L1 is believed for the bound', () => {
  const untold = { l1: {}, coherence: 'none', staleBound: 1_000 } as const

  test('from when a read was sent, not from when it was answered', async () => {
    const gate = createGate()
    const [cache, other] = [on.open(untold, gate.around), on.open()]
    await other.set('k', 'old')
    gate.hold('read')
    const reading = cache.get('k')
    await on.clock.advance(0)
    await other.delete('k')
    await on.clock.advance(200)
    gate.open()
    expect(await settled(on.clock, reading)).toBe('old')
    await on.clock.advance(800)
    expect(await cache.get('k')).toBeUndefined()
  })

  test('from when its tags were last known, not from when it was read', async () => {
    const [cache, other] = [on.open(untold), on.open()]
    for (const key of ['first', 'k']) await other.set(key, 'old', { tags: ['tag'] })
    await cache.get('first')
    await on.clock.advance(300)
    await other.invalidate({ tags: ['tag'] })
    await on.clock.advance(100)
    expect(await cache.get('k')).toBe('old')
    await on.clock.advance(900)
    expect(await cache.get('k')).toBeUndefined()
  })

  test('from the end of a load, whose tags are read once more then', async () => {
    const [cache, other] = [on.open(untold), on.open()]
    await settled(
      on.clock,
      cache.getOrSet('first', () => 1),
    )
    await on.quiet(cache)
    const { value, answer } = on.loading(cache)
    await on.clock.advance(100)
    await other.invalidate('all')
    await on.clock.advance(300)
    answer('old')
    expect(await settled(on.clock, value)).toBe('old')
    await on.quiet(cache)
    await on.clock.advance(700)
    expect(await cache.get('k')).toBeUndefined()
  })
})

describe('a set', () => {
  test('is kept although its markers were lost: they are made anew', async () => {
    const cache = on.open()
    for (const lose of [() => on.server.markers.clear(), () => on.server.markers.delete('tag')]) {
      await cache.set('k', 'old', { tags: ['tag'] })
      lose()
      expect(await cache.set('k', 'new', { tags: ['tag'] })).toEqual({ count: 1, delivered: true })
      expect(await cache.get('k')).toBe('new')
    }
  })

  test('is not undone by a load that began before it, wherever that ends', async () => {
    for (const l1 of [false, {}] as const) {
      const [cache, other] = [on.open({ l1 }), on.open({ l1 })]
      const { value, answer } = on.loading(cache)
      await on.clock.advance(0)
      await other.set('k', 'set')
      answer('loaded')
      expect(await settled(on.clock, value)).toBe('loaded')
      await on.quiet(cache, other)
      expect(await cache.get('k')).toBe('set')
      expect(await other.get('k')).toBe('set')
      await cache.delete('k')
    }
  })

  test('is not undone in L1 by a read that brought what was there before', async () => {
    const gate = createGate()
    const cache = on.open({ l1: { maxEntries: 1 } }, gate.around)
    await on.open().set('k', 'old')
    gate.hold('ensureMarkers', 'operation')
    const setting = cache.set('k', 'new', { tags: ['unknown yet'] })
    await on.clock.advance(0)
    // The new value leaves L1 to make room, and what L2 still has comes in.
    await cache.set('other', 1)
    expect(await cache.get('k')).toBe('old')
    gate.open()
    await settled(on.clock, setting)
    expect(await cache.get('k')).toBe('new')
  })

  test('of two by two processes the last to reach L2 wins for both', async () => {
    const [cache, other] = [on.open({ l1: {} }), on.open({ l1: {} })]
    await Promise.all([cache.set('k', 'first'), other.set('k', 'second')])
    await on.clock.advance(1_000)
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
      const cache = on.open({ l1: {}, ttl: 60_000, staleFor: 600_000, ...options }, gate.around)
      await cache.set('k', 'old')
      await on.clock.advance(age)
      gate.hold('read')
      const refresh = Promise.withResolvers<string>()
      const first = cache.getOrSet('k', () => refresh.promise)
      await on.clock.advance(0)
      await remove(cache)
      gate.open()
      await on.clock.advance(0)
      const second = cache.getOrSet('k', () => refresh.promise)
      const third = cache.getOrSet('k', () => Promise.reject(new Error('down')), { softTimeout: '10ms' })
      await on.clock.advance(20)
      refresh.resolve('new')
      expect(await settled(on.clock, first)).toBeOneOf(['old', 'new']) // it began before
      expect(await settled(on.clock, second)).toBe('new')
      expect(await settled(on.clock, third)).toBe('new')
      await on.quiet(cache)
      expect(await cache.get('k')).toBe('new')
    }
  })

  test('is not what its lookup falls back on when the load fails', async () => {
    const gate = createGate()
    const cache = on.open({ ttl: 60_000, staleFor: 600_000 }, gate.around)
    await cache.set('k', 'old')
    await on.clock.advance(60_001)
    gate.hold('read')
    const down = () => Promise.reject(new Error('down'))
    const lookup = cache.getOrSet('k', down, { softTimeout: '1h' })
    lookup.catch(() => undefined)
    await on.clock.advance(0)
    await cache.delete('k')
    gate.open()
    await expect(settled(on.clock, lookup)).rejects.toThrow('down')
  })
})

describe('a value that is expired while a refresh of it claims its key', () => {
  test.each([
    ['by key', (cache: Cache) => cache.expire('k')],
    ['by pattern', (cache: Cache) => cache.invalidate({ pattern: '*' }, { mode: 'expire' })],
  ] as const)('%s: is not served where nothing is served stale', async (_, expire) => {
    for (const [staleFor, given] of [
      [0, ['new', 'coalesced']],
      ['1h', ['old', 'stale']],
    ] as const) {
      const gate = createGate()
      const cache = on.open({ ttl: 60_000, staleFor, earlyRefresh: 0.5 }, gate.around)
      await cache.set('k', 'old')
      await on.clock.advance(40_000)
      gate.hold('claim')
      expect(await cache.getOrSet('k', () => 'new')).toBe('old')
      await on.clock.advance(0)
      expect(gate.holding).toBe(true)
      await expire(cache)
      const second = lookedUp(cache, () => cache.getOrSet('k', () => 'another'))
      await on.clock.advance(0)
      gate.open()
      expect(await settled(on.clock, second)).toEqual(given)
      await cache.delete('k')
      await on.quiet(cache)
    }
  })
})

describe('without L1, a stale value that another process deletes while its refresh claims it', () => {
  async function refreshing(befall: (gate: Gate) => void, failing: () => boolean) {
    const gate = createGate()
    const around: Around = (operation, work) =>
      gate.around(operation, () =>
        (operation === 'claim' || operation === 'release') && failing()
          ? Promise.reject(new Error('failed'))
          : work(),
      )
    const [cache, other] = [on.open({ ttl: 60_000, staleFor: '1h' }, around), on.open()]
    await cache.set('k', 'old')
    await on.clock.advance(60_001)
    befall(gate)
    const origin = Promise.withResolvers<string>()
    const ask = () => lookedUp(cache, () => cache.getOrSet('k', () => origin.promise))
    expect(await ask()).toEqual(['old', 'stale'])
    await on.clock.advance(0)
    await other.delete('k')
    gate.open()
    await on.clock.advance(0)
    const asked = ask()
    await on.clock.advance(0)
    origin.resolve('new')
    return (await settled(on.clock, asked))[0]
  }

  test('is not served by it once it has the claim', async () => {
    const given = await refreshing(
      (gate) => gate.hold('claim', 'operation'),
      () => false,
    )
    expect(given).toBe('new')
  })

  test('is not served by it when it loads without a claim', async () => {
    const given = await refreshing(
      () => undefined,
      () => true,
    )
    expect(given).toBe('new')
  })

  test('is not served by it when somebody else has expired it before: that is another version', async () => {
    const gate = createGate()
    const cache = on.open({ ttl: 60_000, staleFor: '1h', retryAfter: 0 }, gate.around)
    const other = on.open({ ttl: 60_000, staleFor: '1h' })
    await cache.set('k', 'old')
    await on.clock.advance(60_001)
    gate.hold('claim', 'operation')
    const origin = Promise.withResolvers<string>()
    const ask = () => lookedUp(cache, () => cache.getOrSet('k', () => origin.promise))
    expect(await ask()).toEqual(['old', 'stale'])
    await on.clock.advance(0)
    await other.set('k', 'newer')
    await other.expire('k')
    gate.open()
    await on.clock.advance(0)
    expect(await ask()).toEqual(['newer', 'stale'])
    origin.resolve('newest')
    await on.quiet(cache)
  })

  test('is not served by it either where nothing is told', async () => {
    const options = { ttl: 60_000, staleFor: '1h', coherence: 'none' } as const
    const [cache, other] = [on.open(options), on.open(options)]
    await cache.set('k', 'old')
    await on.clock.advance(60_001)
    const origin = Promise.withResolvers<string>()
    const ask = () => lookedUp(cache, () => cache.getOrSet('k', () => origin.promise))
    expect(await ask()).toEqual(['old', 'stale'])
    await on.clock.advance(0)
    await other.delete('k')
    const asked = ask()
    await on.clock.advance(0)
    origin.resolve('new')
    expect((await settled(on.clock, asked))[0]).toBe('new')
  })

  test('is served to who found it before, should the load fail too', async () => {
    const cache = on.open({ ttl: 60_000, staleFor: '1h' }, (operation, work) =>
      operation === 'claim' ? Promise.reject(new Error('failed')) : work(),
    )
    await cache.set('k', 'old')
    await on.clock.advance(60_001)
    const load = () => Promise.reject(new Error('down'))
    const asked = lookedUp(cache, () => cache.getOrSet('k', load, { softTimeout: '1s' }))
    expect(await settled(on.clock, asked)).toEqual(['old', 'stale'])
  })
})
