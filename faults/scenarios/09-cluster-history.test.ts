import { setTimeout as sleep } from 'node:timers/promises'
import { type RedisCluster, startCluster } from '@hitrate/test-support'
import { expect, test } from 'vitest'
import { checkFailover } from '../src/failover-history.ts'
import { record } from '../src/figures.ts'
import { type Fleet, startFleet } from '../src/fleet.ts'
import { check, describeIllegal, whenAllIsDelivered } from '../src/history.ts'
import { inheritedBy } from '../src/inherited.ts'
import { checkLostChanges } from '../src/lost-changes.ts'
import { createNetwork } from '../src/network.ts'
import { DEADLINE_MS, KEYS, slack } from '../src/outage.ts'
import { errorsOf, worstWait } from '../src/samples.ts'
import { patience, scaled } from '../src/scale.ts'
import { unsettled } from '../src/settled.ts'
import { aShard, keysOf, markerOwner } from '../src/shard.ts'

const PROCESSES = 3
const NODE_TIMEOUT_MS = 1_000
/** Long enough that some changes are surely confirmed in that time. */
const LAG_MS = 700
const STALE_BOUND_MS = 2_000
const SLACK_MS = 300
const SETTLES_MS = 2_000
const MOVES = scaled(4, 30)
/** A lookup reads, and claims what it did not find; either may meet the slot on its way. */
const CALLS = 2

test.each(['serve', 'bypass'] as const)(
  "no lookup gets what was void before a primary's death, but for what Redis itself lost (%s)",
  { timeout: patience(60) },
  async (onDisconnect) => {
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
      cache: { ttl: '2s', staleFor: '10s', earlyRefresh: 0.5, onDisconnect },
      origin: { takes: 10 },
    })
    network.lag(primary, replica.host, LAG_MS)
    const { lookups, changes, lost, readLost, errors } = await checkFailover({
      fleet,
      struck,
      onDisconnect,
      traffic: { changes: 15 },
      strike: () => primary.kill(),
      inherited: () => inheritedBy(replica.url),
      promoted: () => cluster.untilPrimary(replica),
      heal: async () => {
        await primary.restart()
        await cluster.untilWhole()
      },
    })
    record({
      scenario: `9 Cluster: history over a failover (${onDisconnect})`,
      errors: errors.length,
      more: `${lookups} lookups and ${changes} changes; ${lost} confirmed changes lost by Redis, ${readLost} lookups got what they had voided, none got anything else that was void`,
    })
    expect(errors).toEqual([])
    expect(lost).toBeGreaterThan(0)
    expect(await unsettled(fleet)).toEqual([])
  },
)

test("changes that Redis lost with a cluster's primary are made again by who made them", {
  timeout: patience(60),
}, async () => {
  await using network = createNetwork()
  await using cluster = await startCluster({
    expose: network.exposeNode,
    hosts: true,
    nodeTimeoutMs: NODE_TIMEOUT_MS,
  })
  // With the marker of tag t, so that everything is lost at once.
  const primary = await markerOwner(cluster, 't')
  const replica = await cluster.replicaOf(primary)
  if (replica === undefined) throw new Error('a primary has a replica')
  const [braced = ''] = await keysOf(
    primary,
    Array.from({ length: 50 }, (_, index) => `{${index}}`),
  )
  await using fleet = await startFleet({ processes: 2, url: cluster.url })
  await fleet.all('ready', 5_000)
  const recovered = await checkLostChanges({
    fleet,
    named: (key) => `${key}:${braced}`,
    lag: () => network.lag(primary, replica.host, LAG_MS),
    lagMs: LAG_MS,
    strike: () => primary.kill(),
    inherited: () => inheritedBy(replica.url),
    promoted: () => cluster.untilPrimary(replica),
  })
  record({ scenario: '9 Cluster: changes that Redis lost, made again', recovered })
  expect(await unsettled(fleet)).toEqual([])
})

/** All in one slot, and of three tags, whose markers lie elsewhere. */
const MOVING: readonly string[] = Array.from(
  { length: 30 },
  (_, index) => `${'abc'[index % 3]}:{moving}:${index}`,
)

const SLOTS: readonly {
  readonly what: string
  slot(cluster: RedisCluster): Promise<number>
}[] = [
  { what: 'of all keys', slot: (cluster) => cluster.slotOf('{moving}') },
  { what: "of a tag's marker", slot: (cluster) => markerSlot(cluster, 'a') },
]

/** Where the marker of a tag lies; it must be there. */
async function markerSlot(cluster: RedisCluster, tag: string): Promise<number> {
  for (const node of await cluster.primaries()) {
    const [name = ''] = (await node.exec('KEYS', `*}t:${tag}`)).split('\n')
    if (name !== '') return cluster.slotOf(name)
  }
  throw new Error(`no marker of ${tag}`)
}

async function work(fleet: Fleet, cluster: RedisCluster, slotOf: (cluster: RedisCluster) => Promise<number>) {
  for (const [index, worker] of fleet.workers.entries()) {
    await worker.ask('traffic', { rate: 150, keys: MOVING, changes: 10, seed: index + 1 })
  }
  await sleep(500)
  const slot = await slotOf(cluster)
  let carried = 0
  for (let move = 0; move < MOVES; move++) {
    const from = await cluster.ownerOf(slot)
    const primaries = await cluster.primaries()
    const to = primaries[(primaries.indexOf(from) + 1) % primaries.length]
    if (to === undefined) throw new Error('a cluster has several primaries')
    await cluster.moveSlot(slot, from, to, {
      // Key by key: traffic meets it half moved.
      batchSize: 1,
      onKeys: async (keys) => {
        carried += keys.length
        await sleep(10)
      },
    })
    await sleep(300)
  }
  await fleet.all('calm')
  return carried
}

test.each(SLOTS)(
  'no invalidation is lost while the slot $what moves under load',
  { timeout: patience(60) },
  async ({ what, slot }) => {
    await using cluster = await startCluster({ replicas: 0 })
    await using fleet = await startFleet({
      processes: PROCESSES,
      url: cluster.url,
      cache: { ttl: '2s', staleFor: '10s', earlyRefresh: 0.5, onDisconnect: 'bypass' },
      origin: { takes: 10 },
    })
    await fleet.all('ready', 5_000)
    const carried = await work(fleet, cluster, slot)
    const { history, samples, stalled } = await fleet.report()
    const illegal = check(history, { bound: STALE_BOUND_MS + SLACK_MS + stalled })
    expect(illegal.slice(0, 3).map((one) => describeIllegal(one, history))).toEqual([])
    await sleep(SETTLES_MS)
    for (const key of MOVING) await fleet.all('look', key, 1)
    const last = (await fleet.report()).history
    const whole = whenAllIsDelivered(history, last)
    expect(check(whole, { bound: 0 }).map((one) => describeIllegal(one, whole))).toEqual([])

    const errors = errorsOf(samples)
    const undelivered = history.invalidations.filter(({ delivered }) => !delivered).length
    record({
      scenario: `9 Cluster: the slot ${what} moves`,
      worstAddedWait: worstWait(samples),
      errors: errors.length,
      more: `${MOVES} moves of ${carried} keys; ${history.answers.length} lookups and ${history.invalidations.length} changes legal, ${undelivered} of them not confirmed`,
    })
    expect(errors).toEqual([])
    expect(worstWait(samples)).toBeLessThan(CALLS * DEADLINE_MS + slack({ stalled }))
    expect(await unsettled(fleet)).toEqual([])
  },
)
