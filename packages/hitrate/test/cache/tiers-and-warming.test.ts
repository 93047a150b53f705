import { describe, expect, test } from 'vitest'
import { createMetrics } from '../../src/metrics/index.ts'
import { chaosL2 } from '../../src/testing/chaos-store.ts'
import { memoryL2 } from '../../src/testing/memory-l2.ts'
import { cacheOnClock } from './cache-on-clock.ts'

describe('metrics', () => {
  test('tell what L1 holds now, and its bound', async () => {
    const { cache } = cacheOnClock({ l1: { maxBytes: 1_000_000 } })
    expect(cache.metrics.l1()).toEqual({ entries: 0, sizeBytes: 0, maxBytes: 1_000_000 })
    await cache.set('a', 'v')
    const { l1 } = await cache.info()
    expect(cache.metrics.l1()).toMatchObject({ entries: 1, sizeBytes: l1?.sizeBytes })
  })

  test('tell that there is no L1', () => {
    expect(cacheOnClock({ l1: false, l2: memoryL2() }).cache.metrics.l1()).toBeUndefined()
    expect(createMetrics().l1()).toBeUndefined()
  })

  test('count each change of the breaker in front of L2', async () => {
    const l2 = chaosL2(memoryL2())
    const { cache, clock } = cacheOnClock({ l2 })
    l2.fail(() => true)
    for (let id = 0; id < 5; id++) await cache.get(`key:${id}`)
    expect(cache.metrics.totals().breaker).toEqual({ closed: 0, open: 1, half_open: 0 })
    l2.heal()
    await clock.advance(1_000)
    expect(cache.metrics.totals().breaker).toEqual({ closed: 1, open: 1, half_open: 1 })
  })
})

describe('warming counts', () => {
  test('each key it was given, by what became of it, and the time', async () => {
    const { cache, clock } = cacheOnClock()
    const products = cache.keyspace('product:{id:int}', {
      load: ({ id }) => {
        if (id === 1) throw new Error('down')
        return id === 2 ? undefined : id
      },
    })
    expect(cache.metrics.totals().lastWarmAt).toBeNull()
    await products.warm([{ id: 1 }])
    expect(cache.metrics.totals().lastWarmAt).toBeNull()
    await products.warm([{ id: 2 }, { id: 3 }, { id: 4 }])
    const warmedAt = clock.wall()
    clock.advanceSync(1_000)
    expect(cache.metrics.totals()).toMatchObject({
      warmKeys: { warmed: 2, already_fresh: 0, absent: 1, failed: 1 },
      lastWarmAt: warmedAt,
    })
    await cache.warm([
      { key: 'product:3', value: 3 },
      { key: 'product:5', value: 5 },
    ])
    expect(cache.metrics.totals()).toMatchObject({
      warmKeys: { warmed: 3, already_fresh: 1, absent: 1, failed: 1 },
      lastWarmAt: clock.wall(),
    })
  })
})
