import { startRedis } from '@hitrate/test-support'
import { expect, test } from 'vitest'
import { startFleet } from '../src/fleet.ts'
import { check } from '../src/history.ts'

test('processes of a fleet share what one of them has loaded', async () => {
  await using redis = await startRedis()
  await using fleet = await startFleet({ processes: 2, url: redis.url })
  expect(await fleet.all('ready', 5_000)).toEqual(['ready', 'ready'])

  const [loaded] = await fleet.worker(0).ask('look', 'a:1', 1)
  const [found] = await fleet.worker(1).ask('look', 'a:1', 1)

  expect(loaded).toMatchObject({ outcome: 'miss', error: undefined })
  expect(found?.id).toBe(loaded?.id)
  // Its caller has the value before it is stored: who comes in between waits for that.
  expect(['hit_l2', 'coalesced']).toContain(found?.outcome)
  const { history, loads } = await fleet.report()
  expect(loads).toEqual({ 'a:1': 1 })
  expect(history.answers).toHaveLength(2)
  expect(check(history, { bound: 0 })).toEqual([])
})

test('a command rejects when its process is killed', async () => {
  await using fleet = await startFleet({ url: undefined })
  const worker = fleet.worker(0)
  const stalled = worker.ask('stall', 10_000)
  worker.kill()
  await expect(stalled).rejects.toThrow('process A ended with SIGKILL')
  expect(await worker.ended).toBe('SIGKILL')
  await expect(worker.ask('calm')).rejects.toThrow('process A is gone')
})

test('a process that closed its cache ends by itself', async () => {
  await using fleet = await startFleet({ url: undefined })
  await fleet.worker(0).ask('close')
  expect(await fleet.worker(0).ended).toBe(0)
})

test('traffic keeps its rate, and what it saw is reported once', async () => {
  await using fleet = await startFleet({ url: undefined, origin: { takes: 1 } })
  const worker = fleet.worker(0)
  await worker.ask('traffic', { rate: 500, keys: ['a:1', 'a:2'], changes: 10 })
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  await worker.ask('calm')
  const { samples, history } = await worker.ask('report')
  expect(samples.length + history.invalidations.length).toBeGreaterThan(250)
  expect(samples.length + history.invalidations.length).toBeLessThan(750)
  expect(history.invalidations.length).toBeGreaterThan(10)
  expect(samples.filter(({ error }) => error !== undefined)).toEqual([])
  expect(check(history, { bound: 0 })).toEqual([])
  expect((await worker.ask('report')).samples).toEqual([])
})
