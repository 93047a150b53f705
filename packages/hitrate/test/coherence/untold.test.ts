/** Caches that are told nothing, or have nothing to be told about. */
import { describe, expect, test } from 'vitest'
import { look, lookedUp, sharing, twoProcesses } from './fleet.ts'

describe("with coherence 'none'", () => {
  test('L1 keeps what L2 holds for the bound', async () => {
    const fleet = await sharing({ coherence: 'none', staleBound: '2s' })
    await fleet.there.cache.set('a', 'new')
    await fleet.clock.advance(1_999)
    expect(await look(fleet, undefined, 0)).toMatchObject({ value: 'old', outcome: 'hit_l1' })
    await fleet.clock.advance(1)
    expect(await look(fleet)).toMatchObject({ value: 'new', outcome: 'hit_l2' })
  })

  test('it keeps what this process wrote itself no longer', async () => {
    const { clock, here, there } = await sharing({ coherence: 'none', staleBound: '2s' })
    await here.cache.set('b', 'own')
    await there.cache.set('b', 'theirs')
    await clock.advance(1_999)
    expect(await here.cache.get('b')).toBe('own')
    await clock.advance(1)
    expect(await lookedUp(here.cache, () => here.cache.get('b'))).toEqual(['theirs', 'hit_l2'])
  })

  test("a tag's invalidation is seen within the bound, of entries read just before it as well", async () => {
    for (let readBefore = 0; readBefore <= 2_000; readBefore += 100) {
      const { clock, here, there } = await twoProcesses({ coherence: 'none', staleBound: '2s' })
      await there.cache.set('a', 'old', { tags: ['t'] })
      await there.cache.set('b', 'old', { tags: ['t'] })
      await here.cache.get('a')
      await clock.advance(readBefore)
      await there.cache.invalidate({ tags: ['t'] })
      await here.cache.get('b')
      await clock.advance(2_000)
      expect(await here.cache.getMany(['a', 'b']), `read ${readBefore} ms before`).toEqual([
        undefined,
        undefined,
      ])
    }
  })

  test('what is known of a tag is asked for again after half of the bound', async () => {
    const { clock, here, there } = await twoProcesses({ coherence: 'none', staleBound: '2s' })
    const keys = ['a', 'b', 'c']
    await there.cache.setMany(keys.map((key) => ({ key, value: key, tags: ['t'] })))
    await here.cache.get('a')
    const before = here.chaos.calls('readMarkers')
    await clock.advance(1_000)
    await here.cache.get('b')
    expect(here.chaos.calls('readMarkers')).toBe(before)
    await clock.advance(1)
    await here.cache.get('c')
    expect(here.chaos.calls('readMarkers')).toBeGreaterThan(before)
  })

  test('nothing of it depends on a link that is silent', async () => {
    const fleet = await sharing({ coherence: 'none', staleBound: '10s' })
    fleet.here.chaos.freeze()
    await fleet.clock.advance(9_999)
    expect(await look(fleet, undefined, 0)).toMatchObject({ value: 'old', outcome: 'hit_l1' })
  })

  test('what L2 never held stays until its own end where there is no L2', async () => {
    const fleet = await sharing({ coherence: 'none', l2: undefined, ttl: '1h' })
    await fleet.here.cache.set('a', 'own')
    await fleet.clock.advance(3_600_000 - 1)
    expect(await look(fleet, undefined, 0)).toMatchObject({ value: 'own', outcome: 'hit_l1' })
  })
})

describe('without L1', () => {
  test.each(['tracking', 'none'] as const)(
    "every lookup sees what others did: coherence '%s'",
    async (coherence) => {
      const { here, there } = await twoProcesses({ l1: false, coherence })
      for (const value of ['one', 'two']) {
        await there.cache.set('a', value, { tags: ['t'] })
        expect(await here.cache.get('a')).toBe(value)
        expect(await lookedUp(here.cache, () => here.cache.get('a'))).toEqual([value, 'hit_l2'])
      }
      await there.cache.invalidate({ tags: ['t'] })
      expect(await here.cache.get('a')).toBeUndefined()
    },
  )

  test('a lost link leaves the loads', async () => {
    const { here } = await twoProcesses({ l1: false })
    await here.cache.set('a', 'old')
    here.chaos.down()
    expect(await here.cache.getOrSet('a', () => 'loaded')).toBe('loaded')
    expect(await here.cache.get('a')).toBeUndefined()
  })
})
