import { setTimeout as sleep } from 'node:timers/promises'
import { startRedis } from '@hitrate/test-support'
import { expect, test } from 'vitest'
import { record } from '../src/figures.ts'
import { startFleet } from '../src/fleet.ts'
import { machineNow } from '../src/machine-time.ts'
import { patience, scaled } from '../src/scale.ts'
import { unsettled } from '../src/settled.ts'

const LEASE_MS = 3_000

test('the claim of a frozen process is taken over within its lease, and its late fill is refused', {
  timeout: patience(120),
}, async () => {
  await using redis = await startRedis()
  await using fleet = await startFleet({ processes: 3, url: redis.url, origin: { takes: 400 } })
  await fleet.all('ready', 5_000)
  const [holder, second, third] = [fleet.worker(0), fleet.worker(1), fleet.worker(2)]
  for (let round = 0; round < scaled(1, 20); round++) {
    const key = `a:${round}`
    const loading = holder.ask('look', key, 3)
    await sleep(150)
    holder.freeze()
    const frozenAt = machineNow()
    const callers = scaled(100, 1_000)
    const looked = (
      await Promise.all([second.ask('look', key, callers), third.ask('look', key, callers)])
    ).flat()
    const took = machineNow() - frozenAt
    holder.thaw()
    await loading
    await sleep(100)

    const [here] = await holder.ask('look', key, 1)
    const [there] = await second.ask('look', key, 1)
    const { loads } = await fleet.report()
    record({
      scenario: '22 lease holder frozen',
      worstAddedWait: Math.max(...looked.map(({ waited }) => waited)),
      errors: looked.filter(({ error }) => error !== undefined).length,
      recovered: took,
      more: `${loads[key]} loads in the fleet`,
    })
    expect(new Set(looked.map(({ id }) => id)).size).toBe(1)
    expect(there?.id).toBe(looked[0]?.id)
    expect(here?.id).toBe(looked[0]?.id)
    expect(loads[key]).toBe(2)
    expect(took).toBeLessThan(LEASE_MS + 2_000)
  }
  const { totals } = await holder.ask('stats')
  expect(totals.incidents.fill_refused).toBeGreaterThan(0)
  expect(await unsettled(fleet)).toEqual([])
})

test('a load longer than the lease keeps its claim: nobody loads beside it', async () => {
  await using redis = await startRedis()
  await using fleet = await startFleet({ processes: 2, url: redis.url, origin: { takes: 2 * LEASE_MS } })
  await fleet.all('ready', 5_000)
  const first = fleet.worker(0).ask('look', 'a:1', 1)
  await sleep(500)
  const [found] = await fleet.worker(1).ask('look', 'a:1', 10)
  expect((await first)[0]?.id).toBe(found?.id)
  expect((await fleet.report()).loads).toEqual({ 'a:1': 1 })
  expect(await unsettled(fleet)).toEqual([])
})
