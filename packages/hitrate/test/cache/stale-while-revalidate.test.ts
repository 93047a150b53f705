import { describe, expect, test, vi } from 'vitest'
import { memoryL2 } from '../../src/testing/memory-l2.ts'
import { cacheOnClock, outcomesOf } from './cache-on-clock.ts'
import { createOrigin } from './origin.ts'

describe.each([
  ['in memory', () => ({})],
  ['over an L2', () => ({ l2: memoryL2() })],
  ['in L2 alone', () => ({ l1: false as const, l2: memoryL2() })],
])('a stale value %s', (_, tiers) => {
  const stale = async () => {
    const { cache, clock } = cacheOnClock({ ...tiers(), ttl: 1_000, staleFor: '1h' })
    await cache.getOrSet('a', () => 'old')
    await cache.idle()
    await clock.advance(1_001)
    return { cache, clock }
  }

  test('is served at once, while one refresh runs for all who ask', async () => {
    const { cache, clock } = await stale()
    const { load, loads, answer } = createOrigin()
    const asked = Array.from({ length: 50 }, () => cache.getOrSet('a', load))
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['old']))
    await clock.advance(500)
    expect(await cache.getOrSet('a', load)).toBe('old')
    expect(loads).toHaveLength(1)

    answer('new')
    await cache.idle()
    expect(await cache.getOrSet('a', load)).toBe('new')
    expect(loads).toHaveLength(1)
    const { miss, stale: served } = outcomesOf(cache)
    expect({ miss, served }).toEqual({ miss: 1, served: 51 })
  })

  test('is shown to the loader that replaces it', async () => {
    const { cache } = await stale()
    const { load, loads, answer } = createOrigin()
    await cache.getOrSet('a', load)
    await vi.waitFor(() => expect(loads).toHaveLength(1))
    expect(loads[0]?.stale).toBe('old')
    answer('new')
    await cache.idle()
  })

  test('is served by a plain get, which refreshes nothing', async () => {
    const { cache } = await stale()
    expect(await cache.get('a')).toBe('old')
    expect(await cache.getMany(['a'])).toEqual(['old'])
    await cache.idle()
    expect(cache.metrics.totals().loads.refresh.ok).toBe(0)
  })

  test('is gone once its loader finds nothing any more', async () => {
    const { cache } = await stale()
    expect(await cache.getOrSet('a', () => undefined)).toBe('old')
    await cache.idle()
    expect(await cache.get('a')).toBeUndefined()
  })

  test('stays when its loader decides not to store', async () => {
    const { cache } = await stale()
    await cache.getOrSet('a', ({ store }) => {
      store(false)
      return 'new'
    })
    await cache.idle()
    expect(await cache.get('a')).toBe('old')
  })
})

test('a refresh is a load of its own kind, counted for nobody, and never a lookup', async () => {
  const { cache, clock } = cacheOnClock({ ttl: 1_000, staleFor: '1h' })
  await cache.getOrSet('a', () => 'old')
  await clock.advance(1_000)
  await cache.metrics.withEndpoint('/page', () => cache.getOrSet('a', () => 'new'))
  await cache.idle()

  const { loads } = cache.metrics.totals()
  expect({ lookup: loads.lookup.ok, refresh: loads.refresh.ok }).toEqual({ lookup: 1, refresh: 1 })
  expect(outcomesOf(cache)).toEqual({ miss: 1, stale: 1 })
  const byName = Object.groupBy(cache.metrics.endpoints().endpoints, ({ endpoint }) => endpoint)
  expect(byName['/page']?.[0]?.outcomes.stale).toBe(1)
  expect(byName['/page']?.[0]?.load.count).toBe(0)
  expect(byName.__background__?.[0]?.load.count).toBe(1)
  expect(byName.__background__?.[0]?.totalRequests).toBe(0)
})

test('two caches over one L2 refresh a stale value once between them', async () => {
  const l2 = memoryL2()
  const here = cacheOnClock({ l1: false, l2, ttl: 1_000, staleFor: '1h' })
  const { cache: there } = cacheOnClock({ clock: here.clock, l1: false, l2, ttl: 1_000, staleFor: '1h' })
  await here.cache.getOrSet('a', () => 'old')
  await here.cache.idle()
  await here.clock.advance(1_001)
  const { load, loads, answer } = createOrigin()
  expect(await here.cache.getOrSet('a', load)).toBe('old')
  await here.clock.advance(0)
  expect(await there.getOrSet('a', load)).toBe('old')
  await here.clock.advance(0)
  expect(loads).toHaveLength(1)
  answer('new')
  await Promise.all([here.cache.idle(), there.idle()])
  expect(await there.getOrSet('a', load)).toBe('new')
})

test("a batch counts each load as its own: of what is missing as the endpoint's, of what is stale as the background's", async () => {
  const { cache, clock } = cacheOnClock({ ttl: 1_000, staleFor: '1h' })
  await cache.setMany(['k:1', 'k:2', 'k:3'].map((key) => ({ key, value: 'old' })))
  await clock.advance(1_001)
  await cache.metrics.withEndpoint('GET /x', () =>
    cache.getOrSetMany(['k:10', 'k:1', 'k:2', 'k:11', 'k:3'], (keys) => keys.map(() => 'new')),
  )
  await cache.idle()
  const byName = Object.groupBy(cache.metrics.endpoints().endpoints, ({ endpoint }) => endpoint)
  expect([byName['GET /x']?.[0]?.load.count, byName.__background__?.[0]?.load.count]).toEqual([2, 3])
})
