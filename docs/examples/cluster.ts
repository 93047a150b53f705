// Needs a Redis Cluster: REDIS_URL=redis-cluster://localhost:7000,localhost:7001
import { createCache } from 'hitrate'
import { redisStore } from 'hitrate/redis'

const url = process.env.REDIS_URL ?? 'redis-cluster://localhost:7000,localhost:7001'
const cache = createCache({ name: 'shop', l1: false, l2: redisStore(url) })
console.log(await cache.ready({ timeout: '5s' }))

const ids = Array.from({ length: 200 }, (_, id) => id)
const key = (id: number) => `product:${id}` // in 200 slots, on all primaries
console.log(
  await cache.setMany(ids.map((id) => ({ key: key(id), value: { id }, tags: [`seller:${id % 2}`] }))),
)

const there = async () => (await cache.getMany(ids.map(key))).filter((value) => value !== undefined).length
console.log('there:', await there())
console.log(await cache.invalidate({ tags: ['seller:0'] })) // wherever they are
console.log('left:', await there())
console.log(await cache.invalidate({ pattern: 'product:1?' })) // looked for on every primary

const { l2 } = await cache.info()
if (l2 !== null && l2 !== 'unavailable') {
  console.log(l2.mode, l2.slotsCovered, 'slots on', l2.nodes.length, 'nodes')
  console.log(l2.nodes[0])
}
await cache.close()
