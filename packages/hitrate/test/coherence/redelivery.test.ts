/** How invalidations that L2 did not confirm get there in the end. */
import { describe, expect, test } from 'vitest'
import type { Cache, Delivery } from '../../src/cache/types.ts'
import { DEADLINE, type Fleet, lookedUp, recovers, sharing, twoProcesses } from './fleet.ts'

const TAGS = { tags: ['t'] }
const RETRY = 500
/** How far back invalidations are remembered. */
const MEMORY = 300_000
/** Most that are kept. */
const MOST = 10_000

const KINDS: readonly (readonly [string, (cache: Cache) => Promise<Delivery>])[] = [
  ['a key', (cache) => cache.delete('a')],
  ['a set', (cache) => cache.set('a', 'new', TAGS)],
  ['a tag', (cache) => cache.invalidate(TAGS)],
  ['a pattern', (cache) => cache.invalidate({ pattern: 'a*' })],
  ['all', (cache) => cache.invalidate('all')],
]

describe('over a new link', () => {
  test.each(KINDS)('%s is delivered before anything else is asked', async (_what, invalidate) => {
    const fleet = await sharing()
    const { here, there, clock } = fleet
    here.chaos.down()
    await invalidate(here.cache)
    here.carriedOut.length = 0
    here.chaos.delay(20)
    here.chaos.up()
    for (let waited = 0; waited < 500; waited += 5) {
      void here.cache.getOrSet(`k${waited}`, () => 'loaded')
      await clock.advance(5)
    }
    const delivered = here.carriedOut.findLastIndex((one) => one === 'delete' || one === 'stampMarkers')
    const used = here.carriedOut.findIndex((one) => ['read', 'claim', 'fill', 'write'].includes(one))
    expect(delivered).toBeGreaterThanOrEqual(0)
    expect(used).toBeGreaterThan(delivered)
    expect(await there.cache.get('a')).not.toBe('old')
  })

  test.each(KINDS)('%s is seen by another process as soon as it is there', async (_what, invalidate) => {
    const fleet = await sharing()
    fleet.here.chaos.down()
    await invalidate(fleet.here.cache)
    expect(await fleet.there.cache.get('a')).toBe('old')
    await recovers(fleet)
    expect(await fleet.there.cache.get('a')).toBeUndefined()
  })

  test('that fails again while it delivers, it is tried on the next one', async () => {
    const fleet = await sharing()
    const { here, there, clock } = fleet
    here.chaos.down()
    await here.cache.delete('a')
    here.chaos.delay(100)
    here.chaos.up()
    await clock.advance(20)
    here.chaos.down()
    await clock.advance(1_000)
    expect(await there.cache.get('a')).toBe('old')
    here.chaos.heal()
    await clock.advance(1_000)
    expect(await there.cache.get('a')).toBeUndefined()
    expect(await here.cache.ready()).toEqual({ l2: 'ready' })
  })

  test('is not used while L2 refuses them, and lookups go on without it', async () => {
    const { here, there, clock } = await sharing()
    here.chaos.down()
    await here.cache.invalidate(TAGS)
    here.chaos.refuseWrites('READONLY')
    here.chaos.up()
    await clock.advance(10_000)
    here.carriedOut.length = 0
    expect(await here.cache.getOrSet('a', () => 'loaded')).toBe('loaded')
    expect(here.carriedOut).toEqual([])
    here.chaos.refuseWrites(false)
    await clock.advance(1_000)
    expect(await there.cache.get('a')).toBeUndefined()
    await here.cache.get('b')
    expect(here.carriedOut).toContain('read')
  })

  test('everything made during a long outage is delivered, the later delete over the earlier expire', async () => {
    const fleet = await sharing({ staleFor: '1h' })
    const { here, there, clock } = fleet
    const keys = Array.from({ length: 1_200 }, (_, index) => `k${index}`)
    await there.cache.setMany(keys.map((key) => ({ key, value: key })))
    here.chaos.down()
    for (const key of keys) await here.cache.expire(key)
    await here.cache.delete(['k0', 'k600', 'k1199'])
    await here.cache.expire('k600')
    await clock.advance(60_000)
    await recovers(fleet)
    const found = await there.cache.getMany(keys)
    expect(keys.filter((_, index) => found[index] === undefined)).toEqual(['k0', 'k600', 'k1199'])
    expect(there.cache.metrics.overall().outcomes.stale).toBe(keys.length - 3)
  })
})

describe('over a link that is there', () => {
  test.each(KINDS)('%s is tried again every 500 ms until it is delivered', async (_what, invalidate) => {
    const { here, there, clock } = await sharing()
    const tries: number[] = []
    let failing = true
    here.chaos.fail(({ method }) => {
      if (!['delete', 'scan', 'write', 'stampMarkers', 'ensureMarkers'].includes(method)) return false
      tries.push(clock.now())
      return failing
    })
    await invalidate(here.cache)
    // A set is tried again as a delete of its key.
    tries.length = 0
    await clock.advance(3 * RETRY)
    expect(tries).toEqual([RETRY, 2 * RETRY, 3 * RETRY])
    expect(await there.cache.get('a')).toBe('old')
    failing = false
    await clock.advance(RETRY)
    expect(await there.cache.get('a')).toBeUndefined()
    tries.length = 0
    await clock.advance(10 * RETRY)
    expect(tries).toEqual([])
  })

  test('those of many calls are sent together', async () => {
    const { here, clock } = await sharing()
    let failing = true
    here.chaos.fail(() => failing)
    for (let index = 0; index < 3; index++) await here.cache.delete(`k${index}`)
    failing = false
    const deletes = here.chaos.calls('delete')
    await clock.advance(RETRY)
    expect(here.chaos.calls('delete')).toBe(deletes + 1)
  })

  test('one that was given anew while it was delivered is delivered again', async () => {
    const { here, there, clock } = await sharing()
    here.chaos.fail(({ method }) => method === 'delete')
    await here.cache.delete('a')
    here.chaos.fail(0)
    here.chaos.delay(100)
    await clock.advance(RETRY + 60) // carried out, not answered
    await there.cache.set('a', 'old again')
    here.chaos.fail(({ method }) => method === 'delete')
    const again = here.cache.delete('a')
    await clock.advance(200)
    expect(await again).toMatchObject({ delivered: false })
    here.chaos.heal()
    await clock.advance(2 * RETRY)
    expect(await there.cache.get('a')).toBeUndefined()
  })

  test('one that timed out and was carried out late does no harm', async () => {
    const { here, there, clock } = await sharing()
    here.chaos.loseReplies(({ method }) => method === 'delete')
    const deleted = here.cache.delete('a')
    await clock.advance(DEADLINE)
    expect(await deleted).toMatchObject({ delivered: false })
    expect(await there.cache.get('a')).toBeUndefined()
    here.chaos.heal()
    await clock.advance(10 * RETRY)
    await there.cache.set('a', 'later')
    await clock.advance(10 * RETRY)
    expect(await here.cache.get('a')).toBe('later')
  })

  test.each<readonly [string, (cache: Cache) => Promise<unknown>]>([
    ['a key', (cache) => cache.delete('a')],
    ['a pattern', (cache) => cache.invalidate({ pattern: 'a*' })],
    ['an expired key', (cache) => cache.expire('a')],
    ['an expired pattern', (cache) => cache.invalidate({ pattern: 'a*' }, { mode: 'expire' })],
    ['a tag', (cache) => cache.invalidate(TAGS)],
    ['all', (cache) => cache.invalidate('all')],
  ])('what is set after %s and before that is delivered stays coherent', async (_what, invalidate) => {
    const { here, there, clock } = await sharing()
    here.chaos.fail(1)
    await invalidate(here.cache)
    here.chaos.heal()
    await clock.advance(10)
    expect(await here.cache.set('a', 'set here', TAGS)).toMatchObject({ delivered: true })
    await clock.advance(2 * RETRY)
    const bare = await there.cache.get('a')
    expect(await here.cache.get('a')).toBe(bare)
    await there.cache.set('a', 'set there', TAGS)
    await clock.advance(0)
    expect(await here.cache.get('a')).toBe('set there')
  })

  test('is counted as an incident', async () => {
    const { here } = await sharing()
    here.chaos.fail(1)
    await here.cache.delete('a')
    expect(here.cache.metrics.totals().incidents.invalidation_undelivered).toBe(1)
  })

  test('leaves no timer once all are delivered', async () => {
    const { here, clock } = await sharing()
    here.chaos.fail(({ method }) => method === 'delete')
    await here.cache.delete('a')
    expect(clock.pending).toBeGreaterThan(0)
    here.chaos.heal()
    await clock.advance(RETRY)
    expect(clock.pending).toBe(0)
  })
})

describe('two processes', () => {
  test('that are both cut off deliver both, whoever is back first', async () => {
    const fleet = await twoProcesses()
    const { here, there, clock } = fleet
    await there.cache.setMany(['a', 'b', 'c'].map((key) => ({ key, value: 'old' })))
    here.chaos.down()
    there.chaos.down()
    await here.cache.delete('a')
    await there.cache.delete('b')
    there.chaos.up()
    await clock.advance(0)
    await recovers(fleet)
    for (const { cache } of [here, there])
      expect(await cache.getMany(['a', 'b', 'c'])).toEqual([undefined, undefined, 'old'])
  })

  test('of which one set what the other deletes late lose the value, and never see the old one', async () => {
    const fleet = await sharing()
    const { here, there } = fleet
    here.chaos.down()
    await here.cache.delete('a')
    await there.cache.set('a', 'newer')
    await recovers(fleet)
    expect(await there.cache.get('a')).toBeUndefined()
    expect(await here.cache.get('a')).toBeUndefined()
  })
})

describe('more than can be kept', () => {
  async function overflow(fleet: Fleet, count: number): Promise<void> {
    const keys = Array.from({ length: count }, (_, index) => `gone:${index}`)
    await fleet.here.cache.delete(keys)
  }

  test('become one deletion of everything, for this process at once and for others when it is delivered', async () => {
    const fleet = await sharing({ staleFor: '1h' })
    const { here, there } = fleet
    here.chaos.down()
    await overflow(fleet, MOST + 1)
    expect(here.cache.metrics.totals().incidents.invalidations_overflow).toBeGreaterThan(0)
    expect(await here.cache.get('a')).toBeUndefined()
    await recovers(fleet)
    expect(await here.cache.get('a')).toBeUndefined()
    expect(await there.cache.get('a')).toBeUndefined()
  })

  test('are not, as long as they can', async () => {
    const fleet = await sharing()
    const { here, there } = fleet
    here.chaos.down()
    await overflow(fleet, MOST)
    expect(here.cache.metrics.totals().incidents.invalidations_overflow).toBe(0)
    expect(await here.cache.get('a')).toBe('old')
    await recovers(fleet)
    expect(await there.cache.get('a')).toBe('old')
  })

  test('are counted by keys, not by calls: one key deleted often is one', async () => {
    const { here } = await sharing()
    here.chaos.down()
    for (let count = 0; count < 20; count++)
      await here.cache.delete(Array.from({ length: 1_000 }, (_, i) => `k${i}`))
    expect(here.cache.metrics.totals().incidents.invalidations_overflow).toBe(0)
  })

  test('leave L1 working afterwards', async () => {
    const fleet = await sharing()
    const { here } = fleet
    here.chaos.down()
    await overflow(fleet, MOST + 1)
    await here.cache.getOrSet('b', () => 'loaded')
    expect(await lookedUp(here.cache, () => here.cache.get('b'))).toEqual(['loaded', 'hit_l1'])
    await recovers(fleet)
    await fleet.clock.advance(1)
    await here.cache.getOrSet('b', () => 'loaded again')
    await here.cache.idle()
    expect(await lookedUp(here.cache, () => here.cache.get('b'))).toEqual(['loaded again', 'hit_l1'])
  })
})

describe('a server that was started anew', () => {
  /** It went back to a snapshot from before everything that was done to `a`. */
  async function restarted(fleet: Fleet, serverChanged = true): Promise<void> {
    fleet.here.chaos.down()
    await fleet.there.cache.set('a', 'old', TAGS)
    fleet.here.chaos.up({ serverChanged })
    await fleet.clock.advance(0)
  }

  test.each(KINDS)('is told again what was done lately: %s', async (_what, invalidate) => {
    const fleet = await sharing()
    expect(await invalidate(fleet.here.cache)).toMatchObject({ delivered: true })
    await fleet.clock.advance(MEMORY - 1_000)
    await restarted(fleet)
    expect(await fleet.here.cache.get('a')).toBeUndefined()
    expect(await fleet.there.cache.get('a')).toBeUndefined()
  })

  test.each(KINDS)('is not told what was done more than five minutes ago: %s', async (_what, invalidate) => {
    const fleet = await sharing()
    await invalidate(fleet.here.cache)
    await fleet.clock.advance(MEMORY + 1)
    await restarted(fleet)
    expect(await fleet.here.cache.get('a')).toBe('old')
  })

  test.each(KINDS)('is told nothing where only the link was lost: %s', async (_what, invalidate) => {
    const fleet = await sharing()
    await invalidate(fleet.here.cache)
    await restarted(fleet, false)
    expect(await fleet.here.cache.get('a')).toBe('old')
  })

  test('is told each time it was', async () => {
    const fleet = await sharing()
    await fleet.here.cache.delete('a')
    for (let count = 0; count < 3; count++) {
      await restarted(fleet)
      expect(await fleet.there.cache.get('a')).toBeUndefined()
    }
  })

  test('is told what the one before had not confirmed, however long ago', async () => {
    const fleet = await sharing()
    fleet.here.chaos.down()
    await fleet.here.cache.delete('a')
    await fleet.clock.advance(2 * MEMORY)
    await restarted(fleet)
    expect(await fleet.there.cache.get('a')).toBeUndefined()
  })
})

describe('a cache that is closed', () => {
  test.each(KINDS)('sends what waits first: %s', async (_what, invalidate) => {
    const { here, there, clock } = await sharing()
    here.chaos.fail(({ method }) => method !== 'readMarkers')
    await invalidate(here.cache)
    here.chaos.heal()
    const closed = here.cache.close()
    await clock.advance(0)
    await closed
    expect(await there.cache.get('a')).toBeUndefined()
  })

  test('does not wait for an L2 that is down', async () => {
    const { here, clock } = await sharing()
    here.chaos.down()
    await here.cache.delete('a')
    const began = clock.now()
    const closed = here.cache.close()
    await clock.advance(0)
    await closed
    expect(clock.now()).toBe(began)
    expect(clock.pending).toBe(0)
  })

  test('waits for a frozen L2 for a deadline at the most', async () => {
    const { here, clock } = await sharing()
    here.chaos.freeze()
    const deleted = here.cache.delete('a')
    await clock.advance(DEADLINE)
    await deleted
    const closed = here.cache.close()
    await clock.advance(2 * DEADLINE)
    await closed
    await clock.advance(0)
    expect(clock.pending).toBe(0)
  })
})
