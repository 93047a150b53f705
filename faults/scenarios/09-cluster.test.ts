import { startCluster } from '@hitrate/test-support'
import { expect, test } from 'vitest'
import { type Failover, runFailover, type Service } from '../src/failover.ts'
import { record } from '../src/figures.ts'
import { type Fleet, startFleet } from '../src/fleet.ts'
import { LOSSES } from '../src/losses.ts'
import { createNetwork } from '../src/network.ts'
import { attached, DEADLINE_MS, KEYS, slack } from '../src/outage.ts'
import { tagOf } from '../src/participant.ts'
import { errorsOf } from '../src/samples.ts'
import { patience } from '../src/scale.ts'
import { unsettled } from '../src/settled.ts'
import { aShard, keysOf, markerOwner } from '../src/shard.ts'

const PROCESSES = 3
const NODE_TIMEOUT_MS = 1_000
/** From the promotion, as most nodes see it. */
const BACK_WITHIN_MS = 500

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
    const { primary, replica, struck } = await aShard(cluster, KEYS)
    await using fleet = await startFleet({
      processes: PROCESSES,
      url: cluster.url,
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

test('a replica that takes over while its primary lives, and gives back, is not noticed', {
  timeout: patience(60),
}, async () => {
  await using cluster = await startCluster({ nodeTimeoutMs: NODE_TIMEOUT_MS })
  const { primary, replica, struck } = await aShard(cluster, KEYS)
  await using fleet = await startFleet({
    processes: PROCESSES,
    url: cluster.url,
    cache: { l1: false },
  })
  const failover = await runFailover({
    fleet,
    struck,
    strike: () => cluster.failover(replica),
    promoted: () => cluster.untilPrimary(replica),
    heal: () => cluster.failover(primary),
  })

  const { worstAddedWait, errors, dark, report } = failover
  record({
    scenario: '9 Cluster: a replica takes over and gives back',
    worstAddedWait,
    errors: errors.length,
    more: `its keys dark for ${(dark / 1_000).toFixed(1)} s`,
  })
  expect(errors).toEqual([])
  expect(worstAddedWait).toBeLessThan(DEADLINE_MS + slack(report))
  expect(dark).toBeLessThan(BACK_WITHIN_MS + slack(report))
  expectUnaffected(failover)
  expect(await unsettled(fleet)).toEqual([])
})

test('with a primary dead at boot, processes start, and attach to its successor by themselves', async () => {
  await using cluster = await startCluster({ nodeTimeoutMs: NODE_TIMEOUT_MS })
  const { primary, replica, struck } = await aShard(cluster, KEYS)
  await primary.kill()
  await using fleet = await startFleet({
    processes: PROCESSES,
    url: cluster.url,
    cache: { l1: false },
  })
  for (const worker of fleet.workers) await worker.ask('traffic', { rate: 50, keys: KEYS })
  await cluster.untilPrimary(replica)
  await attached(fleet)
  await fleet.all('calm')
  expect(errorsOf((await fleet.report()).samples)).toEqual([])

  const [key = ''] = struck
  expect(await fleet.worker(0).ask('set', key)).toEqual({ count: 1, delivered: true })
  expect((await fleet.worker(1).ask('get', key)).outcome).toBe('hit_l2')
  expect(await unsettled(fleet)).toEqual([])
})

test('keys of a shard that stays lost go to the loader, all others are shared', async () => {
  await using cluster = await startCluster({ replicas: 0, nodeTimeoutMs: NODE_TIMEOUT_MS })
  const marker = await markerOwner(cluster, '')
  const lost = (await cluster.primaries()).find((node) => node !== marker)
  if (lost === undefined) throw new Error('a cluster has several primaries')
  const struck = new Set(await keysOf(lost, KEYS))
  // Who starts without a tag's marker can't tell whether its entries are still valid.
  for (const key of KEYS) if ((await markerOwner(cluster, tagOf(key))) === lost) struck.add(key)
  await lost.kill()
  await using fleet = await startFleet({
    processes: 2,
    url: cluster.url,
    cache: { l1: false },
  })
  for (const key of KEYS) await fleet.worker(0).ask('look', key, 1)
  await expect
    .poll(() => servedBy(fleet), { timeout: 10_000, interval: 200 })
    .toEqual({ hit_l2: KEYS.length - struck.size, miss: struck.size })

  await lost.restart()
  await attached(fleet)
  await servedBy(fleet)
  await expect.poll(() => servedBy(fleet), { timeout: 10_000 }).toEqual({ hit_l2: KEYS.length })
  expect(errorsOf((await fleet.report()).samples)).toEqual([])
  expect(await unsettled(fleet)).toEqual([])
})

/** Outcomes of looking at every key, in the second process. */
async function servedBy(fleet: Fleet): Promise<Record<string, number>> {
  const outcomes: Record<string, number> = {}
  for (const key of KEYS) {
    const [looked] = await fleet.worker(1).ask('look', key, 1)
    const outcome = looked?.outcome ?? 'none'
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
  }
  return outcomes
}
