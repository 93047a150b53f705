import { startRedis } from '@hitrate/test-support'
import { expect, test } from 'vitest'
import { record } from '../src/figures.ts'
import { startFleet } from '../src/fleet.ts'
import { DEADLINE_MS, runOutage, slack } from '../src/outage.ts'
import { scaled } from '../src/scale.ts'
import { unsettled } from '../src/settled.ts'
import { STRIKES } from '../src/strikes.ts'

/** A claim lives so long unless it is renewed. */
const LEASE_MS = 3_000

/** Errors that Redis itself counted with this first word. */
async function counted(exec: (...command: string[]) => Promise<string>, reply: string): Promise<number> {
  const stats = await exec('INFO', 'errorstats')
  return Number(new RegExp(`errorstat_${reply}:count=(\\d+)`).exec(stats)?.[1] ?? 0)
}

test.each(STRIKES)(
  'when Redis answers $reply no caller sees it, and it is used again at once',
  async (one) => {
    await using redis = await startRedis({ settings: one.settings ?? {} })
    await using fleet = await startFleet({ processes: 2, url: redis.url, cache: { l1: false, ttl: '2s' } })
    const outage = await runOutage({
      fleet,
      strike: () => one.strike(redis),
      lasts: scaled(1_000, 10_000),
      heal: () => one.heal(redis),
    })

    const { worstAddedWait, errors, recovered, report } = outage
    const replies = await counted(redis.exec, one.reply)
    record({
      scenario: `10 ${one.reply}`,
      worstAddedWait,
      errors: errors.length,
      recovered,
      more: `${replies} replies`,
    })
    expect(replies).toBeGreaterThan(0)
    expect(errors).toEqual([])
    // Who claimed a key just before the server refused writes can't give the claim back: the others wait for its end.
    expect(worstAddedWait).toBeLessThan(LEASE_MS + DEADLINE_MS + slack(report))
    expect(recovered).toBeLessThan(5_000)
    expect(await unsettled(fleet)).toEqual([])
  },
)
