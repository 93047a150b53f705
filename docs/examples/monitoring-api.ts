import { createMonitor } from '@hitrate/monitor'
import { fastifyMonitor } from '@hitrate/monitor/fastify'
import fastify from 'fastify'
import { createCache } from 'hitrate'
import { createWarmer } from 'hitrate/warming'

const cache = createCache({ name: 'shop' })
const products = cache.keyspace('product:{id:int}', { ttl: '15m', load: ({ id }) => ({ id, title: 'Lamp' }) })
const warmer = createWarmer({
  cache,
  strategies: [{ name: 'best sellers', run: (run) => run.load(products, [{ id: 1 }, { id: 2 }]) }],
})

const app = fastify()
await app.register(fastifyMonitor, { monitor: createMonitor({ cache, warmer }) }) // before the routes
app.get<{ Params: { id: string } }>('/api/products/:id', ({ params }) =>
  products.get({ id: Number(params.id) }),
)
const url = await app.listen({ port: 0 })

const ask = async (path: string, method = 'GET') => {
  const response = await fetch(`${url}/api/v1/cache${path}`, { method })
  return { status: response.status, body: JSON.parse(await response.text()) }
}
const warm = await ask('/warm?wait=true', 'POST')
console.log('POST /warm', warm.status, warm.body.keys_warmed)
for (const id of [1, 2, 3, 1]) await fetch(`${url}/api/products/${id}`)

const { body: stats } = await ask('/stats')
console.log('GET /stats', stats.total_requests, stats.cache_hits, stats.cache_misses, stats.hit_rate)
const [busiest] = (await ask('/stats/endpoints')).body.endpoints
console.log('GET /stats/endpoints', busiest.endpoint, busiest.total_requests, busiest.patterns[0].pattern)
const { body: health } = await ask('/health')
console.log('GET /health', health.status, health.sample)
const { status, body: problem } = await ask('/stats?window=forever')
console.log(status, problem.parameter, problem.value, '- accepted:', problem.accepted)

await app.close()
await warmer.close()
await cache.close()
