/** Random operations with random options, one after the other: the cache answers as the model does. */
import fc from 'fast-check'
import { type Cache, type CacheOptions, createCache, type LoadContext } from 'hitrate'
import { type ManualClock, manualClock, memoryL2 } from 'hitrate/testing'
import { describe, expect, test } from 'vitest'
import { compileGlob } from '../../src/glob.ts'
import { expectNothing } from '../cache/expect-nothing.ts'
import { CacheModel, type Expected, type Keep, type Loaded } from './cache-model.ts'

/** More of them on demand: `RUNS=20000 npx vitest run ...`. */
const RUNS = Number(process.env.RUNS ?? 250)
const RETRY_AFTER = 2_005

const KEYS = ['a:1', 'a:2', 'b:1']
const key = fc.constantFrom(...KEYS)
const tag = fc.constantFrom('x', 'y')
const mode = fc.constantFrom('delete' as const, 'expire' as const)
// The clock moves by tens, so that it never stands where a life ends.
const keep: fc.Arbitrary<Keep> = fc.record({
  ttl: fc.constantFrom(15, 205, 1_005, 5_005),
  staleFor: fc.constantFrom(0, 30, 2_000, 20_000),
  tags: fc.uniqueArray(tag, { maxLength: 2 }),
})
const value = fc.oneof(fc.nat(1_000), fc.constant(null), fc.record({ n: fc.nat(9) }))
const loaded: fc.Arbitrary<Loaded> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('value' as const), value }) },
  { weight: 4, arbitrary: fc.constant({ kind: 'throws', value: undefined } as const) },
  { weight: 1, arbitrary: fc.constant({ kind: 'nothing', value: undefined } as const) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('unkept' as const), value }) },
)

interface World {
  readonly cache: Cache
  readonly model: CacheModel
  readonly clock: ManualClock
}

/** One step, done to both; it fails where they differ. */
interface Step {
  readonly name: string
  run(world: World): Promise<void>
}

const named = (name: string, run: Step['run']): Step => ({ name, run })

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(key, loaded, keep, fc.constantFrom('use', 'use', 'use', 'refresh', 'bypass'))
      .map(([one, result, how, cache]) =>
        named(`getOrSet ${one} ${JSON.stringify(result)} ${JSON.stringify(how)} ${cache}`, async (world) => {
          const load = (context: LoadContext) => {
            if (result.kind === 'throws') throw new Error('the origin is down')
            if (result.kind === 'unkept') context.store(false)
            return result.value
          }
          const expected = world.model.getOrSet(one, result, how, cache)
          await same(world, expected, () => world.cache.getOrSet(one, load, { ...how, cache }))
        }),
      ),
  },
  {
    weight: 2,
    arbitrary: key.map((one) =>
      named(`get ${one}`, (world) => same(world, world.model.get(one), () => world.cache.get(one))),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constant(
      named('peek, has and getMany of all', async ({ cache, model }) => {
        const values = KEYS.map((one) => model.get(one).value)
        expect(await Promise.all(KEYS.map((one) => cache.peek(one)))).toEqual(values)
        expect(await Promise.all(KEYS.map((one) => cache.has(one)))).toEqual(
          values.map((one) => one !== undefined),
        )
        expect(await cache.getMany(KEYS)).toEqual(values)
      }),
    ),
  },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom('a', 'b')
      .map((family) =>
        named(`strangers of ${family}:* are looked for`, ({ cache }) => expectNothing(cache, family)),
      ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(key, value, keep).map(([one, what, how]) =>
      named(`set ${one} ${JSON.stringify(what)} ${JSON.stringify(how)}`, async ({ cache, model }) => {
        model.set(one, what, how)
        expect(await cache.set(one, what, how)).toEqual({ count: 1, delivered: true })
      }),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(key, mode).map(([one, how]) =>
      named(`${how} ${one}`, async ({ cache, model }) => {
        model.invalidate((covered) => covered === one, how)
        if (how === 'expire') model.retry(one)
        await cache[how](one)
      }),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(tag, mode).map(([one, how]) =>
      named(`${how} tag ${one}`, async ({ cache, model }) => {
        model.invalidate((_, tags) => tags.includes(one), how)
        await cache.invalidate({ tags: [one] }, { mode: how })
      }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom('a:*', '*:1', '?:2', '*'), mode).map(([pattern, how]) =>
      named(`${how} pattern ${pattern}`, async ({ cache, model }) => {
        model.invalidate(compileGlob(pattern), how)
        if (how === 'expire') model.retry(pattern)
        await cache.invalidate({ pattern }, { mode: how })
      }),
    ),
  },
  {
    weight: 1,
    arbitrary: mode.map((how) =>
      named(`${how} all`, async ({ cache, model }) => {
        model.invalidate(() => true, how)
        await cache.invalidate('all', { mode: how })
      }),
    ),
  },
  {
    weight: 4,
    arbitrary: fc.constantFrom(10, 20, 20, 200, 710, 1_000, 2_010, 25_000).map((by) =>
      named(`${by} ms pass`, async ({ clock, model }) => {
        await clock.advance(by)
        model.now += by
      }),
    ),
  },
)

/** The same value, counted as the same outcome. */
async function same({ cache }: World, expected: Expected, ask: () => Promise<unknown>): Promise<void> {
  const before = cache.metrics.overall().outcomes
  const answer = await ask().catch(() => undefined)
  const after = cache.metrics.overall().outcomes
  const more = (name: keyof typeof after) => after[name] - before[name]
  expect(answer).toEqual(expected.value)
  const counted = {
    hit: more('hit_l1') + more('hit_l2'),
    stale: more('stale'),
    miss: more('miss'),
    error: more('error'),
    bypass: more('bypass'),
  }
  expect(counted).toEqual({ hit: 0, stale: 0, miss: 0, error: 0, bypass: 0, [expected.outcome]: 1 })
  expect(more('coalesced')).toBe(0)
}

const CACHES: Readonly<Record<string, () => CacheOptions>> = {
  'in memory': () => ({}),
  'over an L2': () => ({ l2: memoryL2() }),
  'with a tiny L1 over an L2': () => ({ l1: { maxEntries: 1 }, l2: memoryL2({ compressAbove: 1 }) }),
  'in L2 alone': () => ({ l1: false, l2: memoryL2() }),
}

describe.each(Object.entries(CACHES))('a cache %s', (_, options) => {
  test('answers as the model does', { timeout: 20_000 + RUNS * 50 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async (steps) => {
        const clock = manualClock()
        const cache = createCache({ clock, jitter: 0, retryAfter: RETRY_AFTER, ...options() })
        const world = { cache, clock, model: new CacheModel(RETRY_AFTER) }
        for (const [index, { name, run }] of steps.entries()) {
          await run(world).catch((error: unknown) => {
            const log = steps.slice(0, index + 1).map((one) => one.name)
            throw new Error(`${name}: ${error instanceof Error ? error.message : error}\n${log.join('\n')}`)
          })
          await cache.idle()
        }
        await cache.close()
        expect(clock.pending).toBe(0)
      }),
      { numRuns: RUNS },
    )
  })
})
