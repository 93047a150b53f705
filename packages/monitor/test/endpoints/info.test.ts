import type { CacheInfo } from 'hitrate'
import { expect, test } from 'vitest'
import { infoSchema } from '../../src/contract/schemas.ts'
import { createMonitor } from '../../src/index.ts'
import { ask, expectProblem, measuredMetrics } from '../support/monitors.ts'

const L1 = { entries: 3, sizeBytes: 900, maxBytes: 1_000, maxEntries: null }

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
  const monitor = monitorOf(() => ({
    l1: null,
    l2: {
      server: 'redis',
      version: '7.0.15',
      mode: 'standalone',
      usedMemoryHuman: '1.20M',
      usedMemoryBytes: 1_258_291,
      connectedClients: 4,
      totalKeys: 17,
      uptimeSeconds: 60,
      hitRate: 0.75,
      evictedKeys: 2,
      maxmemoryPolicy: 'noeviction',
    },
  }))
  expect(infoSchema.parse((await ask(monitor, '/info')).json)).toEqual({
    store: 'redis',
    redis_version: '7.0.15',
    mode: 'standalone',
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
