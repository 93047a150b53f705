/** L1 is told what other processes change, and believes what it was not told has changed. */
import { describe, expect, test } from 'vitest'
import type { Cache } from '../../src/cache/types.ts'
import { type Fleet, lookedUp, sharing } from './fleet.ts'

const TAGS = { tags: ['t'] }

const GONE = [undefined, 'miss'] as const
const REPLACED = ['new', 'hit_l2'] as const
const EXPIRED = ['old', 'stale'] as const

describe('L1 answers no more with what another process', () => {
  test.each<readonly [string, (fleet: Fleet) => unknown, readonly [unknown, string]]>([
    ['deletes', ({ there }) => there.cache.delete('a'), GONE],
    ['deletes by tag', ({ there }) => there.cache.invalidate(TAGS), GONE],
    ['deletes by pattern', ({ there }) => there.cache.invalidate({ pattern: 'a*' }), GONE],
    ['deletes with all else', ({ there }) => there.cache.invalidate('all'), GONE],
    ['expires', ({ there }) => there.cache.expire('a'), EXPIRED],
    ['expires by tag', ({ there }) => there.cache.invalidate(TAGS, { mode: 'expire' }), EXPIRED],
    [
      'expires by pattern',
      ({ there }) => there.cache.invalidate({ pattern: 'a*' }, { mode: 'expire' }),
      EXPIRED,
    ],
    ['expires with all else', ({ there }) => there.cache.invalidate('all', { mode: 'expire' }), EXPIRED],
    ['sets', ({ there }) => there.cache.set('a', 'new'), REPLACED],
    ['sets in a batch', ({ there }) => there.cache.setMany([{ key: 'a', value: 'new' }]), REPLACED],
    [
      'refreshes',
      async ({ there }) => {
        await there.cache.getOrSet('a', () => 'new', { cache: 'refresh' })
        await there.cache.idle()
      },
      REPLACED,
    ],
    [
      'deletes and fills',
      async ({ there }) => {
        await there.cache.delete('a')
        await there.cache.getOrSet('a', () => 'new')
        await there.cache.idle()
      },
      REPLACED,
    ],
  ])('%s', async (_what, change, seen) => {
    const fleet = await sharing({ staleFor: '1h' })
    await change(fleet)
    await fleet.clock.advance(0)
    expect(await lookedUp(fleet.here.cache, () => fleet.here.cache.get('a'))).toEqual(seen)
  })

  test('refreshes after it has become stale', async () => {
    const { clock, here, there } = await sharing({ ttl: '1m', staleFor: '1h' })
    await clock.advance(60_000)
    expect(await here.cache.get('a')).toBe('old')
    await there.cache.getOrSet('a', () => 'new')
    await there.cache.idle()
    expect(await lookedUp(here.cache, () => here.cache.get('a'))).toEqual(REPLACED)
  })

  test('deletes of a batch, and goes on answering with the rest', async () => {
    const { here, there } = await sharing()
    await here.cache.setMany(['b', 'c', 'd'].map((key) => ({ key, value: key })))
    await there.cache.delete(['b', 'd'])
    const reads = here.chaos.calls('read')
    expect(await here.cache.getMany(['b', 'c', 'd'])).toEqual([undefined, 'c', undefined])
    expect(await lookedUp(here.cache, () => here.cache.get('c'))).toEqual(['c', 'hit_l1'])
    expect(here.chaos.calls('read')).toBe(reads + 1)
  })
})

describe('L1 answers no more with what L2 has lost', () => {
  test.each<readonly [string, (fleet: Fleet) => void]>([
    ['itself', ({ l2 }) => l2.evict('a')],
    ['with all else', ({ l2 }) => l2.flush()],
    ['by the marker of its tag', ({ l2 }) => l2.evictMarker('t')],
    ['by the marker of all', ({ l2 }) => l2.evictMarker('')],
  ])('%s', async (_what, lose) => {
    const fleet = await sharing({ staleFor: '1h' })
    lose(fleet)
    await fleet.clock.advance(0)
    expect(await lookedUp(fleet.here.cache, () => fleet.here.cache.get('a'))).toEqual(GONE)
  })
})

describe('what a process writes itself', () => {
  const writes: readonly (readonly [string, (cache: Cache) => Promise<unknown>])[] = [
    ['by set', (cache) => cache.set('b', 'own')],
    ['by setMany', (cache) => cache.setMany([{ key: 'b', value: 'own' }])],
    ['by a load', (cache) => cache.getOrSet('b', () => 'own')],
    ['by a load of a batch', (cache) => cache.getOrSetMany(['b'], () => ['own'])],
    ['by a refresh', (cache) => cache.getOrSet('b', () => 'own', { cache: 'refresh' })],
    ['by set, twice', (cache) => cache.set('b', 'older').then(() => cache.set('b', 'own'))],
    ['by set after its delete', (cache) => cache.delete('b').then(() => cache.set('b', 'own'))],
    ['by set over what was read', (cache) => cache.get('b').then(() => cache.set('b', 'own'))],
  ]

  test.each(writes)('stays in its L1: %s', async (_how, write) => {
    const { here } = await sharing()
    await write(here.cache)
    await here.cache.idle()
    expect(await lookedUp(here.cache, () => here.cache.get('b'))).toEqual(['own', 'hit_l1'])
  })

  test.each(writes)('leaves it when another process deletes it: %s', async (_how, write) => {
    const { here, there } = await sharing()
    await write(here.cache)
    await here.cache.idle()
    await there.cache.delete('b')
    expect(await lookedUp(here.cache, () => here.cache.get('b'))).toEqual(GONE)
  })

  test.each(writes)('is told of again after it was deleted and read: %s', async (_how, write) => {
    const { here, there } = await sharing()
    for (const value of ['first', 'second', 'third']) {
      await write(here.cache)
      await here.cache.idle()
      await there.cache.set('b', value)
      expect(await lookedUp(here.cache, () => here.cache.get('b'))).toEqual([value, 'hit_l2'])
      expect(await lookedUp(here.cache, () => here.cache.get('b'))).toEqual([value, 'hit_l1'])
    }
  })
})

describe('another process that claims a stale entry', () => {
  test('costs the others a read, and they go on serving what is stale', async () => {
    const { clock, here, there } = await sharing({ ttl: '1m', staleFor: '1h' })
    await clock.advance(60_000)
    expect(await lookedUp(here.cache, () => here.cache.get('a'))).toEqual(EXPIRED)
    const reads = here.chaos.calls('read')
    const refreshed = Promise.withResolvers<string>()
    await there.cache.getOrSet('a', () => refreshed.promise)
    await clock.advance(0)
    for (let count = 0; count < 3; count++) {
      const load = (): string => expect.fail('somebody else refreshes it')
      expect(await lookedUp(here.cache, () => here.cache.getOrSet('a', load))).toEqual(EXPIRED)
    }
    expect(here.chaos.calls('read')).toBeGreaterThan(reads)
    refreshed.resolve('new')
    await there.cache.idle()
    expect(await lookedUp(here.cache, () => here.cache.get('a'))).toEqual(REPLACED)
  })
})

describe('a push without a reason', () => {
  test.each([
    ['of a key', { kind: 'entry', key: 'a' } as const],
    ['of everything', { kind: 'everything' } as const],
  ])('%s costs one read and no load', async (_of, change) => {
    const { here } = await sharing()
    const reads = here.chaos.calls('read')
    here.chaos.push(change)
    const load = (): string => expect.fail('L2 has it')
    expect(await lookedUp(here.cache, () => here.cache.getOrSet('a', load))).toEqual(['old', 'hit_l2'])
    expect(await lookedUp(here.cache, () => here.cache.getOrSet('a', load))).toEqual(['old', 'hit_l1'])
    expect(here.chaos.calls('read')).toBe(reads + 1)
  })

  test('of a key that L1 does not hold costs nothing', async () => {
    const { clock, here } = await sharing()
    const calls = here.chaos.calls()
    here.chaos.push({ kind: 'entry', key: 'unknown' })
    here.chaos.push({ kind: 'marker', name: 'unknown' })
    await clock.advance(1_000)
    expect(here.chaos.calls()).toBe(calls)
    expect(await lookedUp(here.cache, () => here.cache.get('a'))).toEqual(['old', 'hit_l1'])
  })

  test('of a tag costs a read of its marker, and no entry', async () => {
    const { clock, here } = await sharing()
    const [reads, markers] = [here.chaos.calls('read'), here.chaos.calls('readMarkers')]
    here.chaos.push({ kind: 'marker', name: 't' })
    await clock.advance(0)
    expect(await lookedUp(here.cache, () => here.cache.get('a'))).toEqual(['old', 'hit_l1'])
    expect(here.chaos.calls('read')).toBe(reads)
    expect(here.chaos.calls('readMarkers')).toBe(markers + 1)
  })
})

describe('a tag of entries in L1', () => {
  test('that another process makes last longer does not cost them', async () => {
    const { clock, here, there } = await sharing()
    await there.cache.set('z', 'other', { ...TAGS, ttl: '30d' })
    await clock.advance(0)
    const reads = here.chaos.calls('read')
    expect(await lookedUp(here.cache, () => here.cache.get('a'))).toEqual(['old', 'hit_l1'])
    expect(here.chaos.calls('read')).toBe(reads)
  })

  test('does not let them be served between the push and the answer about its marker', async () => {
    const { clock, here, there } = await sharing()
    here.chaos.delay(({ method }) => (method === 'readMarkers' ? 100 : 0))
    await there.cache.invalidate(TAGS)
    await clock.advance(0)
    const asked = lookedUp(here.cache, () => here.cache.get('a'))
    await clock.advance(200)
    expect(await asked).toEqual(GONE)
  })

  test('is read once for all that is told of it meanwhile', async () => {
    const { clock, here, there } = await sharing()
    const keys = Array.from({ length: 50 }, (_, index) => `hot:${index}`)
    await there.cache.setMany(keys.map((key) => ({ key, value: key, ...TAGS })))
    await here.cache.getMany(keys)
    const before = here.chaos.calls('readMarkers')
    for (let count = 0; count < 5; count++) here.chaos.push({ kind: 'marker', name: 't' })
    await clock.advance(0)
    expect(here.chaos.calls('readMarkers')).toBe(before + 1)
    expect(await lookedUp(here.cache, () => here.cache.get('hot:7'))).toEqual(['hot:7', 'hit_l1'])
  })

  test('is read in one round trip with others that are told of together', async () => {
    const { clock, here, there } = await sharing()
    const tags = Array.from({ length: 20 }, (_, index) => `tag ${index}`)
    await there.cache.setMany(tags.map((tag) => ({ key: `of ${tag}`, value: 1, tags: [tag] })))
    await here.cache.getMany(tags.map((tag) => `of ${tag}`))
    const before = here.chaos.calls('readMarkers')
    await there.cache.invalidate({ tags })
    await clock.advance(0)
    expect(here.chaos.calls('readMarkers')).toBe(before + 1)
    expect(await here.cache.getMany(tags.map((tag) => `of ${tag}`))).toEqual(tags.map(() => undefined))
  })

  test('costs only those that carry it when another process deletes by it', async () => {
    const { clock, here, there } = await sharing()
    await here.cache.set('b', 'kept', { tags: ['u'] })
    await there.cache.invalidate(TAGS)
    await clock.advance(0)
    expect(await lookedUp(here.cache, () => here.cache.get('b'))).toEqual(['kept', 'hit_l1'])
  })

  test('goes on being told of, however often it changes', async () => {
    const { clock, here, there } = await sharing()
    for (const value of ['one', 'two', 'three']) {
      await there.cache.set('a', value, TAGS)
      expect(await here.cache.get('a')).toBe(value)
      await there.cache.invalidate(TAGS)
      await clock.advance(0)
      expect(await lookedUp(here.cache, () => here.cache.get('a'))).toEqual(GONE)
    }
  })

  test('brings no entry back when its marker is lost and made anew', async () => {
    const { clock, l2, here, there } = await sharing()
    l2.evictMarker('t')
    await there.cache.set('b', 'other', TAGS)
    await clock.advance(0)
    expect(await lookedUp(here.cache, () => here.cache.get('a'))).toEqual(GONE)
    expect(await lookedUp(here.cache, () => here.cache.get('b'))).toEqual(['other', 'hit_l2'])
    expect(await lookedUp(here.cache, () => here.cache.get('b'))).toEqual(['other', 'hit_l1'])
  })
})
