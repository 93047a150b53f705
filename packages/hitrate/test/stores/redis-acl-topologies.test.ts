/** What a user must be allowed on the servers of a cluster, on those behind sentinels, and on the sentinels. */
import { type RedisServer, startCluster, startSentinelGroup } from '@hitrate/test-support'
import { createCache } from 'hitrate'
import { redisStore } from 'hitrate/redis'
import { afterAll, describe, expect, it } from 'vitest'
import { COMMANDS } from './redis-commands.ts'

const cleanUps: (() => Promise<unknown>)[] = []
afterAll(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

const USER = { username: 'app', password: 'secret' }

async function allow(server: RedisServer, commands: readonly string[], keys = '~shop:1:*'): Promise<void> {
  const rules = commands.map((command) => `+${command}`)
  await server.exec('ACL', 'SETUSER', USER.username, 'reset', 'on', `>${USER.password}`, keys, ...rules)
}

/** Everything a cache does, and what the servers refused of it. */
async function refusals(
  l2: ReturnType<typeof redisStore>,
  servers: readonly RedisServer[],
): Promise<string[]> {
  const cache = createCache({ name: 'shop', l2, l1: false })
  expect(await cache.ready({ timeout: '10s' })).toEqual({ l2: 'ready' })
  const keys = Array.from({ length: 30 }, (_, index) => `product:${index}`)
  const tagged = keys.map((key) => ({ key, value: 1, ttl: '1s', staleFor: '1h', tags: [key] }) as const)
  expect(await cache.setMany(tagged)).toMatchObject({ delivered: true })
  expect(await cache.getMany(keys)).toEqual(keys.map(() => 1))
  for (const key of keys) await cache.getOrSet(`loaded:${key}`, () => 1, { tags: ['all', key] })
  expect(await cache.expire(keys)).toMatchObject({ delivered: true })
  for (const key of keys) await cache.getOrSet(key, () => 2)
  expect(await cache.invalidate({ tags: keys })).toMatchObject({ delivered: true })
  expect(await cache.invalidate({ pattern: 'product:*' })).toMatchObject({ delivered: true })
  expect(await cache.invalidate('all')).toMatchObject({ delivered: true })
  expect(await cache.info()).toMatchObject({ l2: { server: 'redis' } })
  await cache.close()
  return (await Promise.all(servers.map((server) => server.exec('ACL', 'LOG')))).filter((log) => log !== '')
}

describe('a user of least privilege', () => {
  it('is refused nothing on a cluster', async () => {
    const cluster = await startCluster({ replicas: 0 })
    cleanUps.push(() => cluster.stop())
    const commands = [...COMMANDS, 'asking', 'cluster|slots', 'cluster|info', 'cluster|nodes']
    for (const node of cluster.nodes) await allow(node, commands)
    expect(await refusals(redisStore(cluster.url, USER), cluster.nodes)).toEqual([])
  })

  it('is refused nothing behind sentinels, and by them', async () => {
    const group = await startSentinelGroup()
    cleanUps.push(() => group.stop())
    for (const server of group.servers) await allow(server, [...COMMANDS, 'role'])
    const ofSentinels = ['get-master-addr-by-name', 'master', 'sentinels'].map((name) => `sentinel|${name}`)
    for (const sentinel of group.sentinels) await allow(sentinel, ofSentinels, 'resetkeys')
    const sentinelUser = { sentinelUsername: USER.username, sentinelPassword: USER.password }
    const l2 = redisStore(group.url, { ...USER, ...sentinelUser })
    expect(await refusals(l2, [...group.servers, ...group.sentinels])).toEqual([])
  })
})
