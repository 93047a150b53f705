import { type ClusterNode, type RedisCluster, startCluster } from '@hitrate/test-support'
import { expect, test } from 'vitest'
import { type Failover, runFailover, type Service } from '../src/failover.ts'
import { record } from '../src/figures.ts'
import { startFleet } from '../src/fleet.ts'
import { createNetwork, type Network } from '../src/network.ts'
import { DEADLINE_MS, KEYS, slack } from '../src/outage.ts'
import { patience } from '../src/scale.ts'
import { unsettled } from '../src/settled.ts'
import { KEY_PREFIX, keysOf } from '../src/shard.ts'

const PROCESSES = 3
const NODE_TIMEOUT_MS = 1_000
/** From the promotion, as most nodes see it. */
const BACK_WITHIN_MS = 500

interface Loss {
  readonly what: string
  strike(primary: ClusterNode, network: Network): Promise<void> | void
  heal(primary: ClusterNode, network: Network): Promise<void> | void
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

/** A primary and its replica, and the keys of the tests that are theirs. */
async function shardOf(cluster: RedisCluster) {
  const [primary] = await cluster.primaries()
  const replica = primary && (await cluster.replicaOf(primary))
  if (primary === undefined || replica === undefined) throw new Error('a cluster has primaries with replicas')
  return { primary, replica, struck: await keysOf(cluster, primary, KEYS) }
}

function described({ lookups, hits, p99 }: Service): string {
  return `${((100 * hits) / lookups).toFixed(1)} % of ${lookups} with p99 ${p99.toFixed(1)} ms`
}

/** That the other shards' keys were served as before. */
function expectUnaffected({ healthy: { before, during }, report }: Failover): void {
  expect(during.lookups).toBeGreaterThan(0)
  expect(during.hits / during.lookups).toBeGreaterThan(before.hits / before.lookups - 0.01)
  expect(during.p99).toBeLessThan(before.p99 + slack(report))
}

test.each(LOSSES)(
  'with a primary of a cluster $what under load no caller sees an error, the others serve on, and its successor is used at once',
  { timeout: patience(60) },
  async (loss) => {
    await using network = createNetwork()
    await using cluster = await startCluster({
      expose: network.exposeNode,
      hosts: true,
      nodeTimeoutMs: NODE_TIMEOUT_MS,
    })
    const { primary, replica, struck } = await shardOf(cluster)
    await using fleet = await startFleet({
      processes: PROCESSES,
      url: cluster.url,
      redis: { keyPrefix: KEY_PREFIX },
      cache: { l1: false },
    })
    const failover = await runFailover({
      fleet,
      struck,
      strike: () => loss.strike(primary, network),
      promoted: () => cluster.untilPrimary(replica),
      heal: async () => {
        await loss.heal(primary, network)
        await cluster.untilWhole()
      },
    })

    const { worstAddedWait, errors, back, dark, report, struckAt, promotedAt, healthy } = failover
    record({
      scenario: `9 Cluster: a primary ${loss.what}`,
      worstAddedWait,
      errors: errors.length,
      recovered: back,
      more: `promoted after ${((promotedAt - struckAt) / 1_000).toFixed(1)} s, its keys dark for ${(dark / 1_000).toFixed(1)} s; L2 hits of the others before: ${described(healthy.before)}, meanwhile: ${described(healthy.during)}`,
    })
    expect(errors).toEqual([])
    expect(worstAddedWait).toBeLessThan(DEADLINE_MS + slack(report))
    expect(back).toBeLessThan(BACK_WITHIN_MS + slack(report))
    expectUnaffected(failover)
    expect(await unsettled(fleet)).toEqual([])
  },
)
