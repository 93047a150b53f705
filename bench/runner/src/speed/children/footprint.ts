/** What one thing of Hitrate keeps in memory, alone in a process. */
import type { RedisAddress } from '../../subject.ts'
import { answerOrders } from '../asked-process.ts'
import { bytesInUse } from '../heap.ts'

export const THINGS = ['code', 'cache', 'cacheWithRedis', 'patterns', 'fullPatterns'] as const
export type Thing = (typeof THINGS)[number]

export interface FootprintOrder {
  readonly thing: Thing
  readonly redis: RedisAddress
}

export interface FootprintFound {
  readonly bytes: number
}

/** Enough for one to be seen. */
const CACHES = 20
const PATTERNS = 200
const STEP_MS = 10_000
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** What is measured has to stay until it was. */
const kept: unknown[] = []

const MEASURE: Readonly<Record<Thing, (redis: RedisAddress) => Promise<number>>> = {
  code: () => growth(() => import('hitrate').then(() => import('hitrate/redis'))),
  cache: async () => {
    const { createCache } = await import('hitrate')
    kept.push(createCache())
    return (await growth(() => kept.push(Array.from({ length: CACHES }, () => createCache())))) / CACHES
  },
  cacheWithRedis: async (redis) => {
    const { createCache } = await import('hitrate')
    const { redisStore } = await import('hitrate/redis')
    const open = async () => {
      const cache = createCache({ l2: redisStore(redis.url) })
      const { l2 } = await cache.ready()
      if (l2 !== 'ready') throw new Error(`Redis is ${l2}`)
      kept.push(cache)
    }
    await open()
    return (await growth(() => Promise.all(Array.from({ length: CACHES }, open)))) / CACHES
  },
  patterns: () => patternsOf(HOUR_MS / 60),
  fullPatterns: () => patternsOf(DAY_MS),
}

/** Bytes of a pattern that was used, quick and slow, hit and missed, for so long. */
async function patternsOf(milliseconds: number): Promise<number> {
  const { createMetrics } = await import('hitrate/metrics')
  const { manualClock } = await import('hitrate/testing')
  const fill = (patterns: number) => {
    const clock = manualClock()
    const metrics = createMetrics({ clock })
    kept.push(metrics)
    for (let at = 0, lookups = 0; at < milliseconds; at += STEP_MS) {
      for (let pattern = 0; pattern < patterns; pattern++) {
        lookups++
        const responseTimeMs = 0.01 * 1.01 ** (lookups % 997)
        metrics.record({ operation: 'get', key: `p${pattern}:1`, hit: lookups % 5 !== 0, responseTimeMs })
      }
      clock.advanceSync(STEP_MS)
    }
  }
  const one = await growth(() => fill(1))
  const many = await growth(() => fill(PATTERNS))
  return (many - one) / (PATTERNS - 1)
}

async function growth(make: () => unknown): Promise<number> {
  const before = await bytesInUse()
  const made = await make()
  const after = await bytesInUse()
  kept.push(made)
  return after - before
}

answerOrders<FootprintOrder, FootprintFound>(async ({ thing, redis }) => ({
  bytes: await MEASURE[thing](redis),
}))
