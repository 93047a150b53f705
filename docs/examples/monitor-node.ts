import { visitOnce } from './support/visit-once.ts'

const db = { product: async (id: string) => ({ id, title: 'Lamp' }) }

// #region mount
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createMonitor } from '@hitrate/monitor'
import { nodeMonitor } from '@hitrate/monitor/node'
import { createCache } from 'hitrate'

const cache = createCache({ name: 'shop' })
const handler = async ({ url = '' }: IncomingMessage, response: ServerResponse) => {
  const id = url.slice('/api/products/'.length)
  response.end(JSON.stringify(await cache.getOrSet(`product:${id}`, () => db.product(id))))
}
const route = ({ url = '' }: IncomingMessage) =>
  /^\/api\/products\/[^/]+$/.test(url) ? '/api/products/:id' : undefined
const server = createServer(nodeMonitor(createMonitor({ cache }), handler, { route }))
// #endregion

await visitOnce(server)
