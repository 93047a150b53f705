import { createServer } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { visitOnce } from './support/visit-once.ts'

const db = { product: async (id: string) => ({ id, title: 'Lamp' }) }

// #region mount
import { createMonitor } from '@hitrate/monitor'
import { honoMonitor } from '@hitrate/monitor/hono'
import { createCache } from 'hitrate'
import { Hono } from 'hono'

const cache = createCache({ name: 'shop' })
const app = new Hono()
app.use(honoMonitor(createMonitor({ cache })))
app.get('/api/products/:id', async (c) => {
  const id = c.req.param('id')
  return c.json(await cache.getOrSet(`product:${id}`, () => db.product(id)))
})
// #endregion

await visitOnce(createServer(getRequestListener(app.fetch)))
