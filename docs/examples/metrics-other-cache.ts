import { createMetrics } from 'hitrate/metrics'

const other = new Map([['feed:page:1', 'first page']]) // any cache: ioredis, memcached, a Map
const metrics = createMetrics()

await metrics.measure('get', 'feed:page:1', () => other.get('feed:page:1'))
await metrics.measure('get', 'feed:page:2', () => other.get('feed:page:2'))
metrics.record({
  operation: 'get',
  key: 'user:17',
  hit: true,
  tier: 'l1',
  responseTimeMs: 0.4,
  endpoint: '/me',
})

const { patterns, aggregate } = metrics.pattern('feed:*')
console.log(
  patterns.map(({ pattern, hitRate }) => ({ pattern, hitRate })),
  aggregate.totalRequests,
)
console.log(metrics.endpoints().endpoints.map(({ endpoint, cacheHits }) => ({ endpoint, cacheHits })))
