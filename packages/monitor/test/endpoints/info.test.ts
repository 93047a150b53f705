import type { CacheInfo, L2Info } from 'hitrate'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { infoSchema } from '../../src/contract/schemas.ts'
import { createMonitor } from '../../src/index.ts'
import { ask, expectProblem, measuredMetrics } from '../support/monitors.ts'

const L1 = { entries: 3, sizeBytes: 900, maxBytes: 1_000, maxEntries: null }

/** What a store tells of one server. */
const REDIS: L2Info = {
  server: 'redis',
  version: '7.0.15',
  mode: 'standalone',
  nodes: [{ address: 'cache:6379', available: true, slots: 0 }],
  slotsCovered: null,
  usedMemoryHuman: '1.20M',
  usedMemoryBytes: 1_258_291,
  connectedClients: 4,
  totalKeys: 17,
  uptimeSeconds: 60,
  hitRate: 0.75,
  lookups: 400,
  evictedKeys: 2,
  maxmemoryPolicy: 'noeviction',
}

const properties = z.object({ properties: z.record(z.string(), z.unknown()) })
const openApi = z.object({
  components: z.object({ schemas: z.object({ Info: properties, Node: properties }) }),
})

function monitorOf(info: () => CacheInfo | Promise<CacheInfo>) {
  const metrics = measuredMetrics()
  return createMonitor({ cache: { name: 'shop', metrics, info: async () => info() } })
}

test('GET /info in memory only has every field of the server, null, and those of the memory', async () => {
  const { status, json } = await ask(
    monitorOf(() => ({ l1: L1, l2: null })),
    '/info',
  )
  expect(status).toBe(200)
  expect(infoSchema.parse(json)).toEqual({
    store: 'memory',
    redis_version: null,
    mode: null,
    nodes: null,
    slots_covered: null,
    slots_total: null,
    lost_nodes: null,
    used_memory_human: null,
    used_memory_bytes: null,
    connected_clients: null,
    total_keys: null,
    uptime_in_seconds: null,
    hit_rate: null,
    evicted_keys: null,
    maxmemory_policy: null,
    entries: 3,
    size_bytes: 900,
    max_bytes: 1_000,
  })
})

test('GET /info with a server tells what it says of itself', async () => {
  const monitor = monitorOf(() => ({ l1: null, l2: REDIS }))
  expect(infoSchema.parse((await ask(monitor, '/info')).json)).toEqual({
    store: 'redis',
    redis_version: '7.0.15',
    mode: 'standalone',
    nodes: [{ address: 'cache:6379', available: true, slots: 0 }],
    slots_covered: null,
    slots_total: null,
    lost_nodes: [],
    used_memory_human: '1.20M',
    used_memory_bytes: 1_258_291,
    connected_clients: 4,
    total_keys: 17,
    uptime_in_seconds: 60,
    hit_rate: 0.75,
    evicted_keys: 2,
    maxmemory_policy: 'noeviction',
    entries: null,
    size_bytes: null,
    max_bytes: null,
  })
})

test('GET /info with sentinels shows the primary', async () => {
  const primary = { address: '10.0.0.2:6379', available: true, slots: 0 }
  const monitor = monitorOf(() => ({ l1: L1, l2: { ...REDIS, mode: 'sentinel', nodes: [primary] } }))
  expect(infoSchema.parse((await ask(monitor, '/info')).json)).toMatchObject({
    mode: 'sentinel',
    nodes: [primary],
    slots_covered: null,
    slots_total: null,
    lost_nodes: [],
  })
})

test('GET /info with a cluster that lost a server shows which, and how many slots are left', async () => {
  const nodes = [
    { address: '10.0.0.1:6379', available: true, slots: 5_461 },
    { address: '10.0.0.2:6379', available: false, slots: 5_462 },
    { address: '10.0.0.3:6379', available: true, slots: 5_461 },
  ]
  const monitor = monitorOf(() => ({
    l1: L1,
    l2: { ...REDIS, mode: 'cluster', nodes, slotsCovered: 10_922 },
  }))
  const { status, json } = await ask(monitor, '/info')
  expect(status).toBe(200)
  expect(infoSchema.parse(json)).toMatchObject({
    mode: 'cluster',
    nodes,
    slots_covered: 10_922,
    slots_total: 16_384,
    lost_nodes: ['10.0.0.2:6379'],
  })
})

test('what a store adds to a node of its own accord is not shown', async () => {
  const node = { address: 'cache:6379', available: true, slots: 0, password: 'secret' }
  const monitor = monitorOf(() => ({ l1: L1, l2: { ...REDIS, nodes: [node] } }))
  const { text, json } = await ask(monitor, '/info')
  expect(text).not.toContain('secret')
  expect(infoSchema.parse(json).nodes).toEqual([{ address: 'cache:6379', available: true, slots: 0 }])
})

test('OpenAPI describes the nodes, and has the fields in the order in which they are sent', async () => {
  const monitor = monitorOf(() => ({ l1: L1, l2: REDIS }))
  const { components } = openApi.parse((await ask(monitor, '/openapi.json')).json)
  const sent = z.record(z.string(), z.unknown()).parse((await ask(monitor, '/info')).json)
  expect(Object.keys(components.schemas.Info.properties)).toEqual(Object.keys(sent))
  expect(components.schemas.Node.properties).toMatchObject({
    address: { type: 'string', description: 'Host and port, never credentials' },
    available: { type: 'boolean' },
    slots: { type: 'integer', minimum: 0, maximum: 16_384 },
  })
})

test('a server out of reach is 503', async () => {
  expectProblem(
    await ask(
      monitorOf(() => ({ l1: L1, l2: 'unavailable' })),
      '/info',
    ),
    503,
  )
})

test('metrics alone know of no store: 404 says what to pass, and `info` is asked where it is given', async () => {
  const metrics = measuredMetrics()
  const answered = await ask(createMonitor({ metrics }), '/info')
  expectProblem(answered, 404, { detail: expect.stringContaining('`info`') })
  const told = createMonitor({ metrics, info: () => ({ l1: L1, l2: null }) })
  expect((await ask(told, '/info')).json).toMatchObject({ store: 'memory', entries: 3 })
})

test('an info that fails is 500 without its text, and is logged', async () => {
  const logged: unknown[] = []
  const monitor = createMonitor({
    metrics: measuredMetrics(),
    info: () => Promise.reject(new Error('redis://user:secret@db')),
    logger: { error: (fields) => logged.push(fields) },
  })
  const answered = await ask(monitor, '/info')
  expectProblem(answered, 500)
  expect(answered.text).not.toContain('secret')
  expect(logged).toEqual([{ err: expect.objectContaining({ message: 'redis://user:secret@db' }) }])
})
