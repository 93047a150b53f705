import { expect, test } from 'vitest'
import { type ClusterNode, type RedisCluster, startCluster } from '../src/index.ts'
import { type Forwarder, forward } from './forwarder.ts'
import { isAlive, startOwner } from './owner.ts'

function nodeAt({ nodes }: RedisCluster, index: number): ClusterNode {
  const node = nodes[index]
  if (node === undefined) throw new Error(`There are ${nodes.length} nodes`)
  return node
}

test('a cluster starts with even ranges of slots and a replica for each', async () => {
  await using cluster = await startCluster()
  const { nodes } = cluster
  expect(nodes).toHaveLength(6)
  expect(cluster.url).toBe(`redis-cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`)
  expect(await cluster.primaries()).toEqual(nodes.slice(0, 3))
  const owners = [0, 5_460, 5_461, 10_921, 10_922, 16_383].map(cluster.ownerOf)
  expect((await Promise.all(owners)).map((owner) => nodes.indexOf(owner))).toEqual([0, 0, 1, 1, 2, 2])
  for (const index of [0, 1, 2]) {
    expect(await cluster.replicaOf(nodeAt(cluster, index))).toBe(nodes[index + 3])
  }
  expect(await cluster.replicaOf(nodeAt(cluster, 3))).toBeUndefined()

  const owner = await cluster.ownerOf(await cluster.slotOf('key'))
  await owner.exec('SET', 'key', 'value')
  const replica = await cluster.replicaOf(owner)
  await expect.poll(() => replica?.exec('DBSIZE')).toBe('1')
})

test('a killed primary is replaced by its replica, and comes back as the replica of that', {
  timeout: 60_000,
}, async () => {
  await using cluster = await startCluster({ password: 'p@ss' })
  expect(cluster.url).toMatch(/^redis-cluster:\/\/:p%40ss@127\.0\.0\.1:/)
  for (const [old, next] of [
    [nodeAt(cluster, 0), nodeAt(cluster, 3)],
    [nodeAt(cluster, 3), nodeAt(cluster, 0)],
  ] as const) {
    await old.kill()
    await cluster.untilPrimary(next)
    expect(await cluster.ownerOf(0)).toBe(next)
    expect(await cluster.replicaOf(next)).toBeUndefined()

    await old.restart()
    await cluster.untilWhole()
    expect(await old.exec('CLUSTER', 'MYID')).toBe(old.id)
    expect(await cluster.replicaOf(next)).toBe(old)
  }
})

test('a frozen primary is replaced and becomes a replica once it is thawed', {
  timeout: 60_000,
}, async () => {
  await using cluster = await startCluster({ replicas: 2, nodeTimeoutMs: 1_000 })
  const old = nodeAt(cluster, 1)
  old.freeze()
  await expect.poll(async () => (await cluster.ownerOf(6_000)) === old, { timeout: 10_000 }).toBe(false)
  const next = await cluster.ownerOf(6_000)
  await cluster.untilPrimary(next)
  old.thaw()
  await cluster.untilWhole()
  expect(await old.exec('ROLE')).toMatch(/^slave/)
  expect(cluster.nodes.slice(5, 7)).toContain(next)
})

test('a replica takes over on demand, and gives back', { timeout: 60_000 }, async () => {
  await using cluster = await startCluster({ nodeTimeoutMs: 1_000 })
  const [one, other] = [nodeAt(cluster, 2), nodeAt(cluster, 5)]
  for (const [old, next] of [
    [one, other],
    [other, one],
    // Only here has the one that takes over done so before.
    [one, other],
  ] as const) {
    await cluster.failover(next)
    expect(await cluster.ownerOf(16_383)).toBe(next)
    await cluster.untilWhole()
    expect(await cluster.replicaOf(next)).toBe(old)
  }
})

test('a slot moves with its keys, and answers ASK meanwhile', async () => {
  await using cluster = await startCluster({ replicas: 0, password: 'p@ss' })
  const slot = await cluster.slotOf('{tag}')
  const from = await cluster.ownerOf(slot)
  const to = (await cluster.primaries()).find((node) => node !== from)
  if (to === undefined) throw new Error('There is one primary only')
  const keys = Array.from({ length: 25 }, (_, index) => `{tag}:ключ ${index}`)
  for (const key of keys) await from.exec('SET', key, `value of ${key}`)

  const batches: (readonly string[])[] = []
  await cluster.moveSlot(slot, from, to, {
    batchSize: 10,
    onKeys: async (batch) => {
      batches.push(batch)
      await expect(from.exec('GET', batch[0] ?? '')).rejects.toThrow(
        `ASK ${slot} 127.0.0.1:${to.exposedPort}`,
      )
    },
  })

  expect(batches.map((batch) => batch.length)).toEqual([10, 10, 5])
  expect(batches.flat().sort()).toEqual([...keys].sort())
  expect(await cluster.ownerOf(slot)).toBe(to)
  expect(await to.exec('GET', keys[7] ?? '')).toBe(`value of ${keys[7]}`)
  await expect(from.exec('GET', keys[7] ?? '')).rejects.toThrow(`MOVED ${slot} 127.0.0.1:${to.exposedPort}`)
})

test('nodes reach each other through what stands in front of them, which can tell them apart and part them', {
  timeout: 60_000,
}, async () => {
  let apart: string | undefined
  const forwarders: Forwarder[] = []
  await using cluster = await startCluster({
    hosts: true,
    expose: async ({ port, busPort, host }) => {
      const letsIn = (caller: string) => apart === undefined || (apart !== host && apart !== caller)
      const doors = await Promise.all([forward(port, letsIn), forward(busPort, letsIn)])
      forwarders.push(...doors)
      return { port: doors[0].port, busPort: doors[1].port }
    },
  })
  const hosts = cluster.nodes.map(({ host }) => host)
  expect(hosts).toEqual([1, 2, 3, 4, 5, 6].map((index) => `127.0.1.${index}`))
  const ports = cluster.nodes.flatMap(({ exposedPort, exposedBusPort }) => [exposedPort, exposedBusPort])
  expect(ports).toEqual(forwarders.map(({ port }) => port))
  // To the bus of the first come all but itself, to its other port its replica.
  expect([...(forwarders[1]?.callers ?? [])].sort()).toEqual(hosts.slice(1))
  expect([...(forwarders[0]?.callers ?? [])]).toEqual([hosts[3]])

  const [old, next] = [nodeAt(cluster, 0), nodeAt(cluster, 3)]
  apart = old.host
  for (const forwarder of forwarders) forwarder.look()
  await cluster.untilPrimary(next)
  expect(await cluster.ownerOf(0)).toBe(next)
  expect(await old.exec('ROLE')).toMatch(/^master/)

  apart = undefined
  await cluster.untilWhole()
  expect(await cluster.replicaOf(next)).toBe(old)
  for (const forwarder of forwarders) forwarder.close()
})

test('settings reach the nodes, and a refused one fails with the log of the server', async () => {
  await using cluster = await startCluster({ replicas: 0, settings: { maxmemory: '10mb' } })
  expect(await nodeAt(cluster, 2).exec('CONFIG', 'GET', 'maxmemory')).toBe('maxmemory\n10485760')
  await expect(startCluster({ settings: { maxmemory: 'plenty' } })).rejects.toThrow(/plenty/)
})

test('a wait for a primary that does not come says why', async () => {
  await using cluster = await startCluster()
  await expect(cluster.untilPrimary(nodeAt(cluster, 4), 100)).rejects.toThrow(
    'Not within 100 ms: node 4 is a primary. It is none in its own eyes',
  )
})

test('a cluster does not outlive the process that started it, even one that was killed', async () => {
  const owner = await startOwner(`
    const { nodes } = await support.startCluster()
    for (const node of nodes) console.log(await node.exec('INFO', 'server'))
  `)
  const pids = [...owner.output.matchAll(/process_id:(\d+)/g)].map(([, pid]) => Number(pid))
  expect(pids.filter(isAlive)).toHaveLength(6)
  owner.kill()
  await expect.poll(() => pids.filter(isAlive), { timeout: 10_000 }).toEqual([])
})
