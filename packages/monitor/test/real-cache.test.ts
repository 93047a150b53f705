import fastify from 'fastify'
import { createCache } from 'hitrate'
import { createWarmer } from 'hitrate/warming'
import { expect, test } from 'vitest'
import { fastifyMonitor } from '../src/adapters/fastify.ts'
import { createMonitor } from '../src/index.ts'

test('a cache and its warmer are seen through the API as they are', async () => {
  await using cache = createCache({ name: 'shop' })
  const products = cache.keyspace('product:{id:int}', {
    ttl: '15m',
    load: ({ id }) => ({ id, name: `No. ${id}` }),
  })
  const warmer = createWarmer({
    cache,
    strategies: [{ name: 'best sellers', run: (run) => run.load(products, [{ id: 1 }, { id: 2 }]) }],
  })
  const app = fastify()
  await app.register(fastifyMonitor, { monitor: createMonitor({ cache, warmer, production: false }) })
  app.get<{ Params: { id: string } }>('/api/products/:id', ({ params }) =>
    products.get({ id: Number(params.id) }),
  )
  const api = async (path: string, method: 'GET' | 'POST' = 'GET') =>
    (await app.inject({ method, url: `/api/v1/cache${path}` })).json()

  expect(await api('/warm?wait=true', 'POST')).toMatchObject({
    status: 'done',
    keys_warmed: 2,
    strategies: [{ name: 'best sellers', status: 'done', keys_warmed: 2, failed: 0 }],
  })
  // Warm loads are no lookups.
  expect(await api('/stats')).toMatchObject({ total_requests: 0, load: { count: 2 } })

  for (const id of [1, 1, 2, 7]) await app.inject(`/api/products/${id}`)
  expect(await api('/stats')).toMatchObject({
    total_requests: 4,
    outcomes: { hit_l1: 3, miss: 1 },
    load: { count: 3 },
  })
  expect(await api('/stats/patterns?pattern=product:*')).toMatchObject({
    total: 1,
    patterns: [{ pattern: 'product:*', keyspace: 'product:{id:int}', ttl_seconds: 900, total_requests: 4 }],
  })
  expect(await api('/stats/endpoints')).toMatchObject({
    endpoints: [
      {
        endpoint: '/api/products/:id',
        load: { count: 1 },
        patterns: [{ pattern: 'product:*', total_requests: 4 }],
      },
      { endpoint: '__background__', load: { count: 2 }, total_requests: 0 },
    ],
  })
  expect(await api('/info')).toMatchObject({ store: 'memory', redis_version: null, entries: 3 })
  expect(await api('/warm/runs')).toMatchObject({ strategies: ['best sellers'], runs: [{ read_later: 1 }] })
  await app.close()
})
