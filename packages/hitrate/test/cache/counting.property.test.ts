import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createCache } from '../../src/cache/cache.ts'
import { OUTCOMES } from '../../src/metrics/recorder.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'
import { memoryL2 } from '../../src/testing/memory-l2.ts'
import { slowly } from './cache-on-clock.ts'
import { l2Between } from './l2-between.ts'

const KEYS = ['a', 'b', 'page:1', 'page:2', 'k'.repeat(1_100)]
const key = fc.constantFrom(...KEYS)
const keys = fc.array(key, { maxLength: 6 })
const mode = fc.constantFrom<'use' | 'refresh' | 'bypass'>('use', 'use', 'use', 'refresh', 'bypass')
/** How a load ends, and how long it takes. */
const load = fc.record({
  how: fc.constantFrom('value', 'value', 'value', 'nothing', 'throw', 'unstorable', 'not kept'),
  took: fc.constantFrom(0, 1, 30, 300),
})
const step = fc.oneof(
  fc.record({ do: fc.constant('get' as const), key }),
  fc.record({ do: fc.constant('getMany' as const), keys }),
  fc.record({
    do: fc.constant('getOrSet' as const),
    key,
    load,
    mode,
    abort: fc.boolean(),
    limit: fc.constantFrom(undefined, 20),
  }),
  fc.record({ do: fc.constant('getOrSetMany' as const), keys, load, mode, abort: fc.boolean() }),
  fc.record({ do: fc.constant('page' as const), n: fc.integer({ min: 1, max: 2 }), load }),
  fc.record({ do: fc.constant('set' as const), key }),
  fc.record({ do: fc.constant('delete' as const), key }),
  fc.record({ do: fc.constant('expire' as const), key }),
  fc.record({ do: fc.constant('look' as const), key }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 10, 50, 200) }),
)

/** When it has ended, however. */
const ended = (work: Promise<unknown>): Promise<unknown> => work.catch(() => undefined)

test('whatever happens, every lookup ends in exactly one outcome', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 40 }),
      fc.constantFrom('none', 'memory', 'failing'),
      fc.boolean(),
      async (steps, tier2, closes) => {
        const clock = manualClock()
        let calls = 0
        const failing = l2Between((store) => ({
          read: (names) => (calls++ % 3 === 0 ? Promise.reject(new Error('lost')) : store.read(names)),
          claim: (request) => (calls++ % 3 === 0 ? new Promise(() => {}) : store.claim(request)),
        }))
        const cache = createCache({
          clock,
          ttl: 60,
          staleFor: 60,
          maxLoads: 3,
          loadDeadline: 250,
          l2: { none: undefined, memory: memoryL2(), failing: failing.l2 }[tier2],
        })
        const answerOf = async ({ how, took }: { how: string; took: number }): Promise<unknown> => {
          await slowly(undefined, took, clock)
          if (how === 'throw') throw new Error('down')
          return how === 'nothing' ? undefined : how === 'unstorable' ? 1n : how
        }
        let current: Parameters<typeof answerOf>[0] = { how: 'value', took: 0 }
        const pages = cache.keyspace('page:{n:int}', { load: () => answerOf(current) })
        let lookups = 0
        const running: Promise<unknown>[] = []

        for (const one of steps) {
          const controller = new AbortController()
          if ('abort' in one && one.abort) clock.timer(5, () => controller.abort())
          const { signal } = controller
          switch (one.do) {
            case 'get':
              lookups++
              running.push(ended(cache.get(one.key)))
              break
            case 'getMany':
              lookups += one.keys.length
              running.push(ended(cache.getMany(one.keys)))
              break
            case 'getOrSet':
              lookups++
              running.push(
                ended(
                  cache.getOrSet(
                    one.key,
                    ({ store }) => {
                      if (one.load.how === 'not kept') store(false)
                      return answerOf(one.load)
                    },
                    {
                      cache: one.mode,
                      signal,
                      ...(one.limit === undefined ? {} : { softTimeout: 10, hardTimeout: one.limit }),
                    },
                  ),
                ),
              )
              break
            case 'getOrSetMany':
              lookups += one.keys.length
              running.push(
                ended(
                  cache.getOrSetMany(
                    one.keys,
                    async (names) => {
                      const answer = await answerOf(one.load)
                      return names.map(() => answer)
                    },
                    { cache: one.mode, signal },
                  ),
                ),
              )
              break
            case 'page':
              lookups++
              current = one.load
              running.push(ended(pages.get({ n: one.n })))
              break
            case 'set':
              running.push(ended(cache.set(one.key, 'set')))
              break
            case 'delete':
              running.push(ended(cache.delete(one.key)))
              break
            case 'expire':
              running.push(ended(cache.expire(one.key)))
              break
            case 'look':
              running.push(ended(cache.has(one.key)), ended(cache.peek(one.key)))
              break
            case 'wait':
              await clock.advance(one.ms)
          }
        }
        const closed = closes ? cache.close() : undefined
        await clock.advance(10_000)
        await Promise.all(running)
        await closed
        await cache.idle()

        const { outcomes, totalRequests, cacheHits, cacheMisses, missReasons } = cache.metrics.overall()
        const sum = OUTCOMES.reduce((total, outcome) => total + outcomes[outcome], 0)
        expect(sum).toBe(lookups)
        expect(totalRequests).toBe(lookups - outcomes.bypass)
        expect(cacheHits + cacheMisses).toBe(totalRequests)
        const reasons = Object.values(missReasons).reduce((total, count) => total + count, 0)
        expect(reasons).toBeLessThanOrEqual(cacheMisses)
        const { patterns } = cache.metrics.patterns()
        expect(patterns.reduce((total, pattern) => total + pattern.totalRequests, 0)).toBe(totalRequests)
        expect(cache.metrics.totals().incidents.background_error).toBe(0)
      },
    ),
    { numRuns: 150 },
  )
})
