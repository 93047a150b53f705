import { z } from '@hono/zod-openapi'
import { describe, expect, test } from 'vitest'
import type { FleetFigures } from '../../src/contract/fleet-answers.ts'
import { fleetSchema } from '../../src/contract/fleet-schemas.ts'
import { flowSchema, l2Schema, seriesSchema } from '../../src/contract/live-schemas.ts'
import { FLEET_PATHS } from '../../src/contract/parameters.ts'
import {
  endpointsSchema,
  healthSchema,
  lowPerformersSchema,
  patternsSchema,
  resetSchema,
  statsSchema,
  topPatternsSchema,
  warmRunSchema,
  warmRunsSchema,
  warmStartedSchema,
} from '../../src/contract/schemas.ts'
import { createMonitor } from '../../src/index.ts'
import { ask, expectProblem, measuredMetrics } from '../support/monitors.ts'
import { look, threeProcesses } from '../support/processes.ts'

/** As much of the contract as is looked at here. */
const openApi = z.object({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        parameters: z
          .array(z.object({ name: z.string(), schema: z.object({ enum: z.array(z.string()).default([]) }) }))
          .optional(),
      }),
    ),
  ),
})

describe('with scope=fleet', () => {
  test('every statistic is of all processes; without it, of the one that answers', async () => {
    const { one, two, three, pass } = threeProcesses()
    await look(one, 'product:1', 10)
    await look(two, 'product:2', 20)
    await look(three, 'feed:1', 30)
    await pass(40)
    const { monitor } = one
    const get = async (path: string) => (await ask(monitor, path)).json

    const stats = statsSchema.parse(await get('/stats?window=5m&scope=fleet'))
    expect(stats).toMatchObject({ total_requests: 60, scope: 'fleet', window_seconds: 300 })
    expect(stats.fleet).toMatchObject({
      reason: null,
      alive: 3,
      missing: 0,
      ended: 0,
      unreadable: 0,
      gap_seconds: 0,
    } satisfies Partial<FleetFigures>)
    expect(stats.fleet?.instances.map(({ name, state }) => [name, state])).toEqual([
      ['web-0', 'alive'],
      ['web-1', 'alive'],
      ['web-2', 'alive'],
    ])
    expect(stats.fleet?.percentile_error).toBeLessThan(0.03)
    expect(statsSchema.parse(await get('/stats'))).toMatchObject({ total_requests: 10, scope: 'process' })
    expect(statsSchema.parse(await get('/stats')).fleet).toBeUndefined()

    const patterns = patternsSchema.parse(await get('/stats/patterns?scope=fleet&window=1h'))
    expect(patterns).toMatchObject({ total: 2, scope: 'fleet', aggregate: { total_requests: 60 } })
    expect(patternsSchema.parse(await get('/stats/patterns?scope=fleet&pattern=feed:*'))).toMatchObject({
      aggregate: { total_requests: 30 },
    })
    const endpoints = endpointsSchema.parse(await get('/stats/endpoints?scope=fleet'))
    expect(endpoints.endpoints[0]).toMatchObject({ endpoint: '/products/:id', total_requests: 60 })
    expect(
      topPatternsSchema.parse(await get('/stats/top-patterns?scope=fleet&limit=1')).patterns,
    ).toMatchObject([{ total_requests: 30 }])
    const low = lowPerformersSchema.parse(await get('/stats/low-performers?scope=fleet'))
    expect(low).toMatchObject({ scope: 'fleet', patterns: [{ total_requests: 30 }, { total_requests: 30 }] })
    expect(healthSchema.parse(await get('/health?scope=fleet'))).toMatchObject({
      total_requests: 60,
      status: 'degraded',
      scope: 'fleet',
    })
    expect(flowSchema.parse(await get('/flow?scope=fleet'))).toMatchObject({
      total_requests: 60,
      scope: 'fleet',
    })
    const series = seriesSchema.parse(await get('/series?scope=fleet&window=5m&metric=requests_per_second'))
    expect(series).toMatchObject({ scope: 'fleet', series: [{ total_requests: 60 }] })
    const readsOf = async (scope: string) => {
      const { operations } = l2Schema.parse(await get(`/l2?window=5m&scope=${scope}`))
      return operations.find(({ operation }) => operation === 'read')?.results.miss
    }
    expect([await readsOf('process'), await readsOf('fleet')]).toEqual([10, 60])
  })

  test('what only one process knows is refused, with where the fleet is known', async () => {
    const { one } = threeProcesses()
    const { json } = await ask(one.monitor, '/openapi.json')
    const { paths } = openApi.parse(json)
    const scoped = Object.entries(paths).flatMap(([path, operations]) =>
      Object.values(operations).flatMap(({ parameters = [] }) =>
        parameters
          .filter(({ name }) => name === 'scope')
          .map(({ schema }) => [path, schema.enum.includes('fleet')] as const),
      ),
    )
    const known = scoped.filter(([, isOfFleet]) => isOfFleet).map(([path]) => path)
    expect(known.toSorted()).toEqual(FLEET_PATHS.toSorted())
    const others = scoped.filter(([, isOfFleet]) => !isOfFleet).map(([path]) => path)
    expect(others).toEqual(
      expect.arrayContaining(['/self', '/info', '/about', '/alerts', '/events', '/metrics']),
    )
    for (const path of others) {
      expectProblem(await ask(one.monitor, `${path}?scope=fleet`), 400, {
        parameter: 'scope',
        value: 'fleet',
        accepted: expect.stringMatching(/^process, whose answer this is; scope=fleet goes with .*\/stats, /),
      })
      expect((await ask(one.monitor, `${path}?scope=process`)).status).toBe(200)
    }
  })

  test('a process whose L2 is away shows itself, and says so', async () => {
    const { one, two, pass } = threeProcesses()
    await look(one, 'product:1', 10)
    await look(two, 'product:2', 20)
    await pass(40)
    one.chaos.down()
    await pass(5)
    const stats = statsSchema.parse((await ask(one.monitor, '/stats?scope=fleet')).json)
    expect(stats).toMatchObject({
      total_requests: 10,
      scope: 'process',
      fleet: { reason: 'l2_unavailable', instances: [], as_of: null },
    })
    expect(fleetSchema.parse((await ask(one.monitor, '/fleet')).json)).toMatchObject({
      reason: 'l2_unavailable',
      instances: [],
    })
    await pass(40)
    expect(statsSchema.parse((await ask(two.monitor, '/stats?scope=fleet')).json).fleet).toMatchObject({
      alive: 2,
      missing: 1,
    })
  })

  test('metrics alone belong to no fleet, which is said', async () => {
    const monitor = createMonitor({ metrics: measuredMetrics() })
    expect(statsSchema.parse((await ask(monitor, '/stats?scope=fleet')).json)).toMatchObject({
      total_requests: 90,
      scope: 'process',
      fleet: { reason: 'no_fleet' },
    })
    expect(fleetSchema.parse((await ask(monitor, '/fleet')).json)).toMatchObject({
      self: null,
      reason: 'no_fleet',
      instances: [],
    })
  })

  test('another scope is refused', async () => {
    const monitor = createMonitor({ metrics: measuredMetrics() })
    expectProblem(await ask(monitor, '/stats?scope=world'), 400, {
      parameter: 'scope',
      value: 'world',
      accepted: 'one of process, fleet',
    })
  })

  test('a stranger in production makes the process ask nobody', async () => {
    const { one, pass } = threeProcesses()
    await pass(40)
    const monitor = createMonitor({ cache: one.cache, production: true })
    const calls = one.chaos.calls()
    const answered = await ask(monitor, '/health?scope=fleet', {}, { remoteAddress: '203.0.113.7' })
    expect(Object.keys(answered.json ?? {})).toEqual(['status', 'timestamp'])
    expect(one.chaos.calls()).toBe(calls)
  })
})

test('GET /fleet lists the processes, the oldest first', async () => {
  const { one, two, pass } = threeProcesses()
  await look(two, 'product:2', 60)
  await pass(40)
  const answer = fleetSchema.parse((await ask(one.monitor, '/fleet')).json)
  expect(answer).toMatchObject({ self: one.cache.fleet?.id, reason: null, alive: 3 })
  const second = answer.instances.find(({ id }) => id === two.cache.fleet?.id)
  expect(second).toMatchObject({ name: 'web-1', state: 'alive', hit_rate: 0, version: '0.1.0' })
  expect(second?.requests_per_second).toBeGreaterThan(0)
  expect(second?.age_ms).toBeLessThan(11_000)
})

test('POST /reset-metrics?scope=fleet starts all processes anew', async () => {
  const { one, two, pass } = threeProcesses()
  await look(one, 'product:1', 10)
  await look(two, 'product:2', 20)
  await pass(40)
  const answered = await ask(one.monitor, '/reset-metrics?scope=fleet', { method: 'POST' })
  expect(resetSchema.parse(answered.json)).toMatchObject({ reset: true, scope: 'fleet' })
  await pass(15)
  expect(two.cache.metrics.overall().totalRequests).toBe(0)
  one.chaos.down()
  await pass(5)
  const alone = await ask(one.monitor, '/reset-metrics?scope=fleet', { method: 'POST' })
  expect(resetSchema.parse(alone.json)).toMatchObject({ reset: true, scope: 'process' })
})

describe('POST /warm?scope=fleet', () => {
  test('runs once in the fleet: others are told who runs it, and see its report', async () => {
    const { one, two, gate, pass } = threeProcesses()
    const begun = await ask(one.monitor, '/warm?scope=fleet', { method: 'POST' })
    expect(begun.status).toBe(202)
    const { run_id: run, scope } = warmStartedSchema.parse(begun.json)
    expect(scope).toBe('fleet')
    await pass(60)
    const refused = await ask(two.monitor, '/warm?scope=fleet', { method: 'POST' })
    expectProblem(refused, 409, { run_id: run })
    expect(refused.text).toContain(`in the process web-0 (${one.cache.fleet?.id})`)
    const seen = async () =>
      warmRunsSchema.parse((await ask(two.monitor, '/warm/runs?scope=fleet')).json).runs[0]
    expect(await seen()).toMatchObject({
      run_id: run,
      status: 'running',
      instance: one.cache.fleet?.id,
      instance_name: 'web-0',
    })
    expect(warmRunsSchema.parse((await ask(two.monitor, '/warm/runs')).json).runs).toEqual([])
    gate.resolve()
    await pass(5)
    expect(await seen()).toMatchObject({ run_id: run, status: 'done' })
    const next = await ask(two.monitor, '/warm?scope=fleet&wait=true', { method: 'POST' })
    expect(warmRunSchema.parse(next.json)).toMatchObject({ status: 'done' })
  })

  test('what can not be started is refused as ever, and frees the fleet', async () => {
    const { one, two, gate } = threeProcesses()
    gate.resolve()
    const body = {
      method: 'POST',
      body: '{"strategies":["none"]}',
      headers: { 'content-type': 'application/json' },
    }
    expectProblem(await ask(one.monitor, '/warm?scope=fleet', body), 400, { parameter: 'strategies.0' })
    expect((await ask(two.monitor, '/warm?scope=fleet&wait=true', { method: 'POST' })).status).toBe(200)
  })

  test('while L2 is away runs in this process, and says so', async () => {
    const { one, gate, pass } = threeProcesses()
    gate.resolve()
    one.chaos.down()
    await pass(5)
    const begun = await ask(one.monitor, '/warm?scope=fleet', { method: 'POST' })
    expect(warmStartedSchema.parse(begun.json)).toMatchObject({ scope: 'process' })
  })
})
