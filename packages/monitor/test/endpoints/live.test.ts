import { type Cache, createCache, VERSION } from 'hitrate'
import { createMetrics } from 'hitrate/metrics'
import { manualClock, memoryL2 } from 'hitrate/testing'
import { describe, expect, test } from 'vitest'
import {
  aboutSchema,
  eventsSchema,
  flowSchema,
  l2Schema,
  selfSchema,
} from '../../src/contract/live-schemas.ts'
import { bearerToken, createMonitor } from '../../src/index.ts'
import { ask, manualWarmer, measuredMetrics } from '../support/monitors.ts'

test('GET /flow tells what became of lookups: shares sum to 1, and what never happened took no time', async () => {
  const { json } = await ask(createMonitor({ metrics: measuredMetrics() }), '/flow')
  const flow = flowSchema.parse(json)
  expect(flow.parts.map(({ outcome }) => outcome)).toEqual([
    'hit_l1',
    'hit_l2',
    'stale',
    'coalesced',
    'miss',
    'error',
  ])
  expect(flow.parts.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12)
  expect(flow.parts.reduce((sum, { count }) => sum + count, 0)).toBe(flow.total_requests)
  expect(flow).toMatchObject({
    window_seconds: 86_400,
    total_requests: 90,
    bypass: 0,
    load: { p95_ms: null },
  })
  expect(flow.parts[1]).toMatchObject({ outcome: 'hit_l2', count: 52, p50_ms: expect.any(Number) })
  expect(flow.parts[2]).toMatchObject({ outcome: 'stale', count: 0, p50_ms: null, p99_ms: null })
})

describe('GET /events', () => {
  test('lists what metrics and warmer remember, newest first, with nothing of a key', async () => {
    const clock = manualClock()
    const cache: Cache = createCache({ name: 'shop', clock })
    const warmer = manualWarmer()
    const monitor = createMonitor({ cache, warmer, clock })
    warmer.start()
    warmer.finish()
    await clock.advance(1_000)
    await cache.set('user:secret@example.com', 1, { tags: ['tag-of-somebody'] })
    await cache.invalidate({ tags: ['tag-of-somebody'] })
    await cache.invalidate({ pattern: 'user:secret*' })
    await clock.advance(1_000)
    await ask(monitor, '/reset-metrics', { method: 'POST' })
    const { text, json } = await ask(monitor, '/events')
    const { events } = eventsSchema.parse(json)
    expect(events.map(({ kind }) => kind)).toEqual([
      'reset',
      'invalidated',
      'invalidated',
      'warm_ended',
      'started',
      'warm_begun',
    ])
    expect(events[2]).toMatchObject({ details: { by: 'tag', calls: 1 }, at: '2026-01-01T00:00:01.000Z' })
    expect(events[3]).toMatchObject({
      id: 'run-1-ended',
      details: { run_id: 'run-1', status: 'done', keys_warmed: 3, failed: 0 },
    })
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length)
    expect(text).not.toMatch(/secret|tag-of-somebody/)
    await cache.close()
  })

  test('a run that goes on has begun and not ended', async () => {
    const clock = manualClock()
    const warmer = manualWarmer()
    const monitor = createMonitor({ metrics: createMetrics({ clock }), warmer, clock })
    warmer.start()
    const { events } = eventsSchema.parse((await ask(monitor, '/events')).json)
    expect(events.map(({ kind }) => kind).toSorted()).toEqual(['started', 'warm_begun'])
  })

  test('gives those of the window, and no more than the limit', async () => {
    const clock = manualClock()
    const metrics = createMetrics({ clock })
    const monitor = createMonitor({ metrics, clock })
    clock.advanceSync(300_000)
    for (let time = 0; time < 5; time++) metrics.reset()
    const count = async (query: string) =>
      eventsSchema.parse((await ask(monitor, `/events${query}`)).json).events.length
    expect(await count('')).toBe(6)
    expect(await count('?window=1m')).toBe(5)
    expect(await count('?limit=2')).toBe(2)
  })
})

describe('GET /l2', () => {
  test('tells our calls by operation, and each server', async () => {
    const clock = manualClock()
    const cache = createCache({ name: 'shop', clock, l2: memoryL2() })
    await cache.getOrSet('product:1', () => 'v')
    await cache.delete('product:1')
    const answered = l2Schema.parse((await ask(createMonitor({ cache, clock }), '/l2')).json)
    expect(answered).toMatchObject({ available: true, nodes: [{ available: true, breaker: 'closed' }] })
    const by = Object.fromEntries(
      answered.operations.map(({ operation, ...figures }) => [operation, figures]),
    )
    expect(by.read).toMatchObject({ calls: 2, errors: 0, p95_ms: expect.any(Number) })
    expect(by.delete?.calls).toBe(1)
    expect(by.scan).toMatchObject({ calls: 0, avg_ms: null, p99_ms: null })
    await cache.close()
  })

  test('without an L2 there is none to be available', async () => {
    const { json } = await ask(createMonitor({ metrics: createMetrics() }), '/l2')
    expect(l2Schema.parse(json)).toMatchObject({ available: null, nodes: [] })
  })

  test('the servers’ names are for those who may read:info', async () => {
    const cache = createCache({ name: 'shop', l2: memoryL2() })
    const nodes = async (may: boolean) => {
      const monitor = createMonitor({ cache, authorize: (_, action) => may || action !== 'read:info' })
      return l2Schema.parse((await ask(monitor, '/l2')).json).nodes
    }
    expect(await nodes(true)).toMatchObject([{ label: expect.any(String) }])
    expect(await nodes(false)).toMatchObject([{ label: null }])
    await cache.close()
  })
})

test('GET /self tells what measuring holds, samples, and leaves out', async () => {
  const metrics = createMetrics({ maxPatterns: 2 })
  for (const key of ['a:1', 'b:1', 'c:1', 'd:1']) {
    metrics.record({ operation: 'get', key, hit: true, responseTimeMs: 1, endpoint: '/x' })
  }
  const self = selfSchema.parse((await ask(createMonitor({ metrics }), '/self')).json)
  expect(self).toMatchObject({
    timed_one_in: 64,
    patterns: { tracked: 2, max: 2, other_share: 0.5 },
    endpoints: { tracked: 1, max: 100, other_share: 0 },
    dropped: { held_lookup: 0, endpoint_pattern: 0 },
    streams: { open: 0, max: 100 },
  })
  expect(self.size_bytes).toBeGreaterThan(1_000)
})

describe('GET /about', () => {
  const clock = manualClock()
  const metrics = createMetrics({ clock })
  const about = async (monitor: ReturnType<typeof createMonitor>, init?: RequestInit) =>
    aboutSchema.parse((await ask(monitor, '/about', init)).json)

  test('says which cache it is, where, since when, and what may be done with it', async () => {
    const monitor = createMonitor({
      cache: { name: 'shop', metrics, info: async () => ({ l1: null, l2: null }) },
      warmer: manualWarmer(),
      production: false,
    })
    expect(await about(monitor)).toEqual({
      name: 'shop',
      production: false,
      instance_id: expect.stringMatching(/^[0-9a-f]{12}$/),
      version: VERSION,
      node_version: process.versions.node,
      started_at: '2026-01-01T00:00:00.000Z',
      retention_seconds: 86_400,
      actions: [
        'read:health',
        'read:stats',
        'read:info',
        'read:keys',
        'scrape',
        'write:warm',
        'write:reset',
        'write:alerts',
      ],
      reset_allowed: true,
      info_told: true,
      warmer: { strategies: ['discover feed', 'trending searches'] },
      signed_in: false,
    })
  })

  test('tells nobody an action that would be refused', async () => {
    const monitor = createMonitor({
      metrics,
      production: true,
      authorize: (_, action) => action.startsWith('read:stats') || action.startsWith('write:'),
    })
    expect(await about(monitor)).toMatchObject({
      production: true,
      actions: ['read:stats', 'write:warm', 'write:alerts'],
      reset_allowed: false,
      info_told: false,
      warmer: null,
    })
  })

  test('two processes have two ids, and who signed in is told so', async () => {
    const authorize = bearerToken('secret')
    const [one, other] = [createMonitor({ metrics, authorize }), createMonitor({ metrics, authorize })]
    const headers = { authorization: 'Bearer secret' }
    const first = await about(one, { headers })
    expect(first.signed_in).toBe(false)
    expect(first.instance_id).not.toBe((await about(other, { headers })).instance_id)
    const cookie = `hitrate_session=${authorize.signIn.open('secret')}`
    expect((await about(one, { headers: { cookie } })).signed_in).toBe(true)
  })
})
