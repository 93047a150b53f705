/**
 * A scan of 100 000 random keys under random paths through a cache of 16 MB: nothing is asked for twice, so everything
 * is churn. Run by limits.test.ts in a process of its own with a small heap; prints one line of JSON.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createCache } from '../../src/cache/cache.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'

const LOOKUPS = 100_000
const TOGETHER = 500
const MB = 1e6

setFlagsFromString('--expose-gc')
const collect: () => void = runInNewContext('gc')

/** Array buffers are given back after a collection, not during it. */
async function memory(): Promise<number> {
  for (let round = 0; round < 5; round++) {
    collect()
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return (heapUsed + arrayBuffers) / MB
}

const clock = manualClock({ seed: 20 })
const cache = createCache({ clock, l1: { maxBytes: 16 * MB }, maxLoads: 100, staleFor: '1h' })

async function scan(lookups: number): Promise<void> {
  for (let done = 0; done < lookups; done += TOGETHER) {
    await Promise.all(
      Array.from({ length: TOGETHER }, (_, nth) => {
        const word = Math.floor(clock.random() * 2 ** 40).toString(36)
        const key = nth % 3 === 0 ? word : nth % 3 === 1 ? `slug-${word}:page` : `shop:${word}:item:${word}`
        return cache.metrics.withEndpoint(`/path/${word}`, () =>
          cache.getOrSet(key, async () => ({ word, text: 'x'.repeat(nth) })),
        )
      }),
    )
    clock.advanceSync(1_000)
  }
}

const began = performance.now()
await scan(LOOKUPS / 2)
const scanned = performance.now() - began
const halfwayMb = await memory()
await scan(LOOKUPS / 2)
await cache.idle()
const endMb = await memory()

const { l1 } = await cache.info()
const totals = cache.metrics.totals()
const outcomes = Object.values(totals.requests).reduce((sum, count) => sum + count, 0)
const endpoints = cache.metrics.endpoints({ limit: 1_000 })
console.log(
  JSON.stringify({
    lookups: outcomes,
    lookupsPerSecond: Math.round(LOOKUPS / 2 / (scanned / 1_000)),
    sumsUp:
      totals.endpoints.reduce(
        (sum, { outcomes: own }) => sum + Object.values(own).reduce((all, count) => all + count, 0),
        0,
      ) === outcomes,
    l1Mb: (l1?.sizeBytes ?? 0) / MB,
    entries: l1?.entries,
    patterns: cache.metrics.patterns({ limit: 1_000 }).total,
    endpoints: endpoints.endpoints.length,
    otherEndpoints: endpoints.otherShare,
    halfwayMb,
    endMb,
    timers: clock.pending,
  }),
)
