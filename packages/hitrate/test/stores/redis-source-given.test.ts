import { CacheError, createCache } from 'hitrate'
import { redisStore } from 'hitrate/redis'
import { createClientPool, createCluster, createSentinel } from 'redis'
import { describe, expect, it, vi } from 'vitest'
import { readSource } from '../../src/stores/redis/source.ts'
import { CLUSTER, read, SENTINEL, standalone, thrownBy, untyped, userClient } from './redis-source-tools.ts'

describe('a node-redis client', () => {
  it('is duplicated with its address and login, and without its own tracking and waiting', async () => {
    const client = userClient({ clientSideCache: {}, socket: { connectTimeout: 9_000 }, name: 'shop' })
    const { options, socket, login } = await standalone(client)
    expect(login).toEqual({ username: 'app', password: 'secret' })
    expect(socket).toMatchObject({ host: '10.0.0.7', port: 7_000, connectTimeout: 1_000 })
    expect(options).toMatchObject({ database: 3, name: 'shop', disableOfflineQueue: true })
    expect(options.clientSideCache).toBeUndefined()
    expect(client.isOpen).toBe(false)
  })
})

describe('a function', () => {
  it.each([
    ['a client', () => userClient(), 'standalone'],
    ['a cluster client', () => createCluster(CLUSTER), 'cluster'],
    ['the options of createCluster', () => CLUSTER, 'cluster'],
    ['the options of createSentinel', () => SENTINEL, 'sentinel'],
  ])('may make %s', (_, make, kind) => {
    expect(read(make).kind).toBe(kind)
  })

  it('is called when a connection is wanted and not before, and once', () => {
    const make = vi.fn(() => userClient())
    redisStore(make)
    const source = readSource(make, {})
    expect(make).not.toHaveBeenCalled()
    const first = source()
    expect(source()).toBe(first)
    expect(make).toHaveBeenCalledTimes(1)
  })

  it('is called again if it threw, which is passed on', () => {
    let ready = false
    const make = vi.fn(() => {
      if (!ready) throw new Error('no secret yet')
      return CLUSTER
    })
    const source = readSource(make, {})
    expect(source).toThrow('no secret yet')
    ready = true
    expect(source().kind).toBe('cluster')
    expect(make).toHaveBeenCalledTimes(2)
  })

  it.each([
    [
      'redis://:secret@cache',
      'l2: text given; accepted: a function that returns a node-redis client or cluster client',
    ],
    [undefined, 'l2: undefined given; accepted: a function that returns'],
    [{}, 'l2: an object given; accepted: a function that returns'],
    [Promise.resolve(CLUSTER), 'l2: a promise given; accepted: a function that returns'],
    [() => CLUSTER, 'l2: a function given; accepted: a function that returns'],
    [{ ...SENTINEL, name: '' }, 'l2.name: empty text given'],
  ])('that gives %j is refused once it is called', (given, message) => {
    const store = redisStore(untyped(() => given))
    const error = thrownBy(() => createCache({ name: 'shop', l2: store }))
    expect(error).toBeInstanceOf(CacheError)
    expect(error).toMatchObject({ code: 'invalid_option', message: expect.stringContaining(message) })
    expect(error).toMatchObject({ message: expect.not.stringContaining('secret') })
  })

  it('that makes a Sentinel client is refused as unsupported', () => {
    const make = untyped(() =>
      createSentinel({ name: 'shop', sentinelRootNodes: [{ host: 'one', port: 1 }] }),
    )
    expect(thrownBy(() => read(make))).toMatchObject({ code: 'unsupported' })
  })
})

describe('anything else', () => {
  it.each([
    [7, 'l2: 7 given; accepted: a URL '],
    [null, 'l2: null given'],
    [{}, 'l2: an object given'],
    [[], 'l2: an array of 0 given'],
    [Promise.resolve(SENTINEL), 'l2: a promise given'],
    [createClientPool(), 'l2: an object given'],
  ])('is refused', (given, message) => {
    const error = thrownBy(() => readSource(untyped(given), {}))
    expect(error).toMatchObject({ code: 'invalid_option', message: expect.stringContaining(message) })
    expect(error).toMatchObject({ message: expect.stringContaining('or undefined for no L2') })
  })
})

describe('options that go with URLs', () => {
  it.each([
    [{ username: 'app' }],
    [{ password: 'secret' }],
    [{ database: 0 }],
    [{ tls: true as const }],
    [{ sentinelUsername: 'watch' }],
    [{ sentinelPassword: 'secret' }],
  ])('like %j are refused with anything else', (options) => {
    const [name = ''] = Object.keys(options)
    const make = vi.fn(() => userClient())
    for (const source of [userClient(), createCluster(CLUSTER), CLUSTER, SENTINEL, make]) {
      const error = thrownBy(() => redisStore(source, options))
      const message = `l2.${name}: one without a URL given; accepted: one beside a URL; set it on the client you give`
      expect(error).toMatchObject({ code: 'invalid_option', message: expect.stringContaining(message) })
      expect(error).toMatchObject({ message: expect.not.stringContaining('secret') })
    }
    expect(make).not.toHaveBeenCalled()
  })

  it('are none where they are undefined', () => {
    expect(() => redisStore(CLUSTER, { password: undefined, tls: undefined })).not.toThrow()
  })
})
