import { setTimeout as sleep } from 'node:timers/promises'
import { startRedis } from '@hitrate/test-support'
import { expect, test } from 'vitest'
import { record } from '../src/figures.ts'
import { type Fleet, startFleet } from '../src/fleet.ts'
import type { Looked } from '../src/messages.ts'
import { patience, scaled } from '../src/scale.ts'
import { unsettled } from '../src/settled.ts'

const LEASE_MS = 3_000
/** Ten thousand callers hold an event loop up for longer than the default deadline when others share the machine. */
const REDIS = { timeout: '3s' } as const

/** All callers of all processes at one key, at once. */
async function stampede(fleet: Fleet, key: string, callers: number): Promise<readonly Looked[]> {
  return (await fleet.all('look', key, callers)).flat()
}

for (const processes of [1, 4]) {
  test.each([10, 1_000, 10_000])(
    `%i callers in each of ${processes} processes on one cold key are one load`,
    { timeout: patience(120) },
    async (callers) => {
      await using redis = await startRedis()
      await using fleet = await startFleet({ processes, url: redis.url, redis: REDIS, origin: { takes: 50 } })
      await fleet.all('ready', 5_000)
      const rounds = scaled(2, 20)
      let worst = 0
      for (let round = 0; round < rounds; round++) {
        const key = `a:${round}`
        const looked = await stampede(fleet, key, callers)
        const { loads } = await fleet.report()
        expect(loads).toEqual({ [key]: 1 })
        expect(new Set(looked.map(({ id }) => id)).size).toBe(1)
        expect(looked.filter(({ error }) => error !== undefined)).toEqual([])
        worst = Math.max(worst, ...looked.map(({ waited }) => waited))
      }
      record({
        scenario: `14 ${callers} callers in each of ${processes}`,
        worstAddedWait: worst,
        errors: 0,
        more: `1 load in the fleet, ${rounds} times`,
      })
      expect(await unsettled(fleet)).toEqual([])
    },
  )
}

test('with the process that loads killed, the others load once more, and nobody sees an error', async () => {
  await using redis = await startRedis()
  await using fleet = await startFleet({
    processes: 4,
    url: redis.url,
    redis: REDIS,
    origin: { takes: 1_500 },
  })
  await fleet.all('ready', 5_000)
  const callers = scaled(1_000, 10_000)
  const looks = fleet.workers.map((worker) => worker.ask('look', 'a:1', callers).catch(() => undefined))
  let holder = -1
  while (holder < 0) {
    await sleep(50)
    const reports = await fleet.all('report')
    holder = reports.findIndex(({ loads }) => loads['a:1'] === 1)
  }
  fleet.worker(holder).kill()

  const looked = (await Promise.all(looks)).flatMap((answers) => answers ?? [])
  const survivors = fleet.workers.filter((_, index) => index !== holder)
  const later = await Promise.all(survivors.map((worker) => worker.ask('report')))
  const loads = 1 + later.reduce((sum, report) => sum + (report.loads['a:1'] ?? 0), 0)
  const worstAddedWait = Math.max(...looked.map(({ waited }) => waited))
  const errors = looked.filter(({ error }) => error !== undefined)
  record({
    scenario: '14 holder killed',
    worstAddedWait,
    errors: errors.length,
    more: `${loads} loads in the fleet`,
  })
  expect(looked).toHaveLength(3 * callers)
  expect(errors).toEqual([])
  expect(loads).toBe(2)
  expect(worstAddedWait).toBeLessThan(LEASE_MS + 3_000)
})
