import { expect, test } from 'vitest'
import { chaosL2 } from '../../src/testing/chaos-store.ts'
import { memoryL2 } from '../../src/testing/memory-l2.ts'
import { cacheOnClock } from '../cache/cache-on-clock.ts'
import { createOrigin } from '../cache/origin.ts'

/** Two processes without L1; the first hears nothing of the second when the test says so. */
function setUp(options: { readonly ttl: number; readonly earlyRefresh?: number }) {
  const behind = memoryL2()
  const chaos = chaosL2(behind)
  const { cache, clock } = cacheOnClock({ ...options, l1: false, l2: chaos })
  const { cache: other } = cacheOnClock({ ...options, l1: false, l2: behind, clock })
  return { cache, clock, other, chaos }
}

test('who comes while L2 does not confirm what was loaded is not given it, but looks again', async () => {
  const { cache, clock, other, chaos } = setUp({ ttl: 60_000 })
  const { load, loads, answer } = createOrigin()
  const first = cache.getOrSet('k', load)
  await clock.advance(0)
  expect(loads).toHaveLength(1)
  chaos.freeze()
  await other.delete('k')
  answer('old')
  expect(await first).toBe('old')
  const late = cache.getOrSet('k', () => 'new')
  await clock.advance(2_000)
  expect(await late).toBe('new')
})

test('without L1 a lost link leaves nothing to serve, also while a refresh is in flight', async () => {
  const { cache, clock, other, chaos } = setUp({ ttl: 60_000, earlyRefresh: 0.3 })
  await cache.getOrSet('k', () => 'old')
  await cache.idle()
  await clock.advance(20_000)
  const { load, loads, answer } = createOrigin()
  expect(await cache.getOrSet('k', load)).toBe('old')
  await clock.advance(0)
  expect(loads).toHaveLength(1)
  chaos.down()
  await other.delete('k')
  await clock.advance(0)
  const asked = cache.getOrSet('k', () => 'new')
  await clock.advance(10)
  answer('new')
  await clock.advance(1_000)
  expect(await asked).toBe('new')
})
