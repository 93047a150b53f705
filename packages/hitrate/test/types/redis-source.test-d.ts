import { redisStore } from 'hitrate/redis'
import {
  createClient,
  createClientPool,
  createCluster,
  createSentinel,
  type RedisClusterOptions,
  type RedisSentinelOptions,
} from 'redis'
import { describe, expectTypeOf, test } from 'vitest'
import type { Address, RedisSource, Source } from '../../src/stores/redis/source.ts'
import type { StoreFactory } from '../../src/stores/store.ts'

const roots = [{ url: 'redis://localhost' }]
const sentinels = [{ host: 'localhost', port: 26_379 }]

describe('a source of L2', () => {
  test('is a URL, or undefined for none', () => {
    expectTypeOf(redisStore('redis://localhost')).toEqualTypeOf<StoreFactory>()
    expectTypeOf(redisStore(undefined)).toEqualTypeOf<undefined>()
    expectTypeOf(redisStore(process.env.REDIS_URL)).toEqualTypeOf<StoreFactory | undefined>()
    // @ts-expect-error not a number
    redisStore(6_379)
  })

  test('is a client or a cluster client, whatever it was made with', () => {
    redisStore(createClient())
    redisStore(createClient({ RESP: 2 }))
    redisStore(createCluster({ rootNodes: roots }))
    redisStore(createCluster({ rootNodes: roots, RESP: 2, keyPrefix: 'a:', nodeAddressMap: () => undefined }))
    // @ts-expect-error what a Sentinel client was made with can't be read
    redisStore(createSentinel({ name: 'shop', sentinelRootNodes: sentinels }))
    // @ts-expect-error a pool is not one client
    redisStore(createClientPool())
  })

  test('is what createSentinel or createCluster take', () => {
    redisStore({
      name: 'shop',
      sentinelRootNodes: sentinels,
      nodeClientOptions: { socket: { tls: true, ca: 'a' } },
    })
    redisStore({ rootNodes: roots, defaults: { password: 'a', socket: { tls: true, ca: 'a' } } })
    redisStore({
      rootNodes: [{ socket: { host: 'a', port: 1 } }],
      nodeAddressMap: { 'a:1': { host: 'b', port: 2 } },
    })
    expectTypeOf<RedisSentinelOptions>().toExtend<RedisSource>()
    expectTypeOf<RedisClusterOptions>().toExtend<RedisSource>()
    // @ts-expect-error no name
    redisStore({ sentinelRootNodes: sentinels })
    // @ts-expect-error sentinels without ports
    redisStore({ name: 'shop', sentinelRootNodes: [{ host: 'localhost' }] })
    // @ts-expect-error no root nodes
    redisStore({ defaults: { password: 'a' } })
    const both = { name: 'shop', sentinelRootNodes: sentinels }
    // @ts-expect-error nodes are not all at one URL
    redisStore({ ...both, nodeClientOptions: { url: 'redis://localhost' } })
    // @ts-expect-error how commands wait is ours to say
    redisStore({ rootNodes: roots, defaults: { disableOfflineQueue: false } })
  })

  test('is a function that makes one of these', () => {
    redisStore(() => createClient())
    redisStore(() => createCluster({ rootNodes: roots }))
    redisStore(() => ({ rootNodes: roots }))
    redisStore(() => ({ name: 'shop', sentinelRootNodes: sentinels }))
    // @ts-expect-error a URL needs no function
    redisStore(() => 'redis://localhost')
    // @ts-expect-error it can't be waited for
    redisStore(async () => createClient())
    // @ts-expect-error as without a function
    redisStore(() => createSentinel({ name: 'shop', sentinelRootNodes: sentinels }))
  })

  test('may have a login and TLS beside it, also from the environment', () => {
    redisStore('redis://localhost', {
      username: process.env.REDIS_USER,
      password: process.env.REDIS_PASSWORD,
    })
    redisStore('redis://localhost', { tls: true })
    redisStore('redis://localhost', { tls: { ca: ['a'], servername: 'cache.example' } })
    // @ts-expect-error no TLS is redis://
    redisStore('redis://localhost', { tls: false })
    // @ts-expect-error the URL says where
    redisStore('redis://localhost', { tls: { host: 'localhost' } })
    // @ts-expect-error a number
    redisStore('redis://localhost', { database: '2' })
  })
})

describe('a source as it is read', () => {
  test('is of one of three kinds', () => {
    expectTypeOf<Source['kind']>().toEqualTypeOf<'standalone' | 'sentinel' | 'cluster'>()
    expectTypeOf<Extract<Source, { kind: 'cluster' }>['roots']>().toEqualTypeOf<readonly Address[]>()
  })
})
