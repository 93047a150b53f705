import { startCluster, startRedis, startSentinelGroup } from '@hitrate/test-support'
import { createCache } from 'hitrate'
import { redisStore } from 'hitrate/redis'
import { expect, test, vi } from 'vitest'
import type { InfoAnswer } from '../src/contract/answers.ts'
import { eventsSchema, l2Schema } from '../src/contract/live-schemas.ts'
import { infoSchema } from '../src/contract/schemas.ts'
import { createMonitor, type Monitor } from '../src/index.ts'
import { ask, expectProblem } from './support/monitors.ts'

/** Groups of servers are started, and lose one. */
vi.setConfig({ testTimeout: 60_000 })
const NOTICED = { timeout: 15_000, interval: 50 }

async function monitorOf(url: string) {
  const cache = createCache({ name: 'shop', l1: false, l2: redisStore(url) })
  expect(await cache.ready({ timeout: '15s' })).toEqual({ l2: 'ready' })
  return { cache, monitor: createMonitor({ cache }) }
}

async function infoOf(monitor: Monitor): Promise<InfoAnswer> {
  const { status, json } = await ask(monitor, '/info')
  expect(status).toBe(200)
  return infoSchema.parse(json)
}

test('one Redis is one node, without slots', async () => {
  await using redis = await startRedis({ password: 'secret' })
  const { cache, monitor } = await monitorOf(redis.url)
  await using _ = cache
  expect(await infoOf(monitor)).toMatchObject({
    store: 'redis',
    mode: 'standalone',
    nodes: [{ address: `127.0.0.1:${redis.port}`, available: true, slots: 0 }],
    slots_covered: null,
    slots_total: null,
    lost_nodes: [],
  })
  expect((await ask(monitor, '/info')).text).not.toContain('secret')
})

test('a Redis that is killed is lost in /l2, and lost and found again in /events, without its password', async () => {
  await using redis = await startRedis({ password: 'secret' })
  const { cache, monitor } = await monitorOf(redis.url)
  await using _ = cache
  await cache.getOrSet('product:1', () => 'v')
  const l2 = async () => l2Schema.parse((await ask(monitor, '/l2?window=1m')).json)
  const label = expect.stringMatching(/^redis [\d.]+ standalone$/)
  expect(await l2()).toMatchObject({
    available: true,
    nodes: [{ label, available: true, breaker: 'closed' }],
  })
  const read = (await l2()).operations.find(({ operation }) => operation === 'read')
  expect(read?.calls).toBeGreaterThan(0)
  expect(read?.p95_ms).toBeGreaterThan(0)

  await redis.kill()
  await expect.poll(async () => (await l2()).available, NOTICED).toBe(false)
  await redis.restart()
  await expect.poll(async () => (await l2()).available, NOTICED).toBe(true)
  const { json, text } = await ask(monitor, '/events')
  const kinds = eventsSchema.parse(json).events.map(({ kind }) => kind)
  expect(kinds.filter((kind) => kind.startsWith('l2_'))).toEqual(['l2_found', 'l2_lost', 'l2_found'])
  expect(text + (await ask(monitor, '/l2')).text).not.toContain('secret')
})

test('of a Sentinel group the primary is shown, and the next one when it is killed', async () => {
  await using group = await startSentinelGroup()
  const first = await group.primary()
  const { cache, monitor } = await monitorOf(group.url)
  await using _ = cache
  const primary = ({ port }: { readonly port: number }) => ({
    mode: 'sentinel',
    nodes: [{ address: `127.0.0.1:${port}`, available: true, slots: 0 }],
    slots_covered: null,
    slots_total: null,
    lost_nodes: [],
  })
  expect(await infoOf(monitor)).toMatchObject(primary(first))

  await first.kill()
  await expect.poll(async () => (await ask(monitor, '/info')).status, NOTICED).toBe(503)
  expectProblem(await ask(monitor, '/info'), 503)
  const second = await group.untilPrimary((server) => server !== first)
  await expect.poll(async () => (await ask(monitor, '/info')).status, NOTICED).toBe(200)
  expect(await infoOf(monitor)).toMatchObject(primary(second))
})

test('of a cluster that lost a primary the others are shown, which one is lost, and what slots are left', async () => {
  await using cluster = await startCluster({ replicas: 0 })
  const { cache, monitor } = await monitorOf(cluster.url)
  await using _ = cache
  const whole = await infoOf(monitor)
  expect(whole).toMatchObject({ mode: 'cluster', slots_covered: 16_384, slots_total: 16_384, lost_nodes: [] })
  expect(whole.nodes?.map(({ address }) => address).toSorted()).toEqual(
    cluster.nodes.map(({ exposedPort }) => `127.0.0.1:${exposedPort}`).toSorted(),
  )
  expect(whole.nodes?.reduce((sum, { slots }) => sum + slots, 0)).toBe(16_384)

  const [killed] = cluster.nodes
  const lost = `127.0.0.1:${killed?.exposedPort}`
  await killed?.kill()
  await expect.poll(async () => (await infoOf(monitor)).lost_nodes, NOTICED).toEqual([lost])
  const left = await infoOf(monitor)
  const slots = left.nodes?.find(({ address }) => address === lost)?.slots ?? 0
  expect(left.nodes).toHaveLength(3)
  expect(slots).toBeGreaterThan(5_000)
  expect(left.slots_covered).toBe(16_384 - slots)
  expect((await ask(monitor, '/')).status).toBe(200)
  expect((await ask(monitor, '/health')).json).toMatchObject({
    reasons: expect.arrayContaining(['l2_unavailable']),
  })

  await killed?.restart()
  await expect.poll(async () => (await infoOf(monitor)).slots_covered, NOTICED).toBe(16_384)
  expect((await infoOf(monitor)).lost_nodes).toEqual([])
})
