import { randomUUID } from 'node:crypto'
import { createCache } from 'hitrate'
import { expect, test } from 'vitest'
import { record } from '../src/figures.ts'
import { liveHeap } from '../src/live-heap.ts'
import { patience, scaled } from '../src/scale.ts'

const MEGABYTE = 1024 * 1024

test('random keys and paths as labels stay under their caps, and memory is flat', {
  timeout: patience(120),
}, async () => {
  const count = scaled(50_000, 1_000_000)
  await using cache = createCache({ l1: { maxEntries: 1_000 } })
  const word = (): string => randomUUID().replaceAll(/[0-9-]/g, '')
  const work = async (lookups: number): Promise<void> => {
    for (let index = 0; index < lookups; index++) {
      await cache.metrics.withEndpoint(`/${word()}/${word()}`, () => cache.get(`${word()}:${word()}`))
    }
  }
  await work(count / 5)
  const before = liveHeap()
  const bytes = cache.metrics.selfBytes
  await work(count)
  const grown = liveHeap() - before
  const { patterns, endpoints, patternsTracked, requests } = cache.metrics.totals()
  const other = endpoints.find(({ endpoint }) => endpoint === '__other__')
  record({
    scenario: `23 ${count} random labels`,
    more: `${patterns.length} patterns, ${endpoints.length} endpoints, heap grew by ${(grown / MEGABYTE).toFixed(1)} MiB, collector by ${((cache.metrics.selfBytes - bytes) / MEGABYTE).toFixed(1)}`,
  })
  expect(requests.miss).toBe(count * 1.2)
  expect(patternsTracked).toBeLessThanOrEqual(201)
  expect(patterns.length).toBeLessThanOrEqual(203)
  expect(endpoints.length).toBeLessThanOrEqual(104)
  expect(other?.outcomes.miss).toBeGreaterThan(count * 0.9)
  expect(grown).toBeLessThan(5 * MEGABYTE)
  expect(cache.metrics.selfBytes - bytes).toBeLessThan(5 * MEGABYTE)
})
