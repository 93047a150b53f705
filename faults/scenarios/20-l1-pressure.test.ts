import { setTimeout as sleep } from 'node:timers/promises'
import { startRedis } from '@hitrate/test-support'
import { expect, test } from 'vitest'
import { record } from '../src/figures.ts'
import { startFleet } from '../src/fleet.ts'
import { errorsOf, worstWait } from '../src/samples.ts'
import { patience, scaled } from '../src/scale.ts'
import { unsettled } from '../src/settled.ts'

const MAX_BYTES = 256 * 1024

test('a scan of more keys than fit, in a small heap, keeps L1 in its bounds', {
  timeout: patience(90),
}, async () => {
  await using redis = await startRedis()
  await using fleet = await startFleet({
    url: redis.url,
    cache: { l1: { maxBytes: MAX_BYTES } },
    origin: { takes: 0 },
    // What the process keeps of each lookup for the report comes on top, and of 200 000 keys.
    heapMegabytes: scaled(64, 192),
  })
  const worker = fleet.worker(0)
  await worker.ask('ready', 5_000)
  const keys = Array.from({ length: scaled(20_000, 200_000) }, (_, index) => `${index % 500}:${index}`)
  await worker.ask('traffic', { rate: 1_500, keys, changes: 5, kinds: ['delete', 'set', 'expire', 'tag'] })
  let largest = 0
  for (let look = 0; look < scaled(20, 400); look++) {
    await sleep(150)
    const { l1Bytes } = await worker.ask('stats')
    largest = Math.max(largest, l1Bytes)
  }
  await worker.ask('calm')
  const { samples } = await worker.ask('report')
  const { totals, heapBytes } = await worker.ask('stats')
  const evicted = totals.evictions.l1.size
  record({
    scenario: '20 L1 under pressure',
    worstAddedWait: worstWait(samples),
    errors: errorsOf(samples).length,
    more: `at most ${(largest / 1024).toFixed(0)} KiB of ${MAX_BYTES / 1024}, ${evicted} evicted, heap ${(heapBytes / 2 ** 20).toFixed(0)} MiB`,
  })
  expect(errorsOf(samples)).toEqual([])
  expect(largest).toBeLessThanOrEqual(MAX_BYTES)
  expect(largest).toBeGreaterThan(MAX_BYTES / 2)
  expect(evicted).toBeGreaterThan(100)
  expect(totals.patternsTracked).toBeLessThanOrEqual(201)
  expect(await unsettled(fleet)).toEqual([])
})
