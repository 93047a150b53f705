const db = { product: async (id: number) => ({ id, title: 'Lamp', sellerId: 7 }) }

// #region cache
import { createCache } from 'hitrate'
import { redisStore } from 'hitrate/redis'

const cache = createCache({ name: 'shop', l2: redisStore(process.env.REDIS_URL), ttl: '5m', staleFor: '1h' })
const products = cache.keyspace('product:{id:int}', {
  load: ({ id }) => db.product(id),
  tags: (product) => [`seller:${product.sellerId}`],
})

await Promise.all([products.get({ id: 42 }), products.get({ id: 42 })]) // one load for both
for (let visit = 0; visit < 7; visit++) await products.get({ id: 42 }) // from memory
await cache.invalidate({ tags: ['seller:7'] }) // nothing of that seller is returned any more
console.log(await products.get({ id: 42 })) // loaded anew
console.table(cache.metrics.topPatterns(), ['pattern', 'totalRequests', 'cacheHits', 'hitRate'])
// #endregion
await cache.close()
