import { expect, test } from 'vitest'
import { startSentinelGroup } from '../src/index.ts'
import { type Forwarder, forward } from './forwarder.ts'
import { isAlive, startOwner } from './owner.ts'

test('a group starts with a primary, a replica that follows it, and sentinels that name it', async () => {
  await using group = await startSentinelGroup()
  const [primary, replica] = group.servers
  const ports = group.sentinels.map(({ port }) => `127.0.0.1:${port}`)
  expect(group.url).toBe(`redis-sentinel://${ports.join(',')}/shop`)
  expect(await group.primary()).toBe(primary)
  await primary?.exec('SET', 'key', 'value')
  await expect.poll(() => replica?.exec('GET', 'key')).toBe('value')
})

test('a killed primary is replaced, again and again, and comes back as a replica', {
  timeout: 60_000,
}, async () => {
  await using group = await startSentinelGroup()
  for (let time = 1; time <= 3; time++) {
    const old = await group.primary()
    await old.kill()
    const next = await group.untilPrimary((server) => server !== old)
    expect(await next.exec('SET', 'time', String(time))).toBe('OK')
    expect(await group.primary()).toBe(next)

    await old.restart()
    await group.untilWhole()
    expect(await old.exec('ROLE')).toMatch(/^slave/)
    expect(await old.exec('GET', 'time')).toBe(String(time))
  }
})

test('a frozen primary is replaced and becomes a replica once it is thawed', async () => {
  await using group = await startSentinelGroup({ replicas: 2 })
  const old = await group.primary()
  old.freeze()
  const next = await group.untilPrimary((server) => server !== old)
  old.thaw()
  await group.untilWhole()
  expect(await group.primary()).toBe(next)
  expect(await old.exec('ROLE')).toMatch(/^slave/)
})

test('a server that was killed as a replica comes back as a replica', async () => {
  await using group = await startSentinelGroup()
  const [primary, replica] = group.servers
  await replica?.kill()
  await replica?.restart()
  await group.untilWhole()
  expect(await group.primary()).toBe(primary)
})

test('sentinels that were frozen or killed know the group when they are back', async () => {
  await using group = await startSentinelGroup()
  const [one, two] = group.sentinels
  one?.freeze()
  await two?.kill()
  expect(await group.primary()).toBe(group.servers[0])
  one?.thaw()
  await two?.restart()
  await group.untilWhole()
})

test('servers and sentinels ask for the passwords they were given', async () => {
  await using group = await startSentinelGroup({
    name: 'till',
    password: 'p@ss',
    sentinelPassword: 'w#rd',
  })
  expect(group.url).toMatch(/^redis-sentinel:\/\/:p%40ss@127\.0\.0\.1:.*\/till$/)
  const old = await group.primary()
  await old.kill()
  const next = await group.untilPrimary((server) => server !== old)
  expect(await next.exec('CONFIG', 'GET', 'requirepass')).toBe('requirepass\np@ss')
  expect(await group.sentinels[0]?.exec('SENTINEL', 'CKQUORUM', 'till')).toMatch(/^OK/)
})

test('a server is reached through what stands in front of it, and replaced when that is cut off', async () => {
  let cut = false
  const forwarders: Forwarder[] = []
  await using group = await startSentinelGroup({
    settings: { maxmemory: '10mb' },
    expose: async ({ port }) => {
      // The first that asks is the primary.
      const letsIn = forwarders.length === 0 ? () => !cut : undefined
      const forwarder = await forward(port, letsIn)
      forwarders.push(forwarder)
      return forwarder.port
    },
  })
  const [primary, replica] = group.servers
  if (primary === undefined || replica === undefined) throw new Error('Two servers were to start')
  const named = () => group.sentinels[0]?.exec('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'shop')
  expect(forwarders.map(({ port }) => port)).toEqual(group.servers.map(group.exposedPort))
  expect(await named()).toBe(`127.0.0.1\n${group.exposedPort(primary)}`)
  expect(await replica.exec('INFO', 'replication')).toContain(`master_port:${group.exposedPort(primary)}\r\n`)
  expect(await primary.exec('CONFIG', 'GET', 'maxmemory')).toBe('maxmemory\n10485760')

  cut = true
  forwarders[0]?.look()
  await group.untilPrimary((server) => server === replica)
  expect(await named()).toBe(`127.0.0.1\n${group.exposedPort(replica)}`)
  expect(await primary.exec('ROLE')).toMatch(/^master/)

  cut = false
  await group.untilWhole()
  expect(await primary.exec('ROLE')).toMatch(/^slave/)
  for (const forwarder of forwarders) forwarder.close()
})

test('a wait for a primary that does not come says whom the sentinels name', async () => {
  await using group = await startSentinelGroup({ replicas: 0 })
  const [primary] = group.servers
  await expect(group.untilPrimary((server) => server !== primary, 100)).rejects.toThrow(
    `Not within 100 ms: the sentinels agree on such a primary. They name port ${primary?.port}`,
  )
  await Promise.all(group.sentinels.map((sentinel) => sentinel.kill()))
  await expect(group.primary()).rejects.toThrow('No primary: the sentinels name none, for none answers')
})

test('a group that can not start fails with the log of the server', async () => {
  await expect(startSentinelGroup({ settings: { maxmemory: 'plenty' } })).rejects.toThrow(/plenty/)
})

test('a group does not outlive the process that started it, even one that was killed', async () => {
  const owner = await startOwner(`
    const group = await support.startSentinelGroup()
    for (const server of [...group.servers, ...group.sentinels]) console.log(await server.exec('INFO', 'server'))
  `)
  const pids = [...owner.output.matchAll(/process_id:(\d+)/g)].map(([, pid]) => Number(pid))
  expect(pids.filter(isAlive)).toHaveLength(5)
  owner.kill()
  await expect.poll(() => pids.filter(isAlive), { timeout: 10_000 }).toEqual([])
})
