import { createCache } from 'hitrate'

const cache = createCache({ name: 'shop' })
const products = cache.keyspace('product:{id:int}', { ttl: '15m', load: ({ id }) => ({ id }) })
const results = cache.keyspace('search:results:{q}:{page:int}', { load: ({ q }) => [q] })
const { metrics } = cache

// An adapter of @hitrate/monitor opens the endpoint for you.
await metrics.withEndpoint('/api/products/:id', async () => {
  for (let visit = 0; visit < 20; visit++) await products.get({ id: visit % 4 })
})
await metrics.withEndpoint('/api/search', async () => {
  for (const q of 'abcdefghij') await results.get({ q, page: 1 })
  await cache.getOrSet('user:4711', () => 'Ada') // not declared: its pattern is inferred
})

const { outcomes, totalRequests, hitRate } = metrics.overall({ window: '5m' })
console.log({ totalRequests, miss: outcomes.miss, hit_l1: outcomes.hit_l1, hitRate: hitRate.toFixed(2) })
console.table(metrics.patterns().patterns, ['pattern', 'totalRequests', 'hitRate', 'ttlSeconds'])
console.table(metrics.endpoints().endpoints, ['endpoint', 'totalRequests', 'hitRate'])
console.log(metrics.health().status)
for (const { pattern, recommendation } of metrics.lowPerformers()) console.log(`${pattern} ${recommendation}`)
await cache.close()
