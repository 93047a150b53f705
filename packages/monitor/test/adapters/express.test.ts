import { once } from 'node:events'
import express, { type NextFunction, type Request, type Response, Router } from 'express'
import { createMetrics } from 'hitrate/metrics'
import { describe, expect, test } from 'vitest'
import { expressMonitor } from '../../src/adapters/express.ts'
import { createMonitor } from '../../src/index.ts'
import { manualWarmer } from '../support/monitors.ts'
import { type RunningServer, testAdapter, turns } from './adapter-suite.ts'

async function listen(app: express.Express): Promise<RunningServer> {
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    close: async () => {
      server.close()
      await once(server, 'close')
    },
  }
}

describe('expressMonitor', () => {
  const { send, lookups } = testAdapter(async (monitor, lookup) => {
    const app = express()
    app.use(expressMonitor(monitor))
    app.use((request, _response, next) => {
      const session = request.get('x-session')
      if (session !== undefined) lookup(`session:${session}`)
      next()
    })
    app.get('/api/products/:id', async (request, response) => {
      lookup(`product:${request.params.id}`)
      await turns()
      lookup(`product:${request.params.id}`)
      response.end()
    })
    const users = Router()
    users.get('/:id', (request, response) => {
      lookup(`user:${request.params.id}`)
      response.end()
    })
    app.use('/api/users', users)
    app.post('/api/orders', express.json(), (request, response) => {
      lookup(`order:${request.body.id}`)
      response.end()
    })

    const orders = Router()
    orders.all('/*splat', (_request, _response, next) => next())
    orders.get('/:order', (request, response) => {
      lookup(`order:${request.params.order}`)
      if (request.params.order === 'broken') throw new Error('broken')
      response.end()
    })
    orders.get('/', (_request, response) => {
      lookup('orders')
      response.end()
    })
    app.use('/api/tenants/:tenant/orders', orders)
    app.get('/files/*path', (_request, response) => {
      lookup('file')
      response.end()
    })
    app.get('/many/lookups', (_request, response) => {
      for (let repeat = 0; repeat < 1_000; repeat++) lookup('many')
      response.end()
    })
    const outer = Router()
    const inner = Router()
    inner.get(['/page', /^\/sheet$/], (_request, response) => {
      lookup('page')
      response.end()
    })
    outer.use('/books/:book', inner)
    app.use('/api/shelves/:shelf', outer)
    app.use((_error: Error, _request: Request, response: Response, _next: NextFunction) => {
      lookup('errors')
      response.status(500).end()
    })
    return listen(app)
  })

  test('the values in a mount get their names back, also when an error has unwound it', async () => {
    for (const tenant of ['acme', 'a%20b', '42']) {
      await send(`/api/tenants/${tenant}/orders/${tenant}7`)
      await send(`/api/tenants/${tenant}/orders`)
      expect((await send(`/api/tenants/${tenant}/orders/broken`)).status).toBe(500)
    }
    expect(lookups()).toMatchObject({
      '/api/tenants/:tenant/orders/:order': { errors: 3 },
      '/api/tenants/:tenant/orders': { orders: 3 },
    })
    expect(Object.keys(lookups())).toHaveLength(2)
  })

  test('in mounts within mounts whatever looks like an id is a wildcard', async () => {
    for (const shelf of [1, 2, 3]) await send(`/api/shelves/${shelf}/books/moby/page`)
    expect(Object.keys(lookups())).toEqual(['/api/shelves/*/books/:book/page | /^\\/sheet$/'])
  })

  test('a catch-all route is named by its template, when it is the one that answers', async () => {
    await send('/files/a/b')
    expect(lookups()).toEqual({ '/files/*path': { file: 1 } })
  })

  test('however many lookups a route makes, all are its own', async () => {
    await send('/many/lookups')
    expect(lookups()).toEqual({ '/many/lookups': { many: 1_000 } })
  })

  test('a client that hangs up leaves its lookups with the route', async () => {
    const app = express()
    const metrics = createMetrics()
    app.use(expressMonitor(createMonitor({ metrics })))
    const controller = new AbortController()
    const closed = Promise.withResolvers<void>()
    app.get('/slow/:id', (_request, response) => {
      metrics.record({ operation: 'get', key: 'a', hit: true, responseTimeMs: 1 })
      response.once('close', () => closed.resolve())
      controller.abort()
    })
    const server = await listen(app)
    await expect(
      fetch(`http://127.0.0.1:${server.port}/slow/1`, { signal: controller.signal }),
    ).rejects.toThrow()
    await closed.promise
    expect(metrics.endpoints().endpoints.map(({ endpoint }) => endpoint)).toEqual(['/slow/:id'])
    await server.close()
  })

  test('takes a body that the application has already parsed, and is found below a mount', async () => {
    const warmer = manualWarmer()
    const app = express()
    app.use(express.json())
    app.use('/api', expressMonitor(createMonitor({ metrics: createMetrics(), warmer })))
    const server = await listen(app)
    const url = `http://127.0.0.1:${server.port}/api/v1/cache/warm`
    const post = (init: RequestInit) => fetch(url, { method: 'POST', ...init })
    expect((await post({})).status).toBe(202)
    warmer.finish()
    const headers = { 'content-type': 'application/json' }
    expect((await post({ headers, body: '{"strategies":["discover feed"]}' })).status).toBe(202)
    expect(warmer.started).toEqual([undefined, ['discover feed']])
    await server.close()
  })
})
