import { setTimeout as sleep } from 'node:timers/promises'
import { startRedis } from '@hitrate/test-support'
import { expect, test } from 'vitest'
import { record } from '../src/figures.ts'
import { startFleet } from '../src/fleet.ts'
import { DEADLINE_MS, runOutage, slack } from '../src/outage.ts'
import { startProxy, type TcpProxy } from '../src/proxy.ts'
import { worstWait } from '../src/samples.ts'
import { scaled } from '../src/scale.ts'
import { unsettled } from '../src/settled.ts'

test('with Redis killed under load no caller sees an error, and after its deadline nobody waits', async () => {
  await using redis = await startRedis()
  await using fleet = await startFleet({ processes: 2, url: redis.url, cache: { l1: false } })
  const outage = await runOutage({ fleet, strike: () => redis.kill(), heal: () => redis.restart() })

  const { worstAddedWait, errors, recovered, report } = outage
  record({ scenario: '2 killed', worstAddedWait, errors: errors.length, recovered })
  expect(errors).toEqual([])
  expect(worstAddedWait).toBeLessThan(DEADLINE_MS + slack(report))
  expect(worstWait(outage.open)).toBeLessThan(slack(report))
  expect(recovered).toBeLessThan(5_000)
  expect(await unsettled(fleet)).toEqual([])
})

const BREAKS: readonly (readonly [string, (proxy: TcpProxy) => Promise<void>])[] = [
  [
    'connections reset and then refused',
    async (proxy) => {
      await proxy.welcome('refuse')
      proxy.cut()
    },
  ],
  [
    'connections reset again and again',
    async (proxy) => {
      for (let round = 0; round < 20; round++) {
        proxy.cut()
        await sleep(50)
      }
    },
  ],
  [
    'replies that break off in the middle',
    async (proxy) => {
      for (let round = 0; round < 20; round++) {
        proxy.truncate(20)
        await sleep(50)
      }
    },
  ],
]

test.each(BREAKS)('with %s under load no caller sees an error', async (what, strike) => {
  await using redis = await startRedis()
  await using proxy = await startProxy(redis.url)
  await using fleet = await startFleet({ processes: 2, url: proxy.url, cache: { l1: false } })
  const outage = await runOutage({
    fleet,
    strike: () => strike(proxy),
    lasts: scaled(1_000, 10_000),
    heal: () => proxy.heal(),
  })

  const { worstAddedWait, errors, recovered, report } = outage
  record({ scenario: `2 ${what}`, worstAddedWait, errors: errors.length, recovered })
  expect(errors).toEqual([])
  expect(worstAddedWait).toBeLessThan(DEADLINE_MS + slack(report))
  expect(recovered).toBeLessThan(5_000)
  expect(await unsettled(fleet)).toEqual([])
})
