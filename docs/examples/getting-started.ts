import { createCache } from 'hitrate'

const query = async (id: number) => ({ id, title: `Lamp ${id}` }) // your database

const cache = createCache({ name: 'shop', ttl: '5m' })
const product = (id: number) => cache.getOrSet(`product:${id}`, () => query(id))

console.log(await Promise.all([product(1), product(1), product(1)])) // three callers, one load
await product(1)
await cache.delete('product:1')
await product(1)
await product(1)

const { outcomes, hitRate } = cache.metrics.overall()
console.log(
  `miss ${outcomes.miss}, coalesced ${outcomes.coalesced}, hit ${outcomes.hit_l1}: ${hitRate.toFixed(2)}`,
)
await cache.close()
