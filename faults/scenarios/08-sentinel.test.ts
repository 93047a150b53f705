import { type RedisServer, type SentinelGroup, startSentinelGroup } from '@hitrate/test-support'
import { expect, test } from 'vitest'
import { runFailover } from '../src/failover.ts'
import { checkFailover } from '../src/failover-history.ts'
import { record } from '../src/figures.ts'
import { startFleet } from '../src/fleet.ts'
import { inheritedBy } from '../src/inherited.ts'
import { LOSSES } from '../src/losses.ts'
import { checkLostChanges } from '../src/lost-changes.ts'
import { createNetwork } from '../src/network.ts'
import { attached, DEADLINE_MS, KEYS, slack } from '../src/outage.ts'
import { errorsOf } from '../src/samples.ts'
import { patience } from '../src/scale.ts'
import { unsettled } from '../src/settled.ts'

const PROCESSES = 3
/** From the promotion, as the sentinels agree on it. */
const BACK_WITHIN_MS = 1_000

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

test('a failover that the sentinels are asked for, while the old primary lives, is not noticed', async () => {
  await using group = await startSentinelGroup()
  const old = primaryOf(group)
  const [sentinel] = group.sentinels
  const ask = () => sentinel?.exec('SENTINEL', 'FAILOVER', group.name)
  const another = (server: RedisServer): boolean => server !== old
  await using fleet = await startFleet({ processes: PROCESSES, url: group.url, cache: { l1: false } })
  const failover = await runFailover({
    fleet,
    strike: ask,
    // A sentinel that gets stuck gives up after 3 s, and says so to nobody.
    promoted: () =>
      group.untilPrimary(another, 6_000).catch(async () => {
        await ask()
        return group.untilPrimary(another)
      }),
    heal: () => group.untilWhole(),
  })

  const { worstAddedWait, errors, dark, report } = failover
  record({
    scenario: '8 Sentinel: failover asked for',
    worstAddedWait,
    errors: errors.length,
    more: `L2 dark for ${(dark / 1_000).toFixed(1)} s`,
  })
  expect(errors).toEqual([])
  expect(worstAddedWait).toBeLessThan(DEADLINE_MS + slack(report))
  expect(dark).toBeLessThan(BACK_WITHIN_MS + slack(report))
  expect(await unsettled(fleet)).toEqual([])
})

test('with the primary and a sentinel dead at boot, processes start and find the new primary', async () => {
  await using group = await startSentinelGroup()
  const old = primaryOf(group)
  await old.kill()
  await using fleet = await startFleet({ processes: PROCESSES, url: group.url, cache: { l1: false } })
  for (const worker of fleet.workers) await worker.ask('traffic', { rate: 50, keys: KEYS })
  const primary = await group.untilPrimary((server) => server !== old)
  await group.sentinels[0]?.kill()
  await attached(fleet)
  await using late = await startFleet({ url: group.url, cache: { l1: false } })
  await attached(late)

  await fleet.all('calm')
  expect(errorsOf((await fleet.report()).samples)).toEqual([])
  expect(await late.worker(0).ask('set', 'a:1')).toEqual({ count: 1, delivered: true })
  expect(await primary.exec('DBSIZE')).not.toBe('0')
  expect(await unsettled(fleet)).toEqual([])
  expect(await unsettled(late)).toEqual([])
})

/** Where the servers' own connections come from: a replica's can be told from a client's. */
const SERVERS_HOST = '127.0.1.1'
/** Long enough that some changes are surely confirmed in that time. */
const LAG_MS = 700

test.each(['serve', 'bypass'] as const)(
  'no lookup gets what was void before a Sentinel failover, but for what Redis itself lost (%s)',
  { timeout: patience(60) },
  async (onDisconnect) => {
    await using network = createNetwork()
    const settings = { 'bind-source-addr': SERVERS_HOST }
    await using group = await startSentinelGroup({ expose: network.exposePort, settings })
    const old = primaryOf(group)
    const replica = group.servers[1]
    await using fleet = await startFleet({
      processes: PROCESSES,
      url: group.url,
      cache: { ttl: '2s', staleFor: '10s', earlyRefresh: 0.5, onDisconnect },
      origin: { takes: 10 },
    })
    network.lag(old, SERVERS_HOST, LAG_MS)
    const { lookups, changes, lost, readLost, errors } = await checkFailover({
      fleet,
      onDisconnect,
      traffic: { changes: 10 },
      strike: () => old.kill(),
      inherited: () => inheritedBy(replica?.url ?? ''),
      promoted: () => group.untilPrimary((server) => server !== old),
      heal: async () => {
        await old.restart()
        await group.untilWhole()
      },
    })
    record({
      scenario: `8 Sentinel: history over a failover (${onDisconnect})`,
      errors: errors.length,
      more: `${lookups} lookups and ${changes} changes; ${lost} confirmed changes lost by Redis, ${readLost} lookups got what they had voided, none got anything else that was void`,
    })
    expect(errors).toEqual([])
    expect(lost).toBeGreaterThan(0)
    expect(await unsettled(fleet)).toEqual([])
  },
)

test('changes that Redis lost in a Sentinel failover are made again by who made them', {
  timeout: patience(60),
}, async () => {
  await using network = createNetwork()
  const settings = { 'bind-source-addr': SERVERS_HOST }
  await using group = await startSentinelGroup({ expose: network.exposePort, settings })
  const old = primaryOf(group)
  const replica = group.servers[1]
  await using fleet = await startFleet({ processes: 2, url: group.url })
  await fleet.all('ready', 5_000)
  const recovered = await checkLostChanges({
    fleet,
    lag: () => network.lag(old, SERVERS_HOST, LAG_MS),
    lagMs: LAG_MS,
    strike: () => old.kill(),
    inherited: () => inheritedBy(replica?.url ?? ''),
    promoted: () => group.untilPrimary((server) => server !== old),
  })
  record({ scenario: '8 Sentinel: changes that Redis lost, made again', recovered })
  expect(await unsettled(fleet)).toEqual([])
})
