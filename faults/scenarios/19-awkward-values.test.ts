import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { startRedis } from '@hitrate/test-support'
import { createCache } from 'hitrate'
import { redisStore } from 'hitrate/redis'
import { expect, test } from 'vitest'
import { record } from '../src/figures.ts'
import { LONG, patience } from '../src/scale.ts'

const MEGABYTE = 1024 * 1024
/** Encoding a value is one piece of work: about 10 ms a megabyte, several times that on a busy machine. */
const BUDGET_MS_PER_MEGABYTE = 60

const SIZES = LONG ? [1, 4, 16, 64] : [1, 16]

test.each(SIZES)(
  'a value of %i MB is returned, whether it can be kept or not, and the event loop goes on',
  { timeout: patience(60) },
  async (megabytes) => {
    await using redis = await startRedis()
    await using cache = createCache({ l2: redisStore(redis.url, { timeout: '5s' }) })
    await cache.ready()
    const value = { text: 'x'.repeat(megabytes * MEGABYTE) }
    const delays = monitorEventLoopDelay({ resolution: 10 })
    await sleep(50)
    delays.enable()
    const got = await cache.getOrSet('item:1', async () => value)
    await cache.idle()
    await sleep(50)
    delays.disable()
    expect(got.text.length).toBe(megabytes * MEGABYTE)

    const kept = await cache.get('item:1')
    const fits = megabytes <= 7
    if (fits) expect(kept).toEqual(value)
    else {
      expect(kept).toBeUndefined()
      expect(cache.metrics.totals().missReasons.uncacheable).toBe(1)
    }
    const stalled = delays.max / 1e6
    record({
      scenario: `19 value of ${megabytes} MB`,
      errors: 0,
      more: `event loop held for ${stalled.toFixed(0)} ms`,
    })
    expect(stalled).toBeLessThan(BUDGET_MS_PER_MEGABYTE * Math.max(4, megabytes))
  },
)

test('a key of 10 KB, and values that nothing can write down, are loaded each time and counted', async () => {
  await using redis = await startRedis()
  await using cache = createCache({ l2: redisStore(redis.url) })
  await cache.ready()
  const cyclic: Record<string, unknown> = {}
  cyclic.self = cyclic
  const throwing = {
    toJSON(): never {
      throw new Error('not me')
    },
  }
  const cases: readonly (readonly [string, unknown])[] = [
    ['k'.repeat(10_000), 'long key'],
    ['item:\ud800', 'half a surrogate pair in the key'],
    ['item:cyclic', cyclic],
    ['item:throwing', throwing],
    ['item:bigint', 10n],
    ['item:function', () => 1],
  ]
  for (const [key, value] of cases) {
    let loads = 0
    const load = async (): Promise<never> => {
      loads++
      return value as never
    }
    for (let round = 1; round <= 2; round++) {
      await cache.getOrSet(key, load)
      await cache.idle()
      expect(loads).toBe(round)
    }
  }
  expect(cache.metrics.totals().missReasons.uncacheable).toBe(2 * cases.length)
})
