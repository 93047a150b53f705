import { describe, expect, test } from 'vitest'
import { memoryL2 } from '../../src/testing/memory-l2.ts'
import { cacheOnClock, outcomesOf } from './cache-on-clock.ts'
import { createOrigin } from './origin.ts'
import { refusalOf } from './refusal.ts'

describe.each([
  ['in memory', () => ({})],
  ['over an L2', () => ({ l2: memoryL2() })],
])('a load that passes its deadline %s', (_, tiers) => {
  const deadline = { loadDeadline: 1_000 }

  test('fails for all who wait, and its signal fires', async () => {
    const { cache, clock } = cacheOnClock({ ...tiers(), ...deadline })
    const { load, loads } = createOrigin()
    const asked = [refusalOf(() => cache.getOrSet('a', load)), refusalOf(() => cache.getOrSet('a', load))]
    await clock.advance(999)
    expect(loads[0]?.signal.aborted).toBe(false)
    await clock.advance(1)
    const expected = {
      code: 'load_timeout',
      message: 'the loader did not answer within its deadline of 1000 ms',
    }
    expect(await Promise.all(asked)).toEqual([expected, expected])
    expect(loads[0]?.signal.aborted).toBe(true)
    expect(loads[0]?.signal.reason).toMatchObject({ code: 'load_timeout' })
    expect(outcomesOf(cache)).toEqual({ error: 2 })
    expect(cache.metrics.totals().loads.lookup.timeout).toBe(1)
  })

  test('frees its slot: the next lookup loads anew', async () => {
    const { cache, clock } = cacheOnClock({ ...tiers(), ...deadline, maxLoads: 1 })
    const asked = refusalOf(() => cache.getOrSet('a', () => new Promise<string>(() => {})))
    await clock.advance(1_000)
    await asked
    expect(await cache.getOrSet('a', () => 'v')).toBe('v')
    expect(await cache.getOrSet('b', () => 'w')).toBe('w')
  })

  test('has its late result dropped', async () => {
    const { cache, clock } = cacheOnClock({ ...tiers(), ...deadline })
    const { load, answer } = createOrigin()
    const asked = refusalOf(() => cache.getOrSet('a', load))
    await clock.advance(1_000)
    await asked
    answer('late')
    await cache.idle()
    await clock.advance(0)
    expect(await cache.get('a')).toBeUndefined()
    expect(cache.metrics.totals().incidents.late_load_dropped).toBe(1)
  })

  test('does not replace what was loaded after it', async () => {
    const { cache, clock } = cacheOnClock({ ...tiers(), ...deadline })
    const { load, answer } = createOrigin()
    const asked = refusalOf(() => cache.getOrSet('a', load))
    await clock.advance(1_000)
    await asked
    await cache.getOrSet('a', () => 'second')
    answer('late')
    await clock.advance(0)
    expect(await cache.get('a')).toBe('second')
  })

  test('gives the stale value where there is one', async () => {
    const { cache, clock } = cacheOnClock({ ...tiers(), ...deadline, ttl: 1_000, staleFor: '1h' })
    await cache.getOrSet('a', () => 'old')
    await cache.idle()
    await clock.advance(1_001)
    const asked = cache.getOrSet('a', () => new Promise<string>(() => {}), { softTimeout: '1m' })
    await clock.advance(1_000)
    expect(await asked).toBe('old')
  })
})

test('the deadline bounds how long a load holds its slot, not how long it waited for one', async () => {
  const { cache, clock } = cacheOnClock({ loadDeadline: 1_000, maxLoads: 1 })
  const first = createOrigin()
  const second = createOrigin()
  const one = cache.getOrSet('a', first.load)
  const two = cache.getOrSet('b', second.load)
  await clock.advance(900)
  first.answer('one')
  await clock.advance(900)
  second.answer('two')
  expect(await Promise.all([one, two])).toEqual(['one', 'two'])
})

test('of a batch the deadline ends the whole call', async () => {
  const { cache, clock } = cacheOnClock({ loadDeadline: 1_000 })
  let signal: AbortSignal | undefined
  const asked = refusalOf(() =>
    cache.getOrSetMany(['a', 'b'], (_, context) => {
      signal = context.signal
      return new Promise<string[]>(() => {})
    }),
  )
  await clock.advance(1_000)
  expect((await asked).code).toBe('load_timeout')
  expect(signal?.aborted).toBe(true)
  expect(outcomesOf(cache)).toEqual({ error: 2 })
})
