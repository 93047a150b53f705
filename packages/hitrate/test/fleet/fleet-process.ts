/** A process of a fleet on a real Redis, for real-redis.test.ts: looks up what it is told over stdin, and says its id. */
import { createInterface } from 'node:readline'
import { createCache } from 'hitrate'
import { redisStore } from 'hitrate/redis'

const cache = createCache({
  name: process.env.NAME ?? 'shop',
  l1: false,
  l2: redisStore(process.env.REDIS_URL ?? ''),
})
await cache.ready({ timeout: '10s' })
console.log(cache.fleet?.id)

for await (const line of createInterface(process.stdin)) {
  if (line === 'close') {
    await cache.close()
    process.exit()
  }
  const [key = '', times = '1'] = line.split(' ')
  for (let time = 0; time < Number(times); time++) await cache.get(key)
  console.log('done')
}
