/** Random operations of two processes: over several shards all is answered as over one server. */
import fc from 'fast-check'
import { type Cache, type CacheOptions, createCache, type LoadContext } from 'hitrate'
import { OUTCOMES } from 'hitrate/metrics'
import { type ManualClock, manualClock, memoryL2 } from 'hitrate/testing'
import { describe, expect, test } from 'vitest'
import type { StoreFactory } from '../../src/stores/store.ts'
import type { Milliseconds } from '../../src/units.ts'
import { outcomesOf } from '../cache/cache-on-clock.ts'
import { expectNothing } from '../cache/expect-nothing.ts'
import { type Layout, shardedL2 } from './sharded-l2.ts'

/** More of them on demand: `RUNS=20000 npx vitest run ...`. */
const RUNS = Number(process.env.RUNS ?? 150)

const KEYS = ['a:1', 'a:2', 'b:1', 'b:2', 'c:1']
const TAGS = ['x', 'y', 'z']
const SHARDS = 3

/** Two processes over one L2. */
interface World {
  readonly clock: ManualClock
  readonly caches: readonly [Cache, Cache]
}

/** Done to both worlds; what it answers is compared. */
interface Step {
  readonly name: string
  run(world: World): Promise<unknown>
  /** How long nothing is done after it. */
  readonly pause: Milliseconds
}

/** Stamps of two servers that fall into one instant say nothing of each other; longer than clocks may differ. */
const APART: Milliseconds = 10

const process_ = fc.constantFrom(0 as const, 1 as const)
const key = fc.constantFrom(...KEYS)
const keys = fc.uniqueArray(key, { minLength: 1, maxLength: KEYS.length })
const tags = fc.uniqueArray(fc.constantFrom(...TAGS), { maxLength: 3 })
const mode = fc.constantFrom('delete' as const, 'expire' as const)
const value = fc.oneof(fc.nat(1_000), fc.constant(null), fc.record({ n: fc.nat(9) }))
const keep = fc.record({
  ttl: fc.constantFrom(15, 205, 1_005, 5_005),
  staleFor: fc.constantFrom(0, 2_000),
  tags,
})

/** A step by one of the processes. */
function by<T>(
  weight: number,
  name: string,
  given: fc.Arbitrary<T>,
  run: (cache: Cache, given: T, world: World) => Promise<unknown>,
): fc.WeightedArbitrary<Step> {
  const pause = fc.constantFrom(0, 0, 0, 0, 10, 200, 1_000, 2_010, 25_000)
  const arbitrary = fc.tuple(process_, given, pause).map(([which, one, pause]) => ({
    name: `${which}: ${name} ${JSON.stringify(one)}, ${pause} ms pass`,
    run: (world: World) => run(world.caches[which], one, world),
    pause,
  }))
  return { weight, arbitrary }
}

const loads = fc.constantFrom('value', 'value', 'value', 'throws', 'nothing', 'unkept')
const getOrSet = fc.record({ key, value, keep, loads, cache: fc.constantFrom('use', 'use', 'refresh') })

const load =
  (result: string, loaded: unknown) =>
  (context: LoadContext): unknown => {
    if (result === 'throws') throw new Error('the origin is down')
    if (result === 'unkept') context.store(false)
    return result === 'nothing' ? undefined : loaded
  }

const step: fc.Arbitrary<Step> = fc.oneof(
  by(8, 'getOrSet', getOrSet, (cache, one) =>
    cache.getOrSet(one.key, load(one.loads, one.value), { ...one.keep, cache: one.cache }),
  ),
  by(3, 'both getOrSet', getOrSet, (_, one, { caches }) =>
    Promise.allSettled(caches.map((cache) => cache.getOrSet(one.key, load(one.loads, one.value), one.keep))),
  ),
  by(3, 'get', key, (cache, one) => cache.get(one)),
  by(3, 'getMany', keys, (cache, those) => cache.getMany(those)),
  by(2, 'look for strangers', fc.constantFrom('a', 'b'), expectNothing),
  by(1, 'peek and has', keys, (cache, those) =>
    Promise.all(those.flatMap((one) => [cache.peek(one), cache.has(one)])),
  ),
  by(3, 'set', fc.record({ key, value, keep }), (cache, one) => cache.set(one.key, one.value, one.keep)),
  by(2, 'setMany', fc.record({ keys, value, keep }), (cache, one) =>
    cache.setMany(one.keys.map((key) => ({ key, value: one.value, ...one.keep }))),
  ),
  by(2, 'delete', keys, (cache, those) => cache.delete(those)),
  by(2, 'expire', keys, (cache, those) => cache.expire(those)),
  by(3, 'invalidate by tags', fc.record({ tags, mode }), (cache, one) =>
    one.tags.length === 0 ? Promise.resolve() : cache.invalidate({ tags: one.tags }, { mode: one.mode }),
  ),
  by(
    2,
    'invalidate by pattern',
    fc.record({ pattern: fc.constantFrom('a:*', '*:1', '?:2', '*', 'd:*'), mode }),
    (cache, one) => cache.invalidate({ pattern: one.pattern }, { mode: one.mode }),
  ),
  by(1, 'invalidate all', mode, (cache, how) => cache.invalidate('all', { mode: how })),
)

/** Which shard holds what, and how far the shards' clocks may differ. */
const layout: fc.Arbitrary<Layout> = fc
  .record({
    ofKeys: fc.array(fc.nat(SHARDS - 1), { minLength: KEYS.length, maxLength: KEYS.length }),
    ofTags: fc.array(fc.nat(SHARDS - 1), { minLength: TAGS.length, maxLength: TAGS.length }),
    ofAll: fc.nat(SHARDS - 1),
    skew: fc.constantFrom(0, 1, 5),
  })
  .map(({ ofKeys, ofTags, ofAll, skew }) => ({
    shardOf: (one) => ofKeys[KEYS.indexOf(one)] ?? 0,
    shardOfMarker: (name) => ofTags[TAGS.indexOf(name)] ?? ofAll,
    skew: (of, before) => (of === before ? 0 : skew),
  }))

async function worldOver(l2: StoreFactory, options: CacheOptions): Promise<World> {
  const clock = manualClock()
  const start = () => createCache({ clock, jitter: 0, retryAfter: 2_005, l2, ...options })
  const world: World = { clock, caches: [start(), start()] }
  await clock.advance(APART)
  return world
}

/** What the step answers, and what was counted since the beginning. */
async function play(
  world: World,
  { name, run, pause }: Step,
  { counted, answered }: Variant,
): Promise<unknown> {
  const { clock, caches } = world
  const playing = run(world).then(
    (answer) => ({ answer: answered(answer, name) }),
    (error: unknown) => ({ error: error instanceof Error ? error.message : error }),
  )
  await clock.advance(APART)
  const came = await playing
  for (const cache of caches) await cache.idle()
  await clock.advance(pause)
  return { ...came, outcomes: counted(summed(caches.map(outcomesOf))) }
}

type Outcomes = ReturnType<typeof outcomesOf>

/** Of two processes that ask at once either may be the one that loads. */
function summed(those: readonly Outcomes[]): Outcomes {
  const counts = OUTCOMES.map((outcome) => {
    const sum = those.reduce((total, one) => total + (one[outcome] ?? 0), 0)
    return [outcome, sum] as const
  })
  return Object.fromEntries(counts)
}

/** Of a batch that is larger than L1 what was filled last stays, and servers answer in no order. */
function whicheverTier({ hit_l1 = 0, hit_l2 = 0, ...others }: Outcomes): Outcomes {
  return { ...others, hit_l2: hit_l1 + hit_l2 }
}

/** Nor is it known then how many entries of L1 an invalidation of all finds. */
function withoutCountOfL1(answer: unknown, step: string): unknown {
  return step.includes('invalidate all') && typeof answer === 'object' && answer !== null
    ? { ...answer, count: undefined }
    : answer
}

interface Variant {
  readonly options: CacheOptions
  readonly counted: (outcomes: Outcomes) => Outcomes
  readonly answered: (answer: unknown, step: string) => unknown
}

const asItIs = <T>(one: T): T => one
const EXACT = { counted: asItIs, answered: asItIs }

const CACHES: Readonly<Record<string, Variant>> = {
  'with an L1': { options: {}, ...EXACT },
  'with a tiny L1': {
    options: { l1: { maxEntries: 1 } },
    counted: whicheverTier,
    answered: withoutCountOfL1,
  },
  'without an L1': { options: { l1: false }, ...EXACT },
  'whose L1 is not told': { options: { coherence: 'none' }, ...EXACT },
}

describe.each(Object.entries(CACHES))('caches %s', (_, variant) => {
  const { options } = variant
  test('answer over shards as over one server', { timeout: 20_000 + RUNS * 100 }, async () => {
    await fc.assert(
      fc.asyncProperty(layout, fc.array(step, { maxLength: 40, size: 'max' }), async (where, steps) => {
        const one = await worldOver(memoryL2(), options)
        const several = await worldOver(shardedL2([memoryL2(), memoryL2(), memoryL2()], where), options)
        for (const [index, next] of steps.entries()) {
          const [expected, answered] = await Promise.all([
            play(one, next, variant),
            play(several, next, variant),
          ])
          const log = steps.slice(0, index + 1).map(({ name }) => name)
          expect(answered, log.join('\n')).toEqual(expected)
        }
        for (const { caches, clock } of [one, several]) {
          for (const cache of caches) await cache.close()
          expect(clock.pending).toBe(0)
        }
      }),
      { numRuns: RUNS },
    )
  })
})
