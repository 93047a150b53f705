// Needs a Redis: REDIS_URL=redis://localhost:6379
import { createCache } from 'hitrate'
import { redisStore } from 'hitrate/redis'
import { createClient } from 'redis'

const url = process.env.REDIS_URL ?? 'redis://localhost:6379'
const create = () => createCache({ name: 'shop', l2: redisStore(url) })
const one = create() // two caches here, as two processes would have them
const two = create()
console.log(await one.ready())

let loads = 0
const load = () => ({ title: 'Lamp', load: ++loads })
await one.getOrSet('product:1', load, { tags: ['seller:7'] })
await one.idle() // lets the fill reach Redis
console.log(await two.getOrSet('product:1', load))
console.log('from Redis:', two.metrics.overall().outcomes.hit_l2)

const redis = createClient({ url })
await redis.connect()
console.log((await redis.keys('shop:1:[aeit]*')).sort())
redis.destroy()

console.log(await one.delete('product:1'))
await Promise.all([one.close(), two.close()])
