import { startRedis } from '@hitrate/test-support'
import { expect, test } from 'vitest'
import { record } from '../src/figures.ts'
import { startFleet } from '../src/fleet.ts'
import { DEADLINE_MS, runOutage, slack } from '../src/outage.ts'
import { startProxy } from '../src/proxy.ts'
import { worstWait } from '../src/samples.ts'
import { scaled } from '../src/scale.ts'
import { unsettled } from '../src/settled.ts'

/**
 * A lookup asks L2 at the most so often: entry, tags, claim; and the same again when another process loads, for whose
 * fill it waits.
 */
const QUESTIONS = 6
/** The link stays, so nothing but the breaker's next probe finds out; its pause has doubled for as long as the fault took. */
const PAUSE_MS = scaled(5_000, 30_000)

test.each([50, 200])(
  'with a Redis slower by %i ms callers wait for it, bounded, and it is used',
  async (delay) => {
    await using redis = await startRedis()
    await using proxy = await startProxy(redis.url)
    await using fleet = await startFleet({ processes: 2, url: proxy.url, cache: { l1: false } })
    const outage = await runOutage({
      fleet,
      strike: () => proxy.delay(delay),
      heal: () => proxy.heal('kept'),
    })

    const { worstAddedWait, errors, recovered, report, open } = outage
    const used = open.filter(({ outcome }) => outcome === 'hit_l2').length / open.length
    record({
      scenario: `4 slower by ${delay} ms`,
      worstAddedWait,
      errors: errors.length,
      recovered,
      more: `${(used * 100).toFixed(0)} % hits meanwhile`,
    })
    expect(errors).toEqual([])
    expect(worstAddedWait).toBeLessThan(QUESTIONS * DEADLINE_MS + slack(report))
    // At 200 ms a busy machine adds what is missing to the deadline: then the breaker may well open.
    if (delay === 50) expect(used).toBeGreaterThan(0.5)
    expect(recovered).toBeLessThan(5_000)
    expect(await unsettled(fleet)).toEqual([])
  },
)

test('with a Redis slower by 1000 ms the breaker opens, and the loader carries the traffic', async () => {
  await using redis = await startRedis()
  await using proxy = await startProxy(redis.url)
  await using fleet = await startFleet({ processes: 2, url: proxy.url, cache: { l1: false } })
  const outage = await runOutage({ fleet, strike: () => proxy.delay(1_000), heal: () => proxy.heal('kept') })

  const { worstAddedWait, errors, recovered, report, open } = outage
  record({ scenario: '4 slower by 1000 ms', worstAddedWait, errors: errors.length, recovered })
  expect(errors).toEqual([])
  expect(worstAddedWait).toBeLessThan(DEADLINE_MS + slack(report))
  const slow = open.filter(({ waited }) => waited > slack(report))
  expect(slow.length).toBeLessThan(open.length * 0.02)
  expect(worstWait(open)).toBeLessThan(DEADLINE_MS + slack(report))
  expect(recovered).toBeLessThan(PAUSE_MS)
  expect(await unsettled(fleet)).toEqual([])
})
