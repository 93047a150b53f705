import { visitOnce } from './support/visit-once.ts'

const db = { product: async (id: string) => ({ id, title: 'Lamp' }) }

// #region mount
import { createMonitor } from '@hitrate/monitor'
import { fastifyMonitor } from '@hitrate/monitor/fastify'
import fastify from 'fastify'
import { createCache } from 'hitrate'

const cache = createCache({ name: 'shop' })
const app = fastify()
await app.register(fastifyMonitor, { monitor: createMonitor({ cache }) })
app.get<{ Params: { id: string } }>('/api/products/:id', ({ params: { id } }) =>
  cache.getOrSet(`product:${id}`, () => db.product(id)),
)
// #endregion

await app.ready()
await visitOnce(app.server)
