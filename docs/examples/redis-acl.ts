// Needs a Redis: REDIS_URL=redis://localhost:6379
import { createCache } from 'hitrate'
import { redisStore } from 'hitrate/redis'
import { createClient } from 'redis'

const url = new URL(process.env.REDIS_URL ?? 'redis://localhost:6379')
const admin = await createClient({ url: url.href }).connect()
await admin.sendCommand(
  `ACL SETUSER shop-cache on >change-me resetchannels ~shop:1:* -@all
    +get +mget +scan +eval +evalsha +time +ping +client|tracking +client|caching +info +dbsize
    +set +setrange +getrange +exists +unlink +pttl +pexpire
    +hset +hgetall +hdel`.split(/\s+/),
)

url.username = 'shop-cache'
url.password = 'change-me'
const cache = createCache({ name: 'shop', l2: redisStore(url.href) })
console.log(await cache.ready())
const load = () => ({ title: 'Lamp' })
await cache.getOrSet('product:1', load, { ttl: '1s', staleFor: '1h', tags: ['seller:7'] })
await cache.setMany([{ key: 'product:2', value: load() }])
console.log('delete', await cache.delete('product:1'))
console.log('expire', await cache.expire('product:2'))
console.log('by tag', await cache.invalidate({ tags: ['seller:7'] }))
console.log('by pattern', await cache.invalidate({ pattern: 'product:*' }))
await cache.idle()

const refused = await admin.sendCommand(['ACL', 'LOG'])
console.log('refused by the ACL:', refused)
await admin.sendCommand(['ACL', 'DELUSER', 'shop-cache'])
admin.destroy()
await cache.close()
