/** What is asked of a cache may be too much, too large or hostile: it stays within its bounds, and callers get their values. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { memoryL2 } from '../../src/testing/memory-l2.ts'
import { cacheOnClock, outcomesOf, reasonsOf } from './cache-on-clock.ts'
import { l2Between } from './l2-between.ts'
import { createOrigin } from './origin.ts'

const MIB = 1024 * 1024

describe.each([
  ['in memory', () => ({})],
  ['over an L2', () => ({ l2: memoryL2(), fleet: false })],
])('many callers of one key %s', (_, tiers) => {
  test('of whom any abort in any order: the others get the value, and the load ends with the last', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 30 }),
        fc.array(fc.nat(), { maxLength: 60 }),
        async (callers, order) => {
          const { cache, clock } = cacheOnClock(tiers())
          const { load, loads, answer } = createOrigin()
          const controllers = Array.from({ length: callers }, () => new AbortController())
          const ended = Promise.allSettled(
            controllers.map(({ signal }) => cache.getOrSet('a', load, { signal })),
          )
          await clock.advance(0)
          const leaving = new Set(order.map((nth) => nth % callers))
          for (const nth of leaving) {
            expect(loads[0]?.signal.aborted).toBe(false)
            controllers[nth]?.abort(nth)
          }
          await clock.advance(0)
          expect(loads[0]?.signal.aborted).toBe(leaving.size === callers)
          answer('v')
          expect(await ended).toEqual(
            controllers.map((_controller, nth) =>
              leaving.has(nth) ? { status: 'rejected', reason: nth } : { status: 'fulfilled', value: 'v' },
            ),
          )
          await cache.idle()
          expect(loads).toHaveLength(1)
          expect(clock.pending).toBe(0)
          expect(outcomesOf(cache).bypass ?? 0).toBe(leaving.size)
        },
      ),
      { numRuns: 50 },
    )
  })
})

describe('100 000 keys that were warmed together', () => {
  const KEYS = Array.from({ length: 100_000 }, (_, index) => `product:${index}`)
  const TTL = 60_000
  const JITTER = 0.1
  const MAX_LOADS = 100
  const STEPS = 5
  const STEP = (TTL * JITTER) / STEPS

  test('are loaded anew at a rate that jitter has made even, and never more at once than may be', async () => {
    const { cache, clock } = cacheOnClock({ ttl: TTL, jitter: JITTER, maxLoads: MAX_LOADS })
    const warmed = await cache.warm(KEYS.map((key) => ({ key, value: 0 })))
    expect(warmed).toMatchObject({ warmed: KEYS.length })
    const origin = createOrigin<number>()
    let answered = 0
    let most = 0
    /** Asks for everything, as a busy site does, and answers all loads; how many there were. */
    const askAll = async (): Promise<number> => {
      const before = origin.loads.length
      const asked = Promise.all(KEYS.map((key) => cache.getOrSet(key, origin.load)))
      await clock.advance(0)
      while (origin.loads.length > answered) {
        most = Math.max(most, origin.loads.length - answered)
        answered = origin.loads.length
        origin.answer(1)
        await clock.advance(0)
      }
      await asked
      return origin.loads.length - before
    }

    await clock.advance(TTL * (1 - JITTER))
    expect(await askAll()).toBe(0)
    const even = KEYS.length / STEPS
    const rates: number[] = []
    for (let step = 0; step < STEPS; step++) {
      await clock.advance(STEP)
      rates.push(await askAll())
    }
    expect(rates.reduce((sum, rate) => sum + rate, 0)).toBe(KEYS.length)
    expect(Math.max(...rates)).toBeLessThan(even * 1.1)
    expect(Math.min(...rates)).toBeGreaterThan(even * 0.9)
    expect(most).toBe(MAX_LOADS)
    expect(outcomesOf(cache)).toEqual({ hit_l1: KEYS.length * STEPS, miss: KEYS.length })
    console.log(
      `100 000 keys expire together: ${Math.min(...rates)} to ${Math.max(...rates)} loads a step of ${STEP} ms, ${most} at once`,
    )
  }, 60_000)
})

describe('loads that never end', () => {
  test('leave nothing behind, and whoever waited for them or for a slot is told', async () => {
    const { cache, clock } = cacheOnClock({ maxLoads: 10, loadDeadline: 1_000 })
    const never = vi.fn(() => new Promise<string>(() => {}))
    const asked = Promise.allSettled(
      Array.from({ length: 2_000 }, (_, index) => cache.getOrSet(`key:${index}`, never)),
    )
    await clock.advance(3_000)
    expect((await asked).every(({ status }) => status === 'rejected')).toBe(true)
    await cache.idle()
    expect(clock.pending).toBe(0)
    expect(outcomesOf(cache)).toEqual({ error: 2_000 })
    expect(never.mock.calls.length).toBeLessThanOrEqual(20)
    expect(await cache.getOrSet('key:0', () => 'v')).toBe('v')
  })
})

describe('a hostile payload in L2', () => {
  /** Writes any text with a right checksum, as whoever knows the format can. */
  const writerOf = (text: string, l2 = memoryL2()) => {
    const { cache } = cacheOnClock({
      l2: { ...l2, settings: { ...l2.settings, maxValueBytes: 256 * MIB } },
      l1: false,
      codec: { name: 'json', accepts: 'json', encode: () => text, decode: () => 'forged' },
    })
    return { l2, write: (key: string) => cache.set(key, 'forged') }
  }

  test('that names __proto__ pollutes nothing, and is the same value from each tier', async () => {
    const text =
      '{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}},"a":[{"__proto__":null}]}'
    const { l2, write } = writerOf(text)
    await write('a')
    const { cache } = cacheOnClock({ l2 })
    const loaded = cacheOnClock().cache
    for (const value of [
      await cache.get('a'),
      await cache.get('a'),
      await loaded.getOrSet<unknown>('a', () => JSON.parse(text)),
      await loaded.get('a'),
    ]) {
      expect(JSON.stringify(value)).toBe(text)
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
      expect(Object.hasOwn(Object(value), 'admin')).toBe(false)
      expect(Reflect.get(Object(value), 'admin')).toBeUndefined()
    }
    expect(outcomesOf(cache)).toEqual({ hit_l2: 1, hit_l1: 1 })
    expect(Reflect.get({}, 'admin')).toBeUndefined()
  })

  test.each<readonly [string, string]>([
    ['of brackets that never close', '['.repeat(500_000)],
    ['of objects that never close', '{"a":'.repeat(200_000)],
    ['of 60 MB that pack into a few kB', `"${'a'.repeat(60 * MIB)}"`],
  ])('that is a bomb %s is a miss, counted and replaced', async (_, text) => {
    const { l2, write } = writerOf(text)
    expect(await write('a')).toEqual({ count: 1, delivered: true })
    const { cache } = cacheOnClock({ l2, l1: false })
    expect(await cache.getOrSet('a', () => 'v')).toBe('v')
    await cache.idle()
    expect(reasonsOf(cache)).toEqual({ decode_error: 1 })
    expect(cache.metrics.totals().incidents.decode_error).toBeGreaterThan(0)
    expect(await cache.getOrSet('a', () => 'w')).toBe('v')
    expect(outcomesOf(cache)).toEqual({ miss: 1, hit_l2: 1 })
  })

  test('that is nested deeper than a stack reaches is answered, frozen, and kept', async () => {
    const depth = 200_000
    const { l2, write } = writerOf(`${'['.repeat(depth)}${']'.repeat(depth)}`)
    await write('a')
    const { cache } = cacheOnClock({ l2 })
    for (const outcome of ['hit_l2', 'hit_l1'] as const) {
      let reached = 0
      for (let value = await cache.get('a'); Array.isArray(value); value = value[0]) {
        if (Object.isFrozen(value)) reached++
      }
      expect(reached).toBe(depth)
      expect(outcomesOf(cache)[outcome]).toBe(1)
    }
  })
})

describe('a large value', () => {
  const textOf = (bytes: number): string => 'Lorem ipsum '.repeat(Math.ceil(bytes / 12)).slice(0, bytes)

  test.each([1, 4, 7])('of %i MB is kept in both tiers, packed in L2', async (megabytes) => {
    const l2 = memoryL2()
    const { cache } = cacheOnClock({ l2 })
    const value = textOf(megabytes * MIB)
    expect(await cache.getOrSet('a', () => value)).toBe(value)
    await cache.idle()
    expect(await cache.get('a')).toBe(value)
    const { cache: other } = cacheOnClock({ l2 })
    expect(await other.get('a')).toBe(value)
    expect(outcomesOf(cache)).toEqual({ miss: 1, hit_l1: 1 })
    expect(outcomesOf(other)).toEqual({ hit_l2: 1 })
  })

  test.each([9, 16, 64])('of %i MB is returned, not kept, and counted as such', async (megabytes) => {
    const { l2, calls } = l2Between()
    const { cache } = cacheOnClock({ l2 })
    const value = textOf(megabytes * MIB)
    for (let time = 0; time < 2; time++) expect(await cache.getOrSet('a', () => value)).toBe(value)
    await cache.idle()
    expect(await cache.set('a', value)).toEqual({ count: 0, delivered: true })
    expect(calls.get('fill')).toEqual([])
    expect(calls.get('write')).toEqual([])
    expect(reasonsOf(cache)).toEqual({ uncacheable: 2 })
    expect(await cache.info()).toMatchObject({ l1: { entries: 0, sizeBytes: 0 } })
  })

  test('holds up the event loop no longer than a few times what its JSON alone takes', async () => {
    const rows = Array.from({ length: 20_000 }, (_, id) => ({
      id,
      title: `Product number ${id} with a fairly ordinary title`,
      seller: `seller-${(id * 7_919) % 977}`,
      price: (id * 104_729) % 10_007,
      tags: ['sale', 'new', `tag-${id % 50}`],
      text: 'A few words about it, as shops have them. '.repeat(5),
    }))
    const json = fastestOf(5, async () => {
      JSON.parse(JSON.stringify(rows))
    })
    let nth = 0
    const { cache } = cacheOnClock({ l2: memoryL2() })
    const kept = fastestOf(5, async () => {
      await cache.getOrSet(`rows:${nth++}`, () => rows)
      await cache.idle()
    })
    const [jsonMs, keptMs] = [await json, await kept]
    const { valueSize } = cache.metrics.totals()
    console.log(
      `a value of ${(valueSize.sum / valueSize.count / MIB).toFixed(1)} MB: JSON alone ${jsonMs.toFixed(0)} ms, loaded and kept ${keptMs.toFixed(0)} ms`,
    )
    expect(keptMs).toBeLessThan(4 * jsonMs + 50)
  })
})

describe('a key of 10 KB', () => {
  const KEY = `product:${'x'.repeat(10_000)}`

  test('is answered by every call, and neither read nor written in L2', async () => {
    const { l2, calls } = l2Between()
    const { cache } = cacheOnClock({ l2 })
    expect(await cache.getOrSet(KEY, () => 'v')).toBe('v')
    expect(await cache.getOrSetMany([KEY, 'b'], (keys) => [...keys])).toEqual([KEY, 'b'])
    expect(await cache.get(KEY)).toBeUndefined()
    expect(await cache.getMany([KEY])).toEqual([undefined])
    expect(await cache.has(KEY)).toBe(false)
    expect(await cache.peek(KEY)).toBeUndefined()
    expect(await cache.set(KEY, 'v')).toMatchObject({ count: 0 })
    expect(await cache.delete(KEY)).toMatchObject({ count: 0 })
    expect(await cache.expire(KEY)).toMatchObject({ count: 0 })
    await cache.idle()
    for (const method of ['read', 'claim', 'fill', 'write'] as const)
      expect(JSON.stringify(calls.get(method))).not.toContain(KEY)
  })

  test('is shown by a short pattern', async () => {
    const { cache } = cacheOnClock()
    await cache.getOrSet(KEY, () => 'v')
    await cache.getOrSet(`${'y'.repeat(10_000)}:1`, () => 'v')
    for (const { pattern } of cache.metrics.patterns().patterns) expect(pattern.length).toBeLessThan(300)
  })
})

test('100 000 random keys and paths in a small heap leave the cache within its bounds, and its memory flat', async () => {
  const script = fileURLToPath(new URL('limits-run.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--max-old-space-size=96',
    '--expose-gc',
    '--conditions=@hitrate/source',
    script,
  ])
  console.log(`100 000 keys in a heap of 96 MB: ${stdout.trim()}`)
  const figures: unknown = JSON.parse(stdout)
  expect(figures).toEqual({
    lookups: 100_000,
    lookupsPerSecond: expect.any(Number),
    sumsUp: true,
    l1Mb: expect.any(Number),
    entries: expect.any(Number),
    patterns: expect.any(Number),
    endpoints: expect.any(Number),
    otherEndpoints: expect.any(Number),
    halfwayMb: expect.any(Number),
    endMb: expect.any(Number),
    timers: 0,
  })
  const { l1Mb, patterns, endpoints, otherEndpoints, halfwayMb, endMb } = figures as Record<string, number>
  expect(l1Mb).toBeLessThanOrEqual(16)
  expect(l1Mb).toBeGreaterThan(14)
  expect(patterns).toBeLessThanOrEqual(201)
  expect(endpoints).toBeLessThanOrEqual(104)
  expect(otherEndpoints).toBeGreaterThan(0.5)
  expect(endMb).toBeLessThan(Number(halfwayMb) * 1.2)
}, 120_000)

async function fastestOf(times: number, work: () => Promise<unknown>): Promise<number> {
  let fastest = Number.POSITIVE_INFINITY
  for (let time = 0; time < times; time++) {
    const began = performance.now()
    await work()
    fastest = Math.min(fastest, performance.now() - began)
  }
  return fastest
}
