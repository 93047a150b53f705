import { startRedis } from '@hitrate/test-support'
import { expect, test } from 'vitest'
import { record } from '../src/figures.ts'
import { startFleet } from '../src/fleet.ts'
import { machineNow } from '../src/machine-time.ts'
import { DEADLINE_MS, KEYS, runOutage, slack } from '../src/outage.ts'
import { scaled } from '../src/scale.ts'
import { unsettled } from '../src/settled.ts'

const PROCESSES = 4
const MAX_LOADS = 6

test('with Redis back and empty under full load the loads stay under their cap, and each key is loaded once', async () => {
  await using redis = await startRedis()
  await using fleet = await startFleet({
    processes: PROCESSES,
    url: redis.url,
    cache: { maxLoads: MAX_LOADS, ttl: '1h' },
    origin: { takes: 20 },
  })
  let healed = 0
  const outage = await runOutage({
    fleet,
    strike: () => redis.kill(),
    lasts: scaled(1_500, 15_000),
    async heal() {
      await redis.restart()
      healed = machineNow()
    },
  })

  const { worstAddedWait, errors, recovered, report } = outage
  const loads = report.history.births.filter(({ began }) => began >= healed).length
  const connections = Number(/total_connections_received:(\d+)/.exec(await redis.exec('INFO', 'stats'))?.[1])
  record({
    scenario: '5 back and empty',
    worstAddedWait,
    errors: errors.length,
    recovered,
    more: `${loads} loads of ${KEYS.length} keys since, ${report.peakLoads} at once in a process, ${connections} connections`,
  })
  expect(errors).toEqual([])
  expect(worstAddedWait).toBeLessThan(DEADLINE_MS + slack(report))
  expect(report.peakLoads).toBeLessThanOrEqual(MAX_LOADS)
  // Once each, and what was in the air when it came back.
  expect(loads).toBeLessThan(KEYS.length * 2)
  expect(connections).toBeLessThan(PROCESSES * 4)
  expect(recovered).toBeLessThan(5_000)
  expect(await unsettled(fleet)).toEqual([])
})
