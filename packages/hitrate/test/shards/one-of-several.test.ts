import { describe, expect, test } from 'vitest'
import { createCache } from '../../src/cache/cache.ts'
import type { Cache, CacheOptions } from '../../src/cache/types.ts'
import { type ChaosL2, chaosL2 } from '../../src/testing/chaos-store.ts'
import { type ManualClock, manualClock } from '../../src/testing/manual-clock.ts'
import { memoryL2 } from '../../src/testing/memory-l2.ts'
import { outcomesOf } from '../cache/cache-on-clock.ts'
import { DEADLINE } from '../coherence/fleet.ts'
import { byNumber, type Layout, shardedL2 } from './sharded-l2.ts'

interface Process {
  readonly cache: Cache
  /** Before each shard. */
  readonly chaos: readonly [ChaosL2, ChaosL2, ChaosL2]
}

/** Two processes over three shards: what a key or a tag ends in says on which it lies; the cache's own marker is on 0. */
async function twoProcesses(options: CacheOptions = {}, layout: Partial<Layout> = {}) {
  const clock = manualClock()
  const shards = [memoryL2(), memoryL2(), memoryL2()] as const
  const start = (): Process => {
    const chaos = [chaosL2(shards[0]), chaosL2(shards[1]), chaosL2(shards[2])] as const
    const l2 = shardedL2(chaos, { ...byNumber, ...layout })
    return { chaos, cache: createCache({ clock, jitter: 0, ttl: '1h', l2, ...options }) }
  }
  const fleet = { clock, shards, here: start(), there: start() }
  await clock.advance(0)
  return fleet
}

const FAULTS: readonly (readonly [string, (chaos: ChaosL2) => void])[] = [
  ['is down', (chaos) => chaos.down()],
  ['is frozen', (chaos) => chaos.freeze()],
  ['fails', (chaos) => chaos.fail(1)],
]

/** Looks the keys up at once; how long that took on the cache's clock, and what came of it. */
async function lookUp(cache: Cache, clock: ManualClock, keys: readonly string[]) {
  const began = clock.now()
  const waits = keys.map(async (key) => {
    const value = await cache.getOrSet(key, () => `loaded ${key}`)
    return { key, value, waited: clock.now() - began }
  })
  await clock.advance(4 * DEADLINE)
  return Promise.all(waits)
}

describe.each(FAULTS)('where one of three shards %s', (_, befall) => {
  test('keys of the others are found there, without waiting for it', async () => {
    const { clock, here, there } = await twoProcesses({ l1: false })
    for (const key of ['k0', 'k1', 'k2']) await there.cache.set(key, 'stored')
    befall(here.chaos[1])
    const looked = await lookUp(here.cache, clock, ['k0', 'k1', 'k2'])
    expect(looked.map(({ key, value }) => [key, value])).toEqual([
      ['k0', 'stored'],
      ['k1', 'loaded k1'],
      ['k2', 'stored'],
    ])
    expect(looked.filter(({ key }) => key !== 'k1').map(({ waited }) => waited)).toEqual([0, 0])
    expect(looked[1]?.waited).toBeLessThanOrEqual(2 * DEADLINE)
    expect(outcomesOf(here.cache)).toEqual({ hit_l2: 2, miss: 1 })
  })

  test('a batch hits for the others', async () => {
    const { clock, here, there } = await twoProcesses({ l1: false })
    for (const key of ['k0', 'k1', 'k2']) await there.cache.set(key, 'stored')
    befall(here.chaos[1])
    const values = here.cache.getMany(['k0', 'k1', 'k2'])
    await clock.advance(2 * DEADLINE)
    expect(await values).toEqual(['stored', undefined, 'stored'])
  })

  test('a batch is written to the others, and says that not all of it was', async () => {
    const { clock, here, there } = await twoProcesses()
    befall(here.chaos[1])
    const set = here.cache.setMany(['k0', 'k1', 'k2'].map((key) => ({ key, value: 'set' })))
    await clock.advance(2 * DEADLINE)
    expect(await set).toEqual({ count: 2, delivered: false })
    expect(await there.cache.getMany(['k0', 'k1', 'k2'])).toEqual(['set', undefined, 'set'])
  })

  test('tags whose marker it holds are taken as they were last known, and the others work', async () => {
    const { clock, here, there } = await twoProcesses({ l1: false })
    await there.cache.set('k0', 'stored', { tags: ['tag1'] })
    expect(await here.cache.get('k0')).toBe('stored')
    befall(here.chaos[1])
    // Lost: what hangs is found to be, what fails is left alone.
    await lookUp(here.cache, clock, ['a1', 'b1', 'c1', 'd1', 'e1', 'f1'])
    await clock.advance(3_000)
    const looked = await lookUp(here.cache, clock, ['k0'])
    expect(looked).toEqual([{ key: 'k0', value: 'stored', waited: 0 }])
  })

  test('an invalidation of keys is delivered to the others, and to it once it is well again', async () => {
    const { clock, here, there } = await twoProcesses({ l1: false })
    for (const key of ['k0', 'k1', 'k2']) await there.cache.set(key, 'old')
    befall(here.chaos[1])
    const deleted = here.cache.delete(['k0', 'k1', 'k2'])
    await clock.advance(2 * DEADLINE)
    expect(await deleted).toMatchObject({ delivered: false })
    expect(await there.cache.getMany(['k0', 'k1', 'k2'])).toEqual([undefined, 'old', undefined])
    // What another process has stored since on the other shards is not touched again.
    await there.cache.set('k0', 'new')
    expect((await lookUp(here.cache, clock, ['k1'])).map(({ value }) => value)).toEqual(['loaded k1'])
    here.chaos[1].heal()
    await clock.advance(40_000)
    expect(await there.cache.getMany(['k0', 'k1', 'k2'])).toEqual(['new', undefined, undefined])
  })

  test.each<readonly [string, (cache: Cache) => Promise<unknown>]>([
    ['a pattern', (cache) => cache.invalidate({ pattern: 'k*' })],
    ['tags', (cache) => cache.invalidate({ tags: ['tag0', 'tag1', 'tag2'] })],
  ])('an invalidation by %s reaches it once it is well again', async (_what, invalidate) => {
    const { clock, here, there } = await twoProcesses({ l1: false })
    for (const n of [0, 1, 2]) await there.cache.set(`k${n}`, 'old', { tags: [`tag${n}`] })
    befall(here.chaos[1])
    const invalidated = invalidate(here.cache)
    await clock.advance(4 * DEADLINE)
    expect(await invalidated).toMatchObject({ delivered: false })
    expect(await there.cache.getMany(['k0', 'k2'])).toEqual([undefined, undefined])
    here.chaos[1].heal()
    await clock.advance(40_000)
    expect(await there.cache.getMany(['k0', 'k1', 'k2'])).toEqual([undefined, undefined, undefined])
  })
})

describe('a tag whose server is lost, and that others invalidate meanwhile', () => {
  /** `here` knew the tag, and has lost its server since; `there` has not. */
  async function invalidatedUnheard(onDisconnect: 'serve' | 'bypass') {
    const fleet = await twoProcesses({ l1: false, onDisconnect })
    const { clock, here, there } = fleet
    await there.cache.set('k0', 'stored', { tags: ['tag1'] })
    expect(await here.cache.get('k0')).toBe('stored')
    here.chaos[1].down()
    await there.cache.invalidate({ tags: ['tag1'] })
    await clock.advance(100)
    return lookUp(here.cache, clock, ['k0'])
  }

  test("is taken as it was last known with 'serve': nobody can tell", async () => {
    expect(await invalidatedUnheard('serve')).toMatchObject([{ value: 'stored', waited: 0 }])
  })

  test("keeps its entries from being read with 'bypass'", async () => {
    expect(await invalidatedUnheard('bypass')).toMatchObject([{ value: 'loaded k0' }])
  })
})

test('L1 drops what was read from one when that is back, and keeps the rest', async () => {
  const { clock, here, there } = await twoProcesses()
  for (const key of ['k0', 'k1', 'k2']) await there.cache.set(key, 'stored')
  await here.cache.getMany(['k0', 'k1', 'k2'])
  const before = outcomesOf(here.cache)
  here.chaos[1].down()
  await clock.advance(100)
  here.chaos[1].up()
  await clock.advance(1_000)
  await here.cache.getMany(['k0', 'k1', 'k2'])
  expect(outcomesOf(here.cache)).toEqual({ hit_l2: (before.hit_l2 ?? 0) + 1, hit_l1: 2 })
})

test('all of several shards must be there for L2 to be ready', async () => {
  const { clock, here } = await twoProcesses()
  expect(await here.cache.ready()).toEqual({ l2: 'ready' })
  here.chaos[2].down()
  await clock.advance(10)
  expect(here.cache.metrics.health().reasons).toContain('l2_unavailable')
  here.chaos[2].up()
  await clock.advance(1_000)
  expect(here.cache.metrics.health().reasons).not.toContain('l2_unavailable')
})

describe('clocks of shards that differ', () => {
  /** Keys lie on 0, tags on 1. */
  const layout = (ahead: number): Partial<Layout> => ({
    shardOf: () => 0,
    shardOfMarker: (name) => (name === '' ? 0 : 1),
    skew: (of, before) => (of === before ? 0 : ahead),
  })

  test('what may have begun before an invalidation counts as if it had', async () => {
    const { clock, here } = await twoProcesses({ l1: false }, layout(100))
    await here.cache.getOrSet('k', () => 'first', { tags: ['tag'] })
    await here.cache.invalidate({ tags: ['tag'] })
    await clock.advance(50)
    await here.cache.getOrSet('k', () => 'within the difference', { tags: ['tag'] })
    await clock.advance(100)
    expect(await here.cache.getOrSet('k', () => 'after it', { tags: ['tag'] })).toBe('after it')
    expect(await here.cache.getOrSet('k', () => 'not loaded', { tags: ['tag'] })).toBe('after it')
  })
})

test('a pattern finds keys that move from one shard to another while it is looked for', async () => {
  let moved = false
  let asked = 0
  const { here, there, clock } = await twoProcesses(
    { l1: false },
    {
      shardOf: (key) => (key === 'k1' && moved ? 0 : byNumber.shardOf(key)),
      placement: async () => String(asked++ === 0 ? 'before' : moved),
    },
  )
  await there.cache.set('k1', 'old')
  here.chaos[1].delay(({ method }) => (method === 'scan' ? 40 : 0))
  const invalidated = here.cache.invalidate({ pattern: 'k*' })
  // Its new place, shard 0, has been looked at when it comes there, and the one before has not yet.
  await clock.advance(10)
  moved = true
  await there.cache.set('k1', 'old')
  await clock.advance(200)
  expect(await invalidated).toMatchObject({ delivered: true })
  expect(await there.cache.get('k1')).toBeUndefined()
})
