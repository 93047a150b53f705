import { once } from 'node:events'
import { createAdaptorServer } from '@hono/node-server'
import { createMetrics } from 'hitrate/metrics'
import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { honoMonitor } from '../../src/adapters/hono.ts'
import { createMonitor } from '../../src/index.ts'
import { manualWarmer } from '../support/monitors.ts'
import { testAdapter, turns } from './adapter-suite.ts'

describe('honoMonitor', () => {
  const { send, lookups } = testAdapter(async (monitor, lookup) => {
    const app = new Hono()
    app.use(honoMonitor(monitor))
    app.use('/api/*', async (c, next) => {
      const session = c.req.header('x-session')
      if (session !== undefined) lookup(`session:${session}`)
      if (session === 'expired') return c.text('sign in again', 401)
      return next()
    })
    app.get('/api/products/:id', async (c) => {
      lookup(`product:${c.req.param('id')}`)
      await turns()
      lookup(`product:${c.req.param('id')}`)
      return c.body(null)
    })
    const users = new Hono()
    users.onError((_error, c) => c.text('failed', 500))
    users.get('/:id', (c) => {
      lookup(`user:${c.req.param('id')}`)
      if (c.req.param('id') === 'broken') throw new Error('broken')
      return c.body(null)
    })
    app.route('/api/users', users)
    // Registered for a method, and middleware all the same.
    app.get('*', async (_c, next) => next())
    // A handler that takes `next` looks like middleware, and is a route all the same.
    app.post('/api/orders', async (c, next) => {
      lookup(`order:${(await c.req.json()).id}`)
      return c.req.query('next') === undefined ? c.body(null) : next()
    })
    app.get('/files/*', (c) => {
      lookup('file')
      return c.body(null)
    })
    const server = createAdaptorServer({ fetch: app.fetch, overrideGlobalObjects: false })
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

  test('where middleware answers before the route, the lookups are the route’s', async () => {
    expect((await send('/api/products/7', { headers: { 'x-session': 'expired' } })).status).toBe(401)
    expect(Object.keys(lookups())).toEqual(['/api/products/:id'])
  })

  test('a catch-all route is named by its template', async () => {
    await send('/files/a/b')
    expect(lookups()).toEqual({ '/files/*': { file: 1 } })
  })

  test('an error keeps the route’s name', async () => {
    expect((await send('/api/users/broken')).status).toBe(500)
    expect(Object.keys(lookups())).toEqual(['/api/users/:id'])
  })

  test('takes a body that middleware has already read', async () => {
    const warmer = manualWarmer()
    const app = new Hono()
    app.use(async (c, next) => {
      await c.req.json()
      await next()
    })
    const getConnInfo = () => ({ remote: { address: '127.0.0.1' } })
    app.use(honoMonitor(createMonitor({ metrics: createMetrics(), warmer }), { getConnInfo }))
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"strategies":["discover feed"]}',
    }
    expect((await app.request('http://localhost/api/v1/cache/warm', init)).status).toBe(202)
    expect(warmer.started).toEqual([['discover feed']])
  })

  test('where no address is known nobody is let in', async () => {
    const app = new Hono()
    app.use(honoMonitor(createMonitor({ metrics: createMetrics() })))
    expect((await app.request('http://localhost/api/v1/cache/stats')).status).toBe(403)
  })
})
