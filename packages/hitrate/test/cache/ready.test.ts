import { describe, expect, test } from 'vitest'
import { createCache } from '../../src/cache/cache.ts'
import type { Logger } from '../../src/logger.ts'
import { memoryL2 } from '../../src/testing/memory-l2.ts'
import { cacheOnClock, slowly } from './cache-on-clock.ts'
import { l2Between } from './l2-between.ts'

describe('ready', () => {
  test('tells at once that there is no L2', async () => {
    const { cache } = cacheOnClock()
    expect(await cache.ready()).toEqual({ l2: 'none' })
  })

  test('tells at once that L2 answers', async () => {
    const { cache } = cacheOnClock({ l2: memoryL2() })
    expect(await cache.ready()).toEqual({ l2: 'ready' })
  })

  test('waits for the first connection for as long as it was told', async () => {
    const found = Promise.withResolvers<void>()
    let available = false
    const { l2 } = l2Between(() => ({
      get available() {
        return available
      },
      connected: () => found.promise,
    }))
    const { cache, clock } = cacheOnClock({ l2 })
    const asked = [cache.ready({ timeout: 100 }), cache.ready({ timeout: '1s' }), cache.ready()]
    await clock.advance(100)
    expect(await asked[0]).toEqual({ l2: 'unavailable' })
    available = true
    found.resolve()
    expect(await asked[1]).toEqual({ l2: 'ready' })
    expect(await asked[2]).toEqual({ l2: 'ready' })
  })

  test('gives up after 2 s, and never throws', async () => {
    const { l2 } = l2Between(() => ({ available: false, connected: () => new Promise(() => {}) }))
    const { cache, clock } = cacheOnClock({ l2 })
    let answer: unknown
    void cache.ready().then((state) => {
      answer = state
    })
    await clock.advance(1_999)
    expect(answer).toBeUndefined()
    await clock.advance(1)
    expect(answer).toEqual({ l2: 'unavailable' })
  })
})

describe('idle', () => {
  test('resolves at once where nothing is under way', async () => {
    const { cache } = cacheOnClock()
    await cache.idle()
  })

  test('resolves when the last of the background work is done, what it began included', async () => {
    const { l2 } = l2Between((store) => ({
      fill: async (requests) => slowly(await store.fill(requests), 100, clock),
    }))
    const { cache, clock } = cacheOnClock({ l2, ttl: 500, staleFor: '1h' })
    await cache.getOrSet('a', () => 'v')
    let idle = false
    const waited = cache.idle().then(() => {
      idle = true
    })
    await clock.advance(99)
    expect(idle).toBe(false)
    await clock.advance(1)
    await waited

    await clock.advance(500)
    idle = false
    await cache.getOrSet('a', () => slowly('w', 50, clock))
    const again = cache.idle().then(() => {
      idle = true
    })
    await clock.advance(149)
    expect(idle).toBe(false)
    await clock.advance(1)
    await again
  })
})

describe('info', () => {
  test('tells what is stored where', async () => {
    const { cache } = cacheOnClock({ l1: { maxEntries: 5 }, l2: memoryL2() })
    await cache.set('a', 'xyz')
    const { l1, l2 } = await cache.info()
    expect(l1).toMatchObject({ entries: 1, maxEntries: 5 })
    expect(l1?.sizeBytes).toBeGreaterThanOrEqual('"xyz"'.length + 'a'.length)
    expect(l2).toMatchObject({ server: 'memory', totalKeys: 1 })
  })

  test('tells what is not there', async () => {
    const { cache } = cacheOnClock({ l1: false })
    expect(await cache.info()).toEqual({ l1: null, l2: null })
  })
})

test('a cache whose L1 is not told of changes says so at its start', () => {
  const lines: unknown[][] = []
  const log = (...line: unknown[]): void => void lines.push(line)
  const logger: Logger = { info: log, warn: log, error: log }
  createCache({ name: 'shop', l2: memoryL2(), coherence: 'none', logger })
  expect(lines).toEqual([
    [{ cache: 'shop', coherence: 'none' }, 'L1 is not told of changes: it keeps what is in L2 for 2000 ms'],
  ])
  createCache({ coherence: 'none', logger })
  createCache({ l2: memoryL2(), logger })
  createCache({ l1: false, coherence: 'none', l2: memoryL2(), logger })
  expect(lines).toHaveLength(1)
})
