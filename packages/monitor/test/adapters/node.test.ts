import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { json } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { nodeMonitor } from '../../src/adapters/node.ts'
import { testAdapter, turns } from './adapter-suite.ts'

/** The templates of the application, as a hand-written router would know them. */
const ROUTES: readonly (readonly [RegExp, string])[] = [
  [/^\/api\/products\/([^/?]+)/, '/api/products/:id'],
  [/^\/api\/users\/([^/?]+)/, '/api/users/:id'],
  [/^\/api\/orders$/, '/api/orders'],
]

function routeOf({ url = '' }: IncomingMessage): string | undefined {
  if (url === '/api/broken') throw new Error('no such route')
  return ROUTES.find(([form]) => form.test(url))?.[1]
}

describe('nodeMonitor', () => {
  const { send, lookups } = testAdapter(async (monitor, lookup) => {
    const server = createServer(
      nodeMonitor(
        monitor,
        async (request, response) => {
          const session = request.headers['x-session']
          if (session !== undefined) lookup(`session:${session}`)
          const [form, template] = ROUTES.find(([form]) => form.test(request.url ?? '')) ?? []
          const id = form?.exec(request.url ?? '')?.[1]
          if (template === '/api/products/:id') {
            lookup(`product:${id}`)
            await turns()
            lookup(`product:${id}`)
          } else if (template === '/api/users/:id') lookup(`user:${id}`)
          else if (template === '/api/orders') {
            const order = await json(request)
            lookup(`order:${Reflect.get(Object(order), 'id')}`)
          } else response.statusCode = 404
          response.end()
        },
        { route: routeOf },
      ),
    )
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    return {
      port: typeof address === 'object' && address !== null ? address.port : 0,
      close: async () => {
        server.close()
        await once(server, 'close')
      },
    }
  })

  test('a route that throws costs its request the name, not the answer', async () => {
    expect((await send('/api/broken', { headers: { 'x-session': '1' } })).status).toBe(404)
    expect(lookups()).toEqual({ __unmatched__: { 'session:*': 1 } })
  })
})
