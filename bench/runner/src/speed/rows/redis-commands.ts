import { type RedisServer, startRedis } from '@hitrate/test-support'
import { createCache } from 'hitrate'
import { redisStore } from 'hitrate/redis'
import { itemOf } from '../keys.ts'
import type { Figure } from '../results.ts'
import type { Row } from '../row.ts'

const TIMES = 1_000
const BATCH = 100
/** Below, it is what the connection does by itself: a ping, a look at the server. */
const SELDOM = 0.01

const title = 'Commands to Redis for each operation'

/** Counted by the server, of operations one after the other: at once, those of one moment share theirs. */
export const redisCommands: Row = {
  name: 'redis-commands',
  title,
  guarded: false,
  measure: async () => {
    await using redis = await startRedis()
    await using cache = createCache({ name: 'bench', l1: false, l2: redisStore(redis.url) })
    const { l2 } = await cache.ready()
    if (l2 !== 'ready') throw new Error(`Redis is ${l2}`)
    const load = async () => itemOf('item', 'large')
    const refuse = () => Promise.reject(new Error('a hit was expected'))
    const keys = (index: number) => Array.from({ length: BATCH }, (_, place) => `item:${index}-${place}`)
    const entries = (index: number) => keys(index).map((key) => ({ key, value: itemOf(key, 'large') }))
    const operations: readonly (readonly [string, number, (index: number) => Promise<unknown>])[] = [
      ['miss, loaded and stored', TIMES, (index) => cache.getOrSet(`item:${index}`, load)],
      [
        'miss, with two tags',
        TIMES,
        (index) => cache.getOrSet(`tagged:${index}`, load, { tags: ['a', 'b'] }),
      ],
      ['hit', TIMES, (index) => cache.getOrSet(`item:${index}`, refuse)],
      ['hit, with two tags', TIMES, (index) => cache.getOrSet(`tagged:${index}`, refuse)],
      ['set', TIMES, (index) => cache.set(`item:${index}`, itemOf('item', 'large'))],
      ['delete of a key', TIMES, (index) => cache.delete(`item:${index}`)],
      ['invalidation of a tag', TIMES, () => cache.invalidate({ tags: ['a'] })],
      [`setMany of ${BATCH}`, 20, (index) => cache.setMany(entries(index))],
      [`getMany of ${BATCH}`, 20, (index) => cache.getMany(keys(index))],
    ]
    const figures: Figure[] = []
    for (const [name, times, operation] of operations) {
      const before = await callsOf(redis)
      for (let index = 0; index < times; index++) await operation(index)
      await cache.idle()
      figures.push({ name, commands: difference(before, await callsOf(redis), times) })
    }
    return {
      name: 'redis-commands',
      title,
      operation: 'commands that the server has carried out, also those a script calls',
      trials: [{ name: 'without L1', figures, verdicts: [] }],
    }
  },
}

async function callsOf(redis: Pick<RedisServer, 'exec'>): Promise<ReadonlyMap<string, number>> {
  const stats = await redis.exec('INFO', 'commandstats')
  return new Map(
    [...stats.matchAll(/cmdstat_([^:]+):calls=(\d+)/g)].map(([, name = '', calls]) => [name, Number(calls)]),
  )
}

function difference(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
  times: number,
): Readonly<Record<string, number>> {
  const each: Record<string, number> = {}
  for (const [name, calls] of after) {
    const count = (calls - (before.get(name) ?? 0)) / times
    // The counting itself.
    if (name !== 'info' && count >= SELDOM) each[name.toUpperCase().replace('|', ' ')] = count
  }
  return each
}
