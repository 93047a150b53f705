import { createServer } from 'node:http'
import { visitOnce } from './support/visit-once.ts'

const db = { product: async (id: string) => ({ id, title: 'Lamp' }) }

// #region mount
import { createMonitor } from '@hitrate/monitor'
import { expressMonitor } from '@hitrate/monitor/express'
import express from 'express'
import { createCache } from 'hitrate'

const cache = createCache({ name: 'shop' })
const app = express()
app.use(expressMonitor(createMonitor({ cache })))
app.get('/api/products/:id', async ({ params: { id } }, response) => {
  response.json(await cache.getOrSet(`product:${id}`, () => db.product(id)))
})
// #endregion

await visitOnce(createServer(app))
