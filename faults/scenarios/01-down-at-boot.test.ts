import { setTimeout as sleep } from 'node:timers/promises'
import { startRedis } from '@hitrate/test-support'
import { expect, test } from 'vitest'
import { record } from '../src/figures.ts'
import { startFleet } from '../src/fleet.ts'
import { machineNow } from '../src/machine-time.ts'
import { answeredAgain, DEADLINE_MS, KEYS, slack } from '../src/outage.ts'
import { startProxy } from '../src/proxy.ts'
import { errorsOf, timeToRecover, worstWait } from '../src/samples.ts'
import { unsettled } from '../src/settled.ts'

const DOWN = ['refused', 'mute'] as const

test.each(DOWN)(
  'with Redis down at boot (%s) a cache serves, and attaches by itself when Redis appears',
  async (how) => {
    await using redis = await startRedis()
    await using proxy = await startProxy(redis.url)
    await proxy.welcome(how === 'refused' ? 'refuse' : 'mute')
    await using fleet = await startFleet({ processes: 2, url: proxy.url, cache: { l1: false } })

    expect(await fleet.all('ready', 300)).toEqual(['unavailable', 'unavailable'])
    await fleet.all('traffic', { rate: 100, keys: KEYS })
    await sleep(2_000)
    const healed = machineNow()
    await proxy.heal()
    await answeredAgain(fleet)
    await fleet.all('calm')

    const { samples, stalled } = await fleet.report()
    const recovered = timeToRecover(samples, healed)
    record({
      scenario: `1 down at boot: ${how}`,
      worstAddedWait: worstWait(samples),
      errors: errorsOf(samples).length,
      recovered,
    })
    expect(errorsOf(samples)).toEqual([])
    expect(worstWait(samples)).toBeLessThan(DEADLINE_MS + slack({ stalled }))
    expect(recovered).toBeLessThan(5_000)
    expect(await unsettled(fleet)).toEqual([])
  },
)

test('with Redis down at boot L1 keeps what was loaded', async () => {
  await using redis = await startRedis()
  await redis.kill()
  await using fleet = await startFleet({ url: redis.url })
  const worker = fleet.worker(0)
  const [loaded] = await worker.ask('look', 'a:1', 1)
  const [again] = await worker.ask('look', 'a:1', 1)
  expect(again).toMatchObject({ id: loaded?.id, outcome: 'hit_l1' })
  expect(await unsettled(fleet)).toEqual([])
})
