// Needs a Redis: REDIS_URL=redis://localhost:6379
import { createServer } from 'node:http'
import { createMonitor } from '@hitrate/monitor'
import { nodeMonitor } from '@hitrate/monitor/node'
import { createMetrics } from 'hitrate/metrics'
import { createClient } from 'redis'
import { visitOnce } from './support/visit-once.ts'

// What you have: a client of Redis, and keys of your own.
const redis = createClient({ url: process.env.REDIS_URL ?? 'redis://localhost:6379' })
await redis.connect()
const db = { product: async (id: string) => ({ id, title: 'Lamp' }) }

// What you add: `measure` around each call.
const metrics = createMetrics()
const product = async (id: string): Promise<string> => {
  const key = `product:${id}`
  const cached = await metrics.measure('get', key, () => redis.get(key))
  if (cached !== null) return cached
  const text = JSON.stringify(await db.product(id))
  await metrics.measure('set', key, () => redis.set(key, text, { EX: 900 }))
  return text
}

const server = createServer(
  nodeMonitor(
    createMonitor({ metrics }),
    async ({ url = '' }, response) => response.end(await product(url.slice('/api/products/'.length))),
    { route: () => '/api/products/:id' },
  ),
)

await product('1') // so that the visit below hits
await visitOnce(server)
console.log(metrics.overall().hitRate, metrics.pattern('product:*').total)
redis.destroy()
