import { type RedisServer, type SentinelGroup, startSentinelGroup } from '@hitrate/test-support'
import { expect, test } from 'vitest'
import { runFailover } from '../src/failover.ts'
import { record } from '../src/figures.ts'
import { startFleet } from '../src/fleet.ts'
import { createNetwork, type Network } from '../src/network.ts'
import { DEADLINE_MS, slack } from '../src/outage.ts'
import { patience } from '../src/scale.ts'
import { unsettled } from '../src/settled.ts'

const PROCESSES = 3
/** From the promotion, as the sentinels agree on it. */
const BACK_WITHIN_MS = 1_000

interface Loss {
  readonly what: string
  strike(primary: RedisServer, network: Network): Promise<void> | void
  heal(primary: RedisServer, network: Network): Promise<void> | void
}

const LOSSES: readonly Loss[] = [
  { what: 'killed', strike: (primary) => primary.kill(), heal: (primary) => primary.restart() },
  { what: 'frozen', strike: (primary) => primary.freeze(), heal: (primary) => primary.thaw() },
  {
    what: 'cut from the network',
    strike: (primary, network) => network.cutOff(primary),
    heal: (primary, network) => network.rejoin(primary),
  },
]

function primaryOf({ servers: [primary] }: SentinelGroup): RedisServer {
  if (primary === undefined) throw new Error('a group has a primary')
  return primary
}

test.each(LOSSES)(
  'with the primary of a Sentinel group $what under load no caller sees an error, and the new one is used at once',
  { timeout: patience(60) },
  async (loss) => {
    await using network = createNetwork()
    await using group = await startSentinelGroup({ expose: network.exposePort })
    const old = primaryOf(group)
    await using fleet = await startFleet({ processes: PROCESSES, url: group.url, cache: { l1: false } })
    const failover = await runFailover({
      fleet,
      strike: () => loss.strike(old, network),
      promoted: () => group.untilPrimary((server) => server !== old),
      heal: async () => {
        await loss.heal(old, network)
        await group.untilWhole()
      },
    })

    const { worstAddedWait, errors, back, dark, report, struckAt, promotedAt } = failover
    record({
      scenario: `8 Sentinel: primary ${loss.what}`,
      worstAddedWait,
      errors: errors.length,
      recovered: back,
      more: `promoted after ${((promotedAt - struckAt) / 1_000).toFixed(1)} s, L2 dark for ${(dark / 1_000).toFixed(1)} s`,
    })
    expect(errors).toEqual([])
    expect(worstAddedWait).toBeLessThan(DEADLINE_MS + slack(report))
    expect(back).toBeLessThan(BACK_WITHIN_MS + slack(report))
    expect(await unsettled(fleet)).toEqual([])
  },
)
