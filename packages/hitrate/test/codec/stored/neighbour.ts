/**
 * A process with a cache of its own on the Redis it is told of, which does what it is asked and answers: one of two
 * versions that run side by side while one is rolled out.
 */
import { createCache } from 'hitrate'
import { redisStore } from 'hitrate/redis'

const cache = createCache({ name: 'shop', l2: redisStore(process.argv[2]), l1: false })

const DEEDS = {
  ready: () => cache.ready(),
  load: (key: string) => cache.getOrSet(key, () => `loaded by the neighbour`, { tags: ['tag'] }),
  get: async (key: string) => (await cache.get(key)) ?? null,
  delete: (key: string) => cache.delete(key),
  deleteTag: () => cache.invalidate({ tags: ['tag'] }),
  deleteEvery: () => cache.invalidate({ pattern: '*' }),
  deleteAll: () => cache.invalidate('all'),
  errors: async () => {
    const { decode_error, l2_error } = cache.metrics.totals().incidents
    return { decode_error, l2_error }
  },
} as const

export type Deed = keyof typeof DEEDS

process.on('message', async (message: { readonly deed: Deed; readonly key: string }) => {
  const answer = await DEEDS[message.deed](message.key)
  await cache.idle()
  process.send?.(answer)
})
process.once('disconnect', () => void cache.close())
