/**
 * A process with a cache of its own on the Redis it is told of. It begins a load, says so, and ends it when told to:
 * what happens in between is the test's business.
 */
import { createCache } from 'hitrate'
import { redisStore } from 'hitrate/redis'

const cache = createCache({ name: 'sleeper', l2: redisStore(process.argv[2]) })
await cache.ready()

const told = new Promise<unknown>((resolve) => {
  process.once('message', resolve)
})
const value = await cache.getOrSet('k', () => {
  process.send?.('loading')
  return told
})
await cache.idle()
process.send?.({ value, inCache: (await cache.get('k')) ?? null })
await cache.close()
process.disconnect?.()
