/** Invalidations that L2 does not confirm: honoured here at once, delivered as soon as it can be. */
import { describe, expect, test } from 'vitest'
import type { Cache, Delivery } from '../../src/cache/types.ts'
import { untyped } from '../cache/refusal.ts'
import { DEADLINE, type Fleet, lookedUp, settled, sharing } from './fleet.ts'

const TAGS = { tags: ['t'] }
const RETRY = 500

/** No codec can store it. */
const CYCLIC: { self?: unknown } = {}
CYCLIC.self = CYCLIC

/** What removes `a`, and what of it another process may still serve. */
const INVALIDATIONS: readonly (readonly [string, 'gone' | 'stale', (cache: Cache) => Promise<Delivery>])[] = [
  ['delete', 'gone', (cache) => cache.delete('a')],
  ['delete of a batch', 'gone', (cache) => cache.delete(['b', 'a', 'c'])],
  ['delete by tag', 'gone', (cache) => cache.invalidate(TAGS)],
  ['delete by pattern', 'gone', (cache) => cache.invalidate({ pattern: 'a*' })],
  ['delete of all', 'gone', (cache) => cache.invalidate('all')],
  ['expire', 'stale', (cache) => cache.expire('a')],
  ['expire by tag', 'stale', (cache) => cache.invalidate(TAGS, { mode: 'expire' })],
  ['expire by pattern', 'stale', (cache) => cache.invalidate({ pattern: 'a*' }, { mode: 'expire' })],
  ['expire of all', 'stale', (cache) => cache.invalidate('all', { mode: 'expire' })],
  ['set', 'gone', (cache) => cache.set('a', 'new', TAGS)],
  [
    'set of a batch',
    'gone',
    (cache) => cache.setMany(['c', 'a'].map((key) => ({ key, value: 'new', ...TAGS }))),
  ],
  ['set of what can not be stored', 'gone', (cache) => cache.set('a', untyped(CYCLIC))],
]

/** How L2 fails to confirm anything. */
const TROUBLES: readonly (readonly [string, (fleet: Fleet) => void])[] = [
  ['is down', ({ here }) => here.chaos.down()],
  ['is frozen', ({ here }) => here.chaos.freeze()],
  ['carries out what it does not confirm', ({ here }) => here.chaos.freeze({ oneWay: true })],
  ['fails', ({ here }) => here.chaos.fail(1)],
  ['is a replica', ({ here }) => here.chaos.refuseWrites('READONLY')],
  ['is too slow', ({ here }) => here.chaos.delay(10_000)],
]

/** Fails when the cache answers as if nothing had been invalidated. */
async function expectNotOld(fleet: Fleet, cache: Cache, left: 'gone' | 'stale', when: string): Promise<void> {
  const [value, outcome] = await settled(
    fleet,
    lookedUp(cache, () => cache.get('a')),
  )
  if (left === 'gone') expect(value, when).not.toBe('old')
  else if (value === 'old') expect(outcome, when).toBe('stale')
}

describe.each(TROUBLES)('when L2 %s', (_trouble, befall) => {
  describe.each(INVALIDATIONS)('%s', (_what, left, invalidate) => {
    test('says that it was not delivered, within its deadlines', async () => {
      const fleet = await sharing({ staleFor: '1h' })
      befall(fleet)
      const began = fleet.clock.now()
      expect(await settled(fleet, invalidate(fleet.here.cache))).toMatchObject({ delivered: false })
      expect(fleet.clock.now() - began).toBeLessThanOrEqual(2 * DEADLINE)
    })

    test('is honoured by its process at once, and until L2 is well again and after', async () => {
      const fleet = await sharing({ staleFor: '1h' })
      const { here, clock } = fleet
      befall(fleet)
      const invalidated = invalidate(here.cache)
      await expectNotOld(fleet, here.cache, left, 'before it resolves')
      await settled(fleet, invalidated)
      for (let waited = 0; waited < 5_000; waited += 1_000) {
        await expectNotOld(fleet, here.cache, left, `${waited} ms later`)
        await clock.advance(1_000)
      }
      here.chaos.heal()
      for (let waited = 0; waited < 15_000; waited += 150) {
        await expectNotOld(fleet, here.cache, left, `${waited} ms after recovery`)
        await clock.advance(150)
      }
    })

    test('reaches other processes when L2 is well again', async () => {
      const fleet = await sharing({ staleFor: '1h' })
      const { here, there, clock } = fleet
      befall(fleet)
      await settled(fleet, invalidate(here.cache))
      here.chaos.heal()
      // What was sent to a slow L2 is still on its way, and what comes after it behind it.
      await clock.advance(15_000)
      await expectNotOld(fleet, there.cache, left, 'after recovery')
    })
  })
})

describe('keys that L2 was not told of', () => {
  test.each<readonly [string, (cache: Cache) => Promise<Delivery>]>([
    ['by name', (cache) => cache.delete('a')],
    ['by pattern', (cache) => cache.invalidate({ pattern: '?' })],
    ['by a set', (cache) => cache.set('a', 'new')],
  ])('are neither read nor claimed nor filled there: %s', async (_how, invalidate) => {
    const fleet = await sharing({ l1: false })
    const { here, clock } = fleet
    here.chaos.fail(({ method }) => method === 'delete' || method === 'scan' || method === 'write')
    expect(await invalidate(here.cache)).toMatchObject({ delivered: false })
    const calls = () => (['read', 'claim', 'fill'] as const).map((method) => here.chaos.calls(method))
    const before = calls()
    const load = () => here.cache.getOrSet('a', () => 'loaded')
    expect(await lookedUp(here.cache, load)).toEqual(['loaded', 'miss'])
    expect(await lookedUp(here.cache, () => here.cache.get('a'))).toEqual([undefined, 'miss'])
    expect(await here.cache.getMany(['a'])).toEqual([undefined])
    expect(await here.cache.peek('a')).toBeUndefined()
    expect(await here.cache.has('a')).toBe(false)
    expect(calls()).toEqual(before)
    here.chaos.heal()
    await clock.advance(RETRY)
    expect(await lookedUp(here.cache, load)).toEqual(['loaded', 'miss'])
    await here.cache.idle()
    expect(await lookedUp(here.cache, load)).toEqual(['loaded', 'hit_l2'])
  })

  test('count as invalidated where they are missed', async () => {
    const { here } = await sharing()
    here.chaos.fail(({ method }) => method === 'delete')
    await here.cache.delete('a')
    await here.cache.get('a')
    expect(here.cache.metrics.overall().missReasons.invalidated).toBe(1)
  })

  test('leave all others as they are', async () => {
    const { here } = await sharing()
    await here.cache.set('b', 'kept')
    here.chaos.fail(({ method }) => method === 'delete')
    await here.cache.delete('a')
    expect(await here.cache.get('b')).toBe('kept')
  })

  test('are loaded once for all who ask, and kept in L1', async () => {
    const { here } = await sharing()
    here.chaos.down()
    await here.cache.delete('a')
    let loads = 0
    const load = () => here.cache.getOrSet('a', async () => `load ${++loads}`)
    expect(await Promise.all([load(), load(), load()])).toEqual(['load 1', 'load 1', 'load 1'])
    expect(await lookedUp(here.cache, load)).toEqual(['load 1', 'hit_l1'])
  })
})

describe('what L2 refuses for want of memory', () => {
  test('is no removal: those are delivered', async () => {
    const { here, there } = await sharing()
    here.chaos.refuseWrites('OOM')
    expect(await here.cache.delete('a')).toEqual({ count: 1, delivered: true })
    expect(await there.cache.get('a')).toBeUndefined()
  })

  test('as a set is delivered as a delete', async () => {
    const { here, there, clock } = await sharing()
    here.chaos.refuseWrites('OOM')
    expect(await here.cache.set('a', 'new')).toMatchObject({ delivered: false })
    await clock.advance(RETRY)
    expect(await there.cache.get('a')).toBeUndefined()
  })

  test.each<readonly [string, (cache: Cache) => Promise<Delivery>]>([
    ['a tag', (cache) => cache.invalidate(TAGS)],
    ['an expire', (cache) => cache.expire('a')],
    ['all', (cache) => cache.invalidate('all')],
  ])('as %s is delivered when there is some again', async (_what, invalidate) => {
    const { here, there, clock } = await sharing()
    here.chaos.refuseWrites('OOM')
    expect(await invalidate(here.cache)).toMatchObject({ delivered: false })
    await clock.advance(10 * RETRY)
    expect(await there.cache.get('a')).toBe('old')
    expect(await here.cache.get('a')).toBeUndefined()
    here.chaos.refuseWrites(false)
    await clock.advance(RETRY)
    expect(await there.cache.get('a')).toBeUndefined()
  })
})
