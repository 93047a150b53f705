/** Processes that wait for a value another one loads; and claims whose load is over, which nobody should wait for. */
import { describe, expect, test } from 'vitest'
import type { CacheOptions } from '../../src/cache/types.ts'
import type { Outcome } from '../../src/metrics/recorder.ts'
import type { Milliseconds } from '../../src/units.ts'
import { DEADLINE, type Fleet, lookedUp, type Process, recovers, twoProcesses } from './fleet.ts'

/** How long a claim lives unless renewed. */
const LEASE = 3_000
/** Between two looks where changes are told. */
const LOOK = 500

/** A lookup of `a` with a loader, and what it has come to. */
function ask({ clock }: Fleet, { cache }: Process, load: () => string | Promise<string>): Asked {
  const began = clock.now()
  const asked: Asked = { answer: undefined }
  const looking = lookedUp(cache, () => cache.getOrSet('a', load).catch((error: Error) => error.message))
  void looking.then(([value, outcome]) => {
    asked.answer = { value, outcome, took: clock.now() - began }
  })
  return asked
}

interface Asked {
  answer:
    | { readonly value: unknown; readonly outcome: Outcome | undefined; readonly took: Milliseconds }
    | undefined
}

const never = (): string => expect.fail('another process loads it')

/** `there` loads `a`, until the origin answers. */
async function loadingThere(options: CacheOptions = {}) {
  const fleet = await twoProcesses(options)
  const origin = Promise.withResolvers<string>()
  const loading = ask(fleet, fleet.there, () => origin.promise)
  await fleet.clock.advance(0)
  return { ...fleet, fleet, origin, loading }
}

describe.each<[string, CacheOptions]>([
  ['a process', {}],
  ['a process without L1', { l1: false }],
])('%s that waits for another', (_, options) => {
  test.each([1, 7, 50, 333, 1_200, 9_999])(
    'has the value as soon as it is there, after %i ms',
    async (after) => {
      const { fleet, clock, here, origin } = await loadingThere(options)
      const asked = ask(fleet, here, never)
      await clock.advance(after)
      expect(asked.answer).toBeUndefined()
      origin.resolve('loaded')
      await clock.advance(0)
      expect(asked.answer).toEqual({ value: 'loaded', outcome: 'coalesced', took: after })
    },
  )

  test('looks seldom meanwhile', async () => {
    const { fleet, clock, here, origin } = await loadingThere(options)
    const asked = ask(fleet, here, never)
    await clock.advance(0)
    const reads = here.chaos.calls('read')
    await clock.advance(10 * LOOK)
    expect(here.chaos.calls('read') - reads).toBeLessThanOrEqual(14)
    origin.resolve('loaded')
    await clock.advance(0)
    expect(asked.answer).toMatchObject({ value: 'loaded' })
  })

  test('shares its wait with all who ask there', async () => {
    const { fleet, clock, here, origin } = await loadingThere(options)
    const asked = Array.from({ length: 100 }, () => ask(fleet, here, never))
    await clock.advance(0)
    const reads = here.chaos.calls('read')
    await clock.advance(2 * LOOK)
    expect(here.chaos.calls('read') - reads).toBeLessThanOrEqual(3)
    origin.resolve('loaded')
    await clock.advance(0)
    for (const { answer } of asked) expect(answer).toMatchObject({ value: 'loaded', outcome: 'coalesced' })
  })

  test('loads at once when the load there fails', async () => {
    const { fleet, clock, here, origin } = await loadingThere(options)
    const asked = ask(fleet, here, () => 'own')
    await clock.advance(40)
    origin.reject(new Error('no'))
    await clock.advance(0)
    expect(asked.answer).toMatchObject({ value: 'own', took: 40 })
  })

  test('loads at once when another process deletes the key', async () => {
    const { fleet, clock, here, there } = await loadingThere(options)
    const asked = ask(fleet, here, () => 'own')
    await clock.advance(40)
    await there.cache.delete('a')
    await clock.advance(0)
    expect(asked.answer).toMatchObject({ value: 'own', took: 40 })
  })

  test('loads at once when its own process deletes the key', async () => {
    const { fleet, clock, here } = await loadingThere(options)
    const asked = ask(fleet, here, () => 'own')
    await clock.advance(40)
    await here.cache.delete('a')
    await clock.advance(0)
    expect(asked.answer).toMatchObject({ value: 'own', took: 40 })
  })

  test('gets what its own process sets meanwhile', async () => {
    const { fleet, clock, here } = await loadingThere(options)
    const asked = ask(fleet, here, never)
    await clock.advance(40)
    await here.cache.set('a', 'set')
    await clock.advance(0)
    expect(asked.answer).toMatchObject({ value: 'set', took: 40 })
  })

  test('gets what another process sets meanwhile', async () => {
    const { fleet, clock, here, there } = await loadingThere(options)
    const asked = ask(fleet, here, never)
    await clock.advance(40)
    await there.cache.set('a', 'set')
    await clock.advance(0)
    expect(asked.answer).toEqual({ value: 'set', outcome: 'coalesced', took: 40 })
  })

  test('loads at once when the link is lost', async () => {
    const { fleet, clock, here } = await loadingThere(options)
    const asked = ask(fleet, here, () => 'own')
    await clock.advance(40)
    here.chaos.down()
    await clock.advance(0)
    expect(asked.answer).toMatchObject({ value: 'own', took: 40 })
  })

  test('loads within a look and a deadline when L2 is frozen', async () => {
    const { fleet, clock, here } = await loadingThere(options)
    const asked = ask(fleet, here, () => 'own')
    await clock.advance(40)
    here.chaos.freeze()
    await clock.advance(LOOK + DEADLINE)
    expect(asked.answer).toMatchObject({ value: 'own' })
  })
})

test('a process that waited keeps the value, and is told when it changes', async () => {
  const { fleet, clock, here, there, origin } = await loadingThere()
  ask(fleet, here, never)
  await clock.advance(10)
  origin.resolve('loaded')
  await clock.advance(0)
  expect(await lookedUp(here.cache, () => here.cache.get('a'))).toEqual(['loaded', 'hit_l1'])
  await there.cache.delete('a')
  expect(await here.cache.get('a')).toBeUndefined()
})

test("a process that waits with coherence 'none' looks soon and often enough", async () => {
  const fleet = await twoProcesses({ coherence: 'none' })
  const { clock, here, there } = fleet
  const origin = Promise.withResolvers<string>()
  void there.cache.getOrSet('a', () => origin.promise)
  await clock.advance(0)
  const asked = ask(fleet, here, never)
  await clock.advance(1_000)
  origin.resolve('loaded')
  await clock.advance(100)
  expect(asked.answer).toMatchObject({ value: 'loaded', outcome: 'coalesced' })
})

describe('a holder that freezes while it loads', () => {
  test('keeps the others waiting for its lease at the most, and its late fill is refused', async () => {
    const { fleet, clock, here, there, origin } = await loadingThere()
    there.chaos.freeze()
    const asked = ask(fleet, here, () => 'own')
    await clock.advance(LEASE + LOOK)
    expect(asked.answer).toMatchObject({ value: 'own' })
    there.chaos.thaw()
    origin.resolve('late')
    await clock.advance(10_000)
    expect(await there.cache.get('a')).toBe('own')
    expect(await here.cache.get('a')).toBe('own')
  })

  test('for a moment keeps its claim', async () => {
    const { fleet, clock, here, there, origin } = await loadingThere()
    const asked = ask(fleet, here, never)
    await clock.advance(900)
    there.chaos.freeze()
    await clock.advance(600)
    there.chaos.thaw()
    await clock.advance(2 * LEASE)
    origin.resolve('loaded')
    await clock.advance(0)
    expect(asked.answer).toMatchObject({ value: 'loaded', outcome: 'coalesced' })
  })

  test.each<readonly [string, (process: Process, isLost: () => boolean) => void]>([
    ['fails', ({ chaos }, isLost) => chaos.fail(({ method }) => method === 'renew' && isLost())],
    [
      'takes too long',
      ({ chaos }, isLost) => chaos.delay(({ method }) => (method === 'renew' && isLost() ? 600 : 0)),
    ],
  ])('keeps its claim when one renewal %s', async (_how, befall) => {
    const { fleet, clock, here, there, origin } = await loadingThere()
    let renewals = 0
    befall(there, () => ++renewals === 1)
    const asked = ask(fleet, here, never)
    await clock.advance(3 * LEASE)
    expect(renewals).toBeGreaterThan(5)
    origin.resolve('loaded')
    await clock.advance(0)
    expect(asked.answer).toMatchObject({ value: 'loaded', outcome: 'coalesced' })
  })

  test('answers its own callers with what it loaded', async () => {
    const { clock, there, origin, loading } = await loadingThere()
    there.chaos.freeze()
    await clock.advance(5 * LEASE)
    origin.resolve('late')
    await clock.advance(0)
    expect(loading.answer).toMatchObject({ value: 'late' })
  })
})

describe('a claim whose load is over', () => {
  const troubles: readonly (readonly [
    string,
    (process: Process) => void,
    (fleet: Fleet) => Promise<void>,
  ])[] = [
    ['L2 was lost', ({ chaos }) => chaos.down(), recovers],
    ['L2 refused the fill', ({ chaos }) => chaos.refuseWrites('READONLY'), recovers],
    ['L2 failed the fill', ({ chaos }) => chaos.fail(({ method }) => method === 'fill'), recovers],
    [
      'L2 failed to read the tags',
      ({ chaos }) => chaos.fail(({ method }) => method === 'ensureMarkers'),
      recovers,
    ],
  ]

  /** `here` claims and loads `a`; what it fills with, or gives back, does not get there. */
  async function orphaned(befall: (process: Process) => void, how: 'loaded' | 'failed'): Promise<Fleet> {
    const fleet = await twoProcesses()
    const { clock, here } = fleet
    const origin = Promise.withResolvers<string>()
    const asked = here.cache.getOrSet('a', () => origin.promise, { tags: ['t'] }).catch(() => 'failed')
    await clock.advance(0)
    befall(here)
    if (how === 'loaded') origin.resolve('loaded')
    else origin.reject(new Error('no'))
    await clock.advance(DEADLINE)
    expect(await asked).toBe(how)
    return fleet
  }

  test.each(troubles)('does not keep its own process waiting, when %s', async (_when, befall, recover) => {
    const fleet = await orphaned(befall, 'loaded')
    const { clock, here } = fleet
    await recover(fleet)
    await here.cache.getOrSet('b', () => 'loaded')
    const asked = ask(fleet, here, () => 'anew')
    await clock.advance(0)
    expect(asked.answer).toMatchObject({ took: 0 })
  })

  test.each(troubles)(
    'keeps others waiting for its lease at the most, when %s',
    async (_when, befall, recover) => {
      const fleet = await orphaned(befall, 'loaded')
      const { clock, there } = fleet
      await recover(fleet)
      const asked = ask(fleet, there, () => 'anew')
      await clock.advance(LEASE + LOOK)
      expect(asked.answer).toMatchObject({ value: 'anew' })
    },
  )

  test.each(['loaded', 'failed'] as const)('is given back over the next link: it %s', async (how) => {
    const fleet = await orphaned(({ chaos }) => chaos.down(), how)
    const { clock, there, here } = fleet
    await recovers(fleet)
    for (const process of [there, here]) {
      const asked = ask(fleet, process, () => 'anew')
      await clock.advance(0)
      expect(asked.answer).toMatchObject({ value: 'anew', took: 0 })
    }
  })

  test('is given back before the link is used', async () => {
    const fleet = await orphaned(({ chaos }) => chaos.down(), 'loaded')
    const { here } = fleet
    here.carriedOut.length = 0
    await recovers(fleet)
    await here.cache.get('b')
    expect(here.carriedOut.indexOf('release')).toBeGreaterThanOrEqual(0)
    expect(here.carriedOut.indexOf('release')).toBeLessThan(here.carriedOut.indexOf('read'))
  })

  test('is not taken from who has claimed since', async () => {
    const fleet = await orphaned(({ chaos }) => chaos.down(), 'loaded')
    const { clock, here, there } = fleet
    await clock.advance(LEASE)
    const origin = Promise.withResolvers<string>()
    void there.cache.getOrSet('a', () => origin.promise)
    await clock.advance(0)
    await recovers(fleet)
    const asked = ask(fleet, here, never)
    await clock.advance(100)
    expect(asked.answer).toBeUndefined()
    origin.resolve('theirs')
    await clock.advance(0)
    expect(asked.answer).toMatchObject({ value: 'theirs', outcome: 'coalesced' })
  })

  test('over a stale value leaves that servable, and to be refreshed by others', async () => {
    const fleet = await twoProcesses({ ttl: '1m', staleFor: '1h' })
    const { clock, here, there } = fleet
    await there.cache.set('a', 'old')
    await here.cache.get('a')
    await clock.advance(60_000)
    const origin = Promise.withResolvers<string>()
    expect(await here.cache.getOrSet('a', () => origin.promise)).toBe('old')
    await clock.advance(0)
    here.chaos.down()
    origin.resolve('never there')
    await clock.advance(DEADLINE)
    await recovers(fleet)
    expect(await there.cache.getOrSet('a', () => 'new')).toBe('old')
    await there.cache.idle()
    expect(await there.cache.get('a')).toBe('new')
    expect(await here.cache.get('a')).toBe('new')
  })
})

describe('a claim that was taken too late to be known', () => {
  /** The answer to the claim comes after its deadline: `here` loads without it. */
  async function late(befall: (process: Process) => void): Promise<Fleet> {
    const fleet = await twoProcesses()
    const { clock, here } = fleet
    befall(here)
    const asked = ask(fleet, here, () => 'loaded')
    await clock.advance(2 * DEADLINE)
    expect(asked.answer).toMatchObject({ value: 'loaded', took: DEADLINE })
    return fleet
  }

  test.each<readonly [string, (process: Process) => void]>([
    ['it was slow', ({ chaos }) => chaos.delay(({ method }) => (method === 'claim' ? 600 : 0))],
    ['its answer was lost', ({ chaos }) => chaos.loseReplies(({ method }) => method === 'claim')],
  ])('is given back at once, when %s', async (_when, befall) => {
    const fleet = await late(befall)
    const { clock, here, there } = fleet
    here.chaos.heal()
    await clock.advance(600)
    for (const process of [there, here]) {
      await process.cache.delete('b')
      const asked = ask(fleet, process, () => 'anew')
      await clock.advance(0)
      expect(asked.answer).toMatchObject({ took: 0 })
    }
  })

  test('does not keep its own process waiting while L2 has not carried out that it is given back', async () => {
    const fleet = await late(({ chaos }) =>
      chaos.loseReplies(({ method }) => method === 'claim' || method === 'release'),
    )
    const { clock, here } = fleet
    await here.cache.expire('a')
    const asked = ask(fleet, here, () => 'anew')
    await clock.advance(DEADLINE)
    expect(asked.answer).toBeDefined()
  })
})
