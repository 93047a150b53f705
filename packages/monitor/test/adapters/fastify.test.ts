import fastify, { type FastifyPluginCallback } from 'fastify'
import { createMetrics } from 'hitrate/metrics'
import { describe, expect, test } from 'vitest'
import { fastifyMonitor } from '../../src/adapters/fastify.ts'
import { createMonitor } from '../../src/index.ts'
import { manualWarmer } from '../support/monitors.ts'
import { testAdapter, turns } from './adapter-suite.ts'

describe('fastifyMonitor', () => {
  const { send, lookups } = testAdapter(async (monitor, lookup) => {
    const app = fastify()
    await app.register(fastifyMonitor, { monitor })
    app.addHook('onRequest', async (request) => {
      const session = request.headers['x-session']
      if (session !== undefined) lookup(`session:${session}`)
    })
    app.get<{ Params: { id: string } }>('/api/products/:id', async ({ params }) => {
      lookup(`product:${params.id}`)
      await turns()
      lookup(`product:${params.id}`)
      return {}
    })
    // A plugin of its own: the hooks reach into it.
    await app.register(
      (users, _options, done) => {
        users.get<{ Params: { id: string } }>('/:id', async ({ params }) => {
          lookup(`user:${params.id}`)
          return {}
        })
        done()
      },
      { prefix: '/api/users' },
    )
    app.post<{ Body: { id: number } }>('/api/orders', (request, reply) => {
      lookup(`order:${request.body.id}`)
      reply.send({})
    })
    app.post('/api/late', { onResponse: async () => lookup('late:1') }, async () => ({}))
    await app.listen({ port: 0, host: '127.0.0.1' })
    return { port: Number(new URL(app.listeningOrigin).port), close: () => app.close() }
  })

  test('a lookup after the response was sent still belongs to its route', async () => {
    await send('/api/late', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' })
    await turns()
    expect(lookups()).toEqual({ '/api/late': { 'late:*': 1 } })
  })

  test('answers injected requests, also those with a body', async () => {
    const app = fastify()
    const warmer = manualWarmer()
    await app.register(fastifyMonitor, { monitor: createMonitor({ metrics: createMetrics(), warmer }) })
    const health = await app.inject('/api/v1/cache/health')
    expect(health.json()).toMatchObject({ status: 'healthy' })
    const payload = { strategies: ['discover feed'] }
    const warm = await app.inject({ method: 'POST', url: '/api/v1/cache/warm', payload })
    expect(warm.statusCode).toBe(202)
    expect(warmer.started).toEqual([['discover feed']])
    await app.close()
  })

  test('leaves the parsers of the application alone', async () => {
    const app = fastify()
    await app.register(fastifyMonitor, { monitor: createMonitor({ metrics: createMetrics() }) })
    app.post('/echo', async (request) => request.body)
    const echoed = await app.inject({ method: 'POST', url: '/echo', payload: { a: 1 } })
    expect(echoed.json()).toEqual({ a: 1 })
    const xml = {
      method: 'POST',
      url: '/echo',
      headers: { 'content-type': 'text/xml' },
      payload: '<a/>',
    } as const
    expect((await app.inject(xml)).statusCode).toBe(415)
    await app.close()
  })

  test('below a prefix it refuses to start, and says where the path is set', async () => {
    const app = fastify()
    const monitor = createMonitor({ metrics: createMetrics() })
    const inner: FastifyPluginCallback = (instance, _options, done) => {
      instance.register(fastifyMonitor, { monitor })
      done()
    }
    app.register(inner, { prefix: '/inner' })
    await expect(app.ready()).rejects.toMatchObject({
      code: 'invalid_option',
      message: expect.stringContaining('`path` of createMonitor'),
    })
  })
})
