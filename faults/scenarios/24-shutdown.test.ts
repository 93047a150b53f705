import { setTimeout as sleep } from 'node:timers/promises'
import { startRedis } from '@hitrate/test-support'
import { expect, test } from 'vitest'
import { record } from '../src/figures.ts'
import { startFleet } from '../src/fleet.ts'
import { machineNow } from '../src/machine-time.ts'
import { KEYS } from '../src/outage.ts'
import { startProxy } from '../src/proxy.ts'
import { unsettled } from '../src/settled.ts'

const GRACE_MS = 1_000
/** After the grace: for giving claims back, and for the connection. */
const AFTER_GRACE_MS = 1_500

const STATES = ['well', 'silent', 'refused'] as const

test.each(STATES)(
  'with Redis %s a shutdown amid loads and invalidations settles within the grace, and the process ends by itself',
  async (state) => {
    await using redis = await startRedis()
    await using proxy = await startProxy(redis.url)
    await using fleet = await startFleet({
      url: proxy.url,
      cache: { closeGrace: GRACE_MS },
      origin: { takes: 100 },
    })
    const worker = fleet.worker(0)
    await worker.ask('ready', 5_000)
    await worker.ask('traffic', { rate: 300, keys: KEYS, changes: 30 })
    await sleep(400)
    if (state === 'silent') proxy.silence()
    if (state === 'refused') {
      await proxy.welcome('refuse')
      proxy.cut()
    }
    await sleep(300)
    await worker.ask('origin', { takes: 60_000 })
    await sleep(100)
    const began = machineNow()
    const took = await worker.ask('close')
    const end = await Promise.race([worker.ended, sleep(3_000, 'not at all', { ref: false })])
    const exited = machineNow() - began
    record({
      scenario: `24 shutdown with Redis ${state}`,
      recovered: exited,
      more: `close took ${took.toFixed(0)} ms`,
    })
    expect(took).toBeLessThan(GRACE_MS + AFTER_GRACE_MS)
    expect(end).toBe(0)
  },
)

test('a process that shuts down gives its claims back: nobody waits for their end', async () => {
  await using redis = await startRedis()
  await using fleet = await startFleet({
    processes: 2,
    url: redis.url,
    cache: { closeGrace: 100 },
    origin: { takes: 60_000 },
  })
  await fleet.all('ready', 5_000)
  const [leaving, staying] = [fleet.worker(0), fleet.worker(1)]
  const loading = leaving.ask('look', 'a:1', 1).catch(() => undefined)
  await sleep(300)
  await staying.ask('origin', { takes: 5 })
  await leaving.ask('close')
  await loading
  const began = machineNow()
  const [found] = await staying.ask('look', 'a:1', 1)
  expect(found?.error).toBeUndefined()
  expect(machineNow() - began).toBeLessThan(1_500)
  await leaving.ended
  expect(await staying.ask('calm')).toBeUndefined()
})

test('what nobody closed does not keep a process alive for ever when Redis is gone', async () => {
  await using redis = await startRedis()
  await using fleet = await startFleet({ processes: 2, url: redis.url })
  await fleet.all('ready', 5_000)
  await redis.kill()
  await sleep(500)
  expect(await unsettled(fleet)).toEqual([])
})
