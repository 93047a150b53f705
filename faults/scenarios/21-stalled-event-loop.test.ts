import { setTimeout as sleep } from 'node:timers/promises'
import { startRedis } from '@hitrate/test-support'
import { expect, test } from 'vitest'
import { record } from '../src/figures.ts'
import { startFleet } from '../src/fleet.ts'
import { machineNow } from '../src/machine-time.ts'
import { KEYS } from '../src/outage.ts'
import { during, errorsOf } from '../src/samples.ts'
import { scaled } from '../src/scale.ts'
import { unsettled } from '../src/settled.ts'

test('an event loop that stands still for 2 s blames nobody, and its callers do not storm the origin after', async () => {
  await using redis = await startRedis()
  await using fleet = await startFleet({ processes: 2, url: redis.url, cache: { l1: false, ttl: '1h' } })
  await fleet.all('ready', 5_000)
  const worker = fleet.worker(0)
  await fleet.all('traffic', { rate: 200, keys: KEYS })
  await sleep(1_500)
  await fleet.report()
  const began = machineNow()
  for (let round = 0; round < scaled(2, 10); round++) {
    await worker.ask('stall', 2_000)
    await sleep(500)
  }
  await fleet.all('calm')
  const { samples, loads } = await worker.ask('report')
  const { totals } = await worker.ask('stats')
  const loaded = Object.values(loads).reduce((sum, count) => sum + count, 0)
  record({
    scenario: '21 event loop stalled',
    errors: errorsOf(samples).length,
    more: `${loaded} loads since, ${totals.incidents.l2_timeout} timeouts, ${totals.missReasons.l2_open} lookups past an open breaker`,
  })
  expect(errorsOf(samples)).toEqual([])
  expect(totals.missReasons.l2_open).toBe(0)
  expect(totals.incidents.l2_error).toBe(0)
  // A reply may be on its way when the loop stops: the timers of the few calls then pending may decide against it.
  expect(totals.incidents.l2_timeout).toBeLessThan(5)
  expect(loaded).toBeLessThan(5)
  const after = during(samples, { from: began }).filter(({ outcome }) => outcome === 'hit_l2')
  expect(after.length).toBeGreaterThan(50)
  expect(await unsettled(fleet)).toEqual([])
})
