import { createMonitor } from '@hitrate/monitor'
import { createCache, type Delivery } from 'hitrate'
import { createMetrics } from 'hitrate/metrics'
import { redisStore } from 'hitrate/redis'
import { manualClock } from 'hitrate/testing'
import { createWarmer } from 'hitrate/warming'

interface Product {
  readonly id: number
  readonly name: string
  readonly sellerId: number
}

const product = (id: number): Product => ({ id, name: `Product ${id}`, sellerId: 7 })

const cache = createCache({
  name: 'shop',
  l2: redisStore(process.env.REDIS_URL),
  ttl: '5m',
  clock: manualClock(),
})

const products = cache.keyspace('product:{id:int}', {
  ttl: '15m',
  load: ({ id }) => product(id),
  tags: ({ sellerId }) => [`seller:${sellerId}`],
})

export const page: string = await cache.getOrSet('page:1', () => 'page', { ttl: '5m', tags: ['pages'] })
export const one: Product | undefined = await products.get({ id: 42 })
export const delivery: Delivery = await cache.invalidate({ tags: ['seller:7'] })

// @ts-expect-error the template says int
await products.get({ id: 'forty-two' })

const warmer = createWarmer({
  cache,
  strategies: [
    { name: 'products', run: async (run) => void (await run.load(products, [{ id: 1 }, { id: 2 }])) },
  ],
})
await warmer.warmAll()

export const monitor = createMonitor({ cache, warmer })
export const hitRate: number = createMetrics().overall().hitRate
