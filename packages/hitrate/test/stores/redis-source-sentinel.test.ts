import { CacheError } from 'hitrate'
import { redisStore, type SentinelOptions } from 'hitrate/redis'
import { createSentinel } from 'redis'
import { describe, expect, it } from 'vitest'
import { lineAt, SENTINEL, sentinel, thrownBy, untyped } from './redis-source-tools.ts'

describe('a node-redis Sentinel client', () => {
  const client = createSentinel({ name: 'shop', sentinelRootNodes: [{ host: 'one', port: 26_379 }] })

  it('is refused with the reason and what to give instead', () => {
    for (const source of [untyped(client), untyped(client.withTypeMapping({}))]) {
      const error = thrownBy(() => redisStore(source))
      expect(error).toBeInstanceOf(CacheError)
      expect(error).toMatchObject({
        code: 'unsupported',
        message: expect.stringMatching(
          /^l2: a node-redis Sentinel client given, whose options can't be read, and which lets/,
        ),
      })
      expect(error).toMatchObject({ message: expect.stringContaining("accepted: 'redis-sentinel://") })
    }
  })
})

describe('the options of createSentinel', () => {
  it('name the sentinels, the primary, and what each is connected with', async () => {
    const source = sentinel({
      ...SENTINEL,
      nodeClientOptions: { username: 'app', password: 'secret', database: 2, socket: { tls: true, ca: 'a' } },
      sentinelClientOptions: { password: 'tower', database: 4, socket: { tls: true, ca: 'b' } },
    })
    expect(source.masterName).toBe('shop')
    expect(source.sentinels).toEqual(SENTINEL.sentinelRootNodes)
    const node = await lineAt(source.makeNode)
    expect(node.login).toEqual({ username: 'app', password: 'secret' })
    expect(node.options).toMatchObject({ database: 2, disableOfflineQueue: true })
    expect(node.socket).toMatchObject({ host: '10.0.0.7', port: 7_000, tls: true, ca: 'a' })
    const asked = await lineAt(source.makeSentinel)
    expect(asked.login).toEqual({ password: 'tower' })
    expect(asked.options.database).toBeUndefined()
    expect(asked.socket).toMatchObject({ host: '10.0.0.7', port: 7_000, tls: true, ca: 'b' })
  })

  it("give nothing of the servers' to the sentinels", async () => {
    const source = sentinel({ ...SENTINEL, nodeClientOptions: { password: 'secret', socket: { tls: true } } })
    const asked = await lineAt(source.makeSentinel)
    expect(asked.login).toEqual({})
    expect(asked.socket).not.toHaveProperty('tls')
  })

  it('may have a provider of credentials', async () => {
    const credentialsProvider = {
      type: 'async-credentials-provider' as const,
      credentials: async () => ({ username: 'token', password: 'of today' }),
    }
    const source = sentinel({ ...SENTINEL, nodeClientOptions: { credentialsProvider } })
    expect((await lineAt(source.makeNode)).login).toEqual({ username: 'token', password: 'of today' })
  })

  it('may have an object or a function from addresses to those that are reached', () => {
    const there = { host: 'outside', port: 17_000 }
    const told = { host: '10.0.0.7', port: 7_000 }
    const other = { host: '::1', port: 7_000 }
    const map: Record<string, typeof there> = { '10.0.0.7:7000': there }
    const byObject = sentinel({ ...SENTINEL, nodeAddressMap: map }).reach
    expect(byObject(told)).toEqual(there)
    expect(byObject(other)).toEqual(other)
    map['::1:7000'] = there
    expect(byObject(other)).toEqual(there)
    const asked: string[] = []
    const byFunction = sentinel({
      ...SENTINEL,
      nodeAddressMap(address) {
        asked.push(address)
        return address.startsWith('10.') ? there : undefined
      },
    }).reach
    expect(byFunction(told)).toEqual(there)
    expect(byFunction(other)).toEqual(other)
    expect(asked).toEqual(['10.0.0.7:7000', '::1:7000'])
  })

  it('reach an address as it was told where the map throws or has no usable one', () => {
    const told = { host: '10.0.0.7', port: 7_000 }
    const reachOf = (nodeAddressMap: SentinelOptions['nodeAddressMap']) =>
      sentinel({ ...SENTINEL, nodeAddressMap }).reach
    expect(
      reachOf(() => {
        throw new Error('no such server')
      })(told),
    ).toEqual(told)
    expect(reachOf(() => ({ host: '', port: 1 }))(told)).toEqual(told)
    expect(reachOf(() => ({ host: 'outside', port: 70_000 }))(told)).toEqual(told)
    expect(reachOf({ constructor: { host: 'outside', port: Number.NaN } })(told)).toEqual(told)
  })

  it.each([
    [{ name: '' }, 'l2.name: empty text given; accepted: the name that the sentinels have for the primary'],
    [{ name: undefined }, 'l2.name: undefined given'],
    [
      { sentinelRootNodes: [] },
      'l2.sentinelRootNodes: an array of 0 given; accepted: an array of { host, port }, one',
    ],
    [{ sentinelRootNodes: 'one:26379' }, 'l2.sentinelRootNodes: text given'],
    [{ sentinelRootNodes: [{ host: 'one' }] }, 'l2.sentinelRootNodes[0]: no { host, port } given'],
    [
      { sentinelRootNodes: [{ host: 'one', port: '26379' }] },
      'l2.sentinelRootNodes[0]: no { host, port } given',
    ],
    [
      { sentinelRootNodes: [...SENTINEL.sentinelRootNodes, null] },
      'l2.sentinelRootNodes[2]: no { host, port } given',
    ],
    [
      { nodeClientOptions: 'fast' },
      'l2.nodeClientOptions: text given; accepted: an object of options of createClient',
    ],
    [
      { nodeClientOptions: { url: 'redis://:secret@one' } },
      'l2.nodeClientOptions.url: one given; accepted: username, ',
    ],
    [
      { sentinelClientOptions: { url: 'redis://:secret@one' } },
      'l2.sentinelClientOptions.url: one given; accepted: ',
    ],
    [{ nodeClientOptions: { socket: true } }, 'l2.nodeClientOptions.socket: true given; accepted: an object'],
    [
      { nodeAddressMap: 'no' },
      "l2.nodeAddressMap: text given; accepted: an object { 'host:port': { host, port } } or",
    ],
  ])('are refused with %j', (more, message) => {
    const error = thrownBy(() => redisStore(untyped({ ...SENTINEL, ...more })))
    expect(error).toMatchObject({ code: 'invalid_option', message: expect.stringContaining(message) })
    expect(error).toMatchObject({ message: expect.not.stringContaining('secret') })
  })
})
