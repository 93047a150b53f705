/** How far L1 may be believed: as far as what L2 tells is known to arrive. */
import { describe, expect, test } from 'vitest'
import { DEADLINE, type Fleet, look, lookedUp, recovers, sharing, twoProcesses } from './fleet.ts'

/** Until L2 counts as silent: three deadlines. */
const SILENCE = 3 * DEADLINE

describe('over a link that falls silent', () => {
  test('L1 answers for as long as another process may go unseen', async () => {
    const fleet = await sharing({ staleBound: '2s' })
    const { clock, here, there } = fleet
    here.chaos.freeze()
    await there.cache.set('a', 'new')
    expect(await look(fleet, undefined, 2_000)).toEqual({ value: 'old', outcome: 'hit_l1', took: 0 })
    expect(clock.now()).toBe(2_000)
    expect(await look(fleet, undefined, 0)).toEqual({ value: 'old', outcome: 'hit_l1', took: 0 })
  })

  test('lookups then ask L2, within its deadline', async () => {
    const fleet = await sharing({ staleBound: '2s' })
    fleet.here.chaos.freeze()
    await fleet.there.cache.set('a', 'new')
    await fleet.clock.advance(2_001)
    const reads = fleet.here.chaos.calls('read')
    expect(await look(fleet)).toEqual({ value: undefined, outcome: 'miss', took: DEADLINE })
    expect(fleet.here.chaos.calls('read')).toBe(reads + 1)
  })

  test('lookups with a loader then get what they load', async () => {
    const fleet = await sharing({ staleBound: '2s' })
    fleet.here.chaos.freeze()
    await fleet.clock.advance(2_001)
    expect(await look(fleet, () => 'loaded')).toEqual({ value: 'loaded', outcome: 'miss', took: DEADLINE })
  })

  test.each(['100ms', '500ms', '5s'])('the bound is the one that was given: %s', async (staleBound) => {
    const fleet = await sharing({ staleBound })
    const bound = { '100ms': 100, '500ms': 500, '5s': 5_000 }[staleBound] ?? 0
    fleet.here.chaos.freeze()
    await fleet.clock.advance(bound)
    expect((await look(fleet, undefined, 0)).outcome).toBe('hit_l1')
    await fleet.clock.advance(1)
    expect((await look(fleet)).outcome).toBe('miss')
  })

  test('that speaks again within the bound, L1 has heard all that was told meanwhile', async () => {
    const fleet = await sharing({ staleBound: '2s' })
    const { here, there } = fleet
    await here.cache.set('b', 'kept')
    here.chaos.freeze()
    await there.cache.set('a', 'new')
    await fleet.clock.advance(1_900)
    await recovers(fleet)
    expect(await look(fleet)).toMatchObject({ value: 'new', outcome: 'hit_l2' })
    expect(await lookedUp(here.cache, () => here.cache.get('b'))).toEqual(['kept', 'hit_l1'])
  })

  test('that speaks again after the bound, L1 answers with what nobody changed', async () => {
    const fleet = await sharing({ staleBound: '2s' })
    fleet.here.chaos.freeze()
    await fleet.clock.advance(60_000)
    await recovers(fleet)
    expect(await look(fleet)).toEqual({ value: 'old', outcome: 'hit_l1', took: 0 })
  })

  test('on which only answers and pushes stay away, the same bound holds', async () => {
    const fleet = await sharing({ staleBound: '2s' })
    fleet.here.chaos.freeze({ oneWay: true })
    await fleet.there.cache.delete('a')
    await fleet.clock.advance(2_000)
    expect((await look(fleet, undefined, 0)).outcome).toBe('hit_l1')
    await fleet.clock.advance(1)
    expect((await look(fleet)).outcome).toBe('miss')
  })

  test('on which pushes come late, L1 stops answering when one is older than the bound', async () => {
    const fleet = await sharing({ staleBound: '500ms' })
    fleet.here.chaos.delayPushes('1m')
    await fleet.there.cache.set('a', 'new')
    await fleet.clock.advance(500)
    expect((await look(fleet, undefined, 0)).value).toBe('old')
    await fleet.clock.advance(1)
    expect((await look(fleet)).outcome).toBe('miss')
  })

  test('is given up after three deadlines without an answer, and nothing of it comes back', async () => {
    const fleet = await sharing({ staleBound: '2s' })
    const { clock, here, there } = fleet
    here.chaos.freeze()
    await there.cache.delete('a')
    void here.cache.get('never there')
    await clock.advance(SILENCE)
    expect(here.cache.metrics.totals().incidents.l2_silent).toBe(1)
    await recovers(fleet)
    expect(await look(fleet)).toMatchObject({ value: undefined, outcome: 'miss' })
  })
})

describe('over a link that is lost', () => {
  test("onDisconnect 'serve' goes on answering with L1 until the entries' own end", async () => {
    const fleet = await sharing({ onDisconnect: 'serve', ttl: '1h' })
    fleet.here.chaos.down()
    await fleet.clock.advance(3_600_000 - 1)
    expect(await look(fleet, undefined, 0)).toEqual({ value: 'old', outcome: 'hit_l1', took: 0 })
    await fleet.clock.advance(1)
    expect(await look(fleet)).toMatchObject({ outcome: 'miss' })
  })

  test("onDisconnect 'serve' is the default", async () => {
    const fleet = await sharing()
    fleet.here.chaos.down()
    await fleet.clock.advance(60_000)
    expect(await look(fleet)).toMatchObject({ value: 'old', outcome: 'hit_l1' })
  })

  test("onDisconnect 'serve' serves what is stale, and refreshes it in L1", async () => {
    const fleet = await sharing({ ttl: '1m', staleFor: '1h' })
    fleet.here.chaos.down()
    await fleet.clock.advance(60_000)
    expect(await look(fleet, () => 'new')).toMatchObject({ value: 'old', outcome: 'stale' })
    expect(await look(fleet)).toMatchObject({ value: 'new', outcome: 'hit_l1' })
  })

  test("onDisconnect 'bypass' answers with nothing of L1, and loads each time", async () => {
    const fleet = await sharing({ onDisconnect: 'bypass' })
    fleet.here.chaos.down()
    let loads = 0
    const load = () => `load ${++loads}`
    expect(await look(fleet, load)).toEqual({ value: 'load 1', outcome: 'miss', took: 0 })
    expect(await look(fleet, load)).toEqual({ value: 'load 2', outcome: 'miss', took: 0 })
    expect(await look(fleet)).toMatchObject({ value: undefined, outcome: 'miss' })
  })

  test("onDisconnect 'bypass' uses L1 again when L2 is back", async () => {
    const fleet = await sharing({ onDisconnect: 'bypass' })
    fleet.here.chaos.down()
    await look(fleet, () => 'loaded')
    await recovers(fleet)
    expect(await look(fleet)).toMatchObject({ value: 'old', outcome: 'hit_l2' })
    expect(await look(fleet)).toMatchObject({ value: 'old', outcome: 'hit_l1' })
  })

  test('callers of one key still share a load', async () => {
    const { clock, here } = await sharing({ onDisconnect: 'bypass' })
    here.chaos.down()
    let loads = 0
    const load = async () => `load ${++loads}`
    const asked = Array.from({ length: 10 }, () => here.cache.getOrSet('a', load))
    await clock.advance(0)
    expect(await Promise.all(asked)).toEqual(new Array(10).fill('load 1'))
  })
})

describe('when a lost link is found again', () => {
  test.each([
    ['while it was lost', 'new'],
    ['and nothing changed', 'old'],
  ])('L1 begins empty: %s', async (_what, value) => {
    const fleet = await sharing()
    fleet.here.chaos.down()
    if (value !== 'old') await fleet.there.cache.set('a', value)
    await recovers(fleet)
    expect(await look(fleet)).toMatchObject({ value, outcome: 'hit_l2' })
    expect(await look(fleet)).toMatchObject({ value, outcome: 'hit_l1' })
  })

  test('a tag invalidated meanwhile is heard of', async () => {
    const fleet = await sharing()
    const { here, there } = fleet
    await there.cache.set('tagged', 'old', { tags: ['t'] })
    await here.cache.get('tagged')
    here.chaos.down()
    await there.cache.invalidate({ tags: ['t'] })
    await recovers(fleet)
    expect(await here.cache.get('tagged')).toBeUndefined()
  })

  test('what was loaded meanwhile was served until then, and is not afterwards', async () => {
    const fleet = await sharing()
    const { here, there, clock } = fleet
    here.chaos.down()
    await here.cache.getOrSet('b', () => 'own')
    await clock.advance(60_000)
    expect(await lookedUp(here.cache, () => here.cache.get('b'))).toEqual(['own', 'hit_l1'])
    await there.cache.set('b', 'theirs')
    await recovers(fleet)
    expect(await lookedUp(here.cache, () => here.cache.get('b'))).toEqual(['theirs', 'hit_l2'])
  })

  test('a load that began meanwhile still answers its caller, and is not kept', async () => {
    const fleet = await sharing()
    const { here, there, clock } = fleet
    here.chaos.down()
    const origin = Promise.withResolvers<string>()
    const asked = here.cache.getOrSet('b', () => origin.promise)
    await clock.advance(0)
    await there.cache.delete('b')
    await recovers(fleet)
    origin.resolve('from before')
    await clock.advance(0)
    expect(await asked).toBe('from before')
    expect(await here.cache.get('b')).toBeUndefined()
    expect(await there.cache.get('b')).toBeUndefined()
  })

  test('a load that began before it was lost is not kept', async () => {
    const fleet = await sharing()
    const { here, there, clock } = fleet
    const origin = Promise.withResolvers<string>()
    const asked = here.cache.getOrSet('b', () => origin.promise)
    await clock.advance(0)
    here.chaos.down()
    await there.cache.delete('b')
    await recovers(fleet)
    origin.resolve('from before')
    await clock.advance(0)
    expect(await asked).toBe('from before')
    expect(await here.cache.get('b')).toBeUndefined()
    expect(await there.cache.get('b')).toBeUndefined()
  })

  test('a read that was on its way when it was lost brings nothing into L1', async () => {
    const fleet = await sharing()
    const { here, there, clock } = fleet
    await there.cache.set('b', 'old')
    here.chaos.delay(100)
    const asked = here.cache.get('b')
    await clock.advance(99)
    here.chaos.down()
    await there.cache.set('b', 'new')
    here.chaos.heal()
    await clock.advance(500)
    expect(await asked).toBeUndefined()
    expect(await here.cache.get('b')).toBe('new')
  })

  test('what is told over the new link is heard', async () => {
    const fleet = await sharing()
    for (const value of ['one', 'two', 'three']) {
      fleet.here.chaos.down()
      await recovers(fleet)
      await fleet.here.cache.get('a')
      await fleet.there.cache.set('a', value)
      expect(await look(fleet)).toMatchObject({ value, outcome: 'hit_l2' })
    }
  })

  test('also for the first time: it was down when the cache was made', async () => {
    const fleet = await twoProcesses({}, (chaos) => chaos.down())
    const { there } = fleet
    expect(await look(fleet, () => 'own')).toEqual({ value: 'own', outcome: 'miss', took: 0 })
    expect(await look(fleet)).toMatchObject({ value: 'own', outcome: 'hit_l1' })
    await there.cache.set('a', 'theirs')
    await recovers(fleet)
    expect(await look(fleet)).toMatchObject({ value: 'theirs', outcome: 'hit_l2' })
    await there.cache.set('a', 'theirs again')
    expect(await look(fleet)).toMatchObject({ value: 'theirs again', outcome: 'hit_l2' })
  })
})

describe('over a link that is lost right after', () => {
  test.each<readonly [string, (fleet: Fleet) => unknown]>([
    ['it was found for the first time', () => undefined],
    [
      'it was found again',
      async (fleet) => {
        fleet.here.chaos.down()
        await recovers(fleet)
      },
    ],
    [
      'another process invalidated a tag',
      async ({ here, there }) => {
        await here.cache.set('a', 'old', { tags: ['t'] })
        here.chaos.delay(({ method }) => (method === 'readMarkers' ? 1_000 : 0))
        await there.cache.invalidate({ tags: ['t'] })
      },
    ],
    [
      'another process invalidated everything',
      async ({ here, there }) => {
        await here.cache.set('a', 'old')
        here.chaos.delay(({ method }) => (method === 'readMarkers' ? 1_000 : 0))
        await there.cache.invalidate('all')
      },
    ],
  ])('%s, L1 answers with what is loaded from then on', async (_after, happens) => {
    const fleet = await twoProcesses()
    const { clock, here } = fleet
    await happens(fleet)
    here.chaos.down()
    await clock.advance(1_000)
    const load = () => here.cache.getOrSet('a', () => 'new', { tags: ['t'] })
    expect(await lookedUp(here.cache, load)).toEqual(['new', 'miss'])
    expect(await lookedUp(here.cache, load)).toEqual(['new', 'hit_l1'])
  })
})
