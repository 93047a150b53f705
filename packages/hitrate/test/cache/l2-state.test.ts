import { expect, test } from 'vitest'
import { memoryL2 } from '../../src/testing/memory-l2.ts'
import { cacheOnClock } from './cache-on-clock.ts'
import { l2Between } from './l2-between.ts'

test('metrics tell the servers of L2, whether they are there, and whether they are left alone', async () => {
  const { cache } = cacheOnClock({ l2: memoryL2() })
  expect(cache.metrics.l2()).toEqual({
    available: true,
    nodes: [{ label: expect.any(String), available: true, breaker: 'closed' }],
  })
  expect(cacheOnClock().cache.metrics.l2()).toBeUndefined()
})

test('a breaker that opens and closes is told, and L2 is lost and found with it', async () => {
  let sick = true
  const { l2 } = l2Between((store) => ({
    read: (keys) => (sick ? Promise.reject(new Error('down')) : store.read(keys)),
    readMarkers: (names) => (sick ? Promise.reject(new Error('down')) : store.readMarkers(names)),
  }))
  const { cache, clock } = cacheOnClock({ l2 })
  const kinds = () =>
    cache.metrics
      .events()
      .map(({ kind }) => kind)
      .filter((kind) => kind !== 'started' && kind !== 'health_changed')
  const before = kinds()
  for (let key = 0; key < 5; key++) await cache.get(`a:${key}`)
  expect(cache.metrics.l2()).toMatchObject({
    available: false,
    nodes: [{ available: true, breaker: 'open' }],
  })
  expect(kinds().slice(0, -before.length || undefined)).toEqual(['l2_lost', 'breaker_opened'])
  sick = false
  await clock.advance(2_000)
  expect(cache.metrics.l2()).toMatchObject({ available: true, nodes: [{ breaker: 'closed' }] })
  expect(kinds().slice(0, 2)).toEqual(['l2_found', 'breaker_closed'])
})

test('what L1 holds is seen over time', async () => {
  const { cache, clock } = cacheOnClock()
  await cache.getOrSet('a:1', () => 'v')
  await clock.advance(10_000)
  await cache.getOrSet('a:2', () => 'v')
  const sizes = cache.metrics.series({ window: '1m' }).map(({ l1 }) => l1)
  expect(sizes.map((size) => size?.entries)).toEqual([1, 2])
  expect(sizes[0]?.sizeBytes).toBeGreaterThan(100)
  expect(cacheOnClock({ l1: false }).cache.metrics.series({ window: '10s' })[0]?.l1).toBeUndefined()
})
