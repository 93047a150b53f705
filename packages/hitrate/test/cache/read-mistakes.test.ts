import { expect, test } from 'vitest'
import { memoryL2 } from '../../src/testing/memory-l2.ts'
import { cacheOnClock } from './cache-on-clock.ts'
import { l2Between } from './l2-between.ts'

/** A cache without L1 over two stored keys, whose store begins to fail where no call of it should. */
async function mistaken() {
  const behind = memoryL2()
  const writer = cacheOnClock({ l2: behind }).cache
  await writer.setMany([
    { key: 'a', value: 1 },
    { key: 'b', value: 2 },
  ])
  let wrong = false
  const { l2 } = l2Between(
    (store) => ({
      serverNow() {
        if (wrong) throw new Error('a mistake')
        return store.serverNow()
      },
    }),
    behind,
  )
  const { cache } = cacheOnClock({ l2, l1: false })
  return {
    cache,
    fail: (now: boolean) => {
      wrong = now
    },
  }
}

test('a mistake while an answer of L2 is taken apart leaves nobody waiting, and is counted', async () => {
  const { cache, fail } = await mistaken()
  fail(true)
  expect(await Promise.all([cache.get('a'), cache.get('b'), cache.get('none')])).toEqual([
    undefined,
    undefined,
    undefined,
  ])
  expect(await cache.getMany(['a', 'b'])).toEqual([undefined, undefined])
  expect(cache.metrics.totals().incidents.background_error).toBe(2)
})

test('after such a mistake the same keys are read anew', async () => {
  const { cache, fail } = await mistaken()
  fail(true)
  await cache.get('a')
  fail(false)
  expect(await cache.get('a')).toBe(1)
  expect(await cache.getMany(['a', 'b'])).toEqual([1, 2])
})
