import { redisStore } from 'hitrate/redis'
import { createCluster } from 'redis'
import { describe, expect, it, vi } from 'vitest'
import { CLUSTER, cluster, lineAt, thrownBy, untyped } from './redis-source-tools.ts'

describe('a node-redis cluster client', () => {
  const options = {
    ...CLUSTER,
    keyPrefix: 'theirs:',
    clientSideCache: {},
    useReplicas: true,
    defaults: {
      ...CLUSTER.defaults,
      disableOfflineQueue: false,
      pingInterval: 5_000,
      readonly: true,
      name: 'shop',
    },
    nodeAddressMap: { '10.0.0.7:7000': { host: 'outside', port: 17_000 } },
  } satisfies Parameters<typeof createCluster>[0]

  it('gives the first servers, and what all of them are connected with', async () => {
    const { roots, makeNode, reach } = cluster(createCluster(options))
    expect(roots).toEqual([
      { host: 'one', port: 7_001 },
      { host: 'two', port: 7_002 },
    ])
    const node = await lineAt(makeNode)
    expect(node.login).toEqual({ username: 'app', password: 'secret' })
    expect(node.socket).toMatchObject({
      host: '10.0.0.7',
      port: 7_000,
      tls: true,
      servername: 'cache.example',
    })
    expect(node.options).toMatchObject({ name: 'shop', RESP: 3, disableOfflineQueue: true, pingInterval: 0 })
    expect(reach({ host: '10.0.0.7', port: 7_000 })).toEqual({ host: 'outside', port: 17_000 })
    expect(reach({ host: '10.0.0.8', port: 7_000 })).toEqual({ host: '10.0.0.8', port: 7_000 })
  })

  it('leaves its key prefix, cache, and ways of waiting behind', async () => {
    const node = await lineAt(cluster(createCluster(options)).makeNode)
    for (const name of ['keyPrefix', 'clientSideCache', 'readonly', 'url']) {
      expect(node.options).not.toHaveProperty(name)
    }
  })

  it('is neither used nor closed nor changed', async () => {
    const client = createCluster(options)
    const before = structuredClone({ ...client._options, modules: undefined })
    const used = (['connect', 'duplicate', 'nodeClient', 'sendCommand', 'close', 'destroy'] as const).map(
      (name) => vi.spyOn(client, name),
    )
    const { makeNode } = cluster(client)
    await lineAt(makeNode)
    await lineAt(makeNode)
    for (const spy of used) expect(spy).not.toHaveBeenCalled()
    expect({ ...client._options, modules: undefined }).toEqual(before)
    expect(client.isOpen).toBe(false)
  })

  it('is found behind its variants too', () => {
    expect(cluster(createCluster(CLUSTER).withTypeMapping({})).roots).toHaveLength(2)
  })

  it("is refused if its options can't be read", () => {
    const old = { nodeClient: () => undefined, duplicate: () => undefined }
    expect(thrownBy(() => redisStore(untyped(old)))).toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining("l2: a cluster client given whose options can't be read; accepted: "),
    })
  })
})

describe('the options of createCluster', () => {
  it('name the first servers, and what all of them are connected with', async () => {
    const { roots, makeNode } = cluster(CLUSTER)
    expect(roots).toEqual([
      { host: 'one', port: 7_001 },
      { host: 'two', port: 7_002 },
    ])
    expect((await lineAt(makeNode)).login).toEqual({ username: 'app', password: 'secret' })
  })

  it('name addresses as node-redis reads them', () => {
    expect(cluster({ rootNodes: [{}, { url: 'redis://' }, { socket: { port: 7_000 } }] }).roots).toEqual([
      { host: 'localhost', port: 6_379 },
      { host: 'localhost', port: 6_379 },
      { host: 'localhost', port: 7_000 },
    ])
    const away = { rootNodes: [{ socket: { port: 7_001 } }], defaults: { socket: { host: 'away' } } }
    expect(cluster(away).roots).toEqual([{ host: 'away', port: 7_001 }])
  })

  it('connect to the address that is asked for, whatever the defaults say', async () => {
    const { makeNode } = cluster({
      ...CLUSTER,
      defaults: { socket: { host: 'away', port: 1, tls: true, path: '/x' } },
    })
    const { socket } = await lineAt(makeNode)
    expect(socket).toMatchObject({ host: '10.0.0.7', port: 7_000, tls: true })
    expect(socket).not.toHaveProperty('path')
  })

  it('may say login and TLS with the first root node alone', async () => {
    const byUrl = await lineAt(
      cluster({ rootNodes: [{ url: 'rediss://app:se%2Fcret@one' }, { url: 'rediss://two' }] }).makeNode,
    )
    expect(byUrl.login).toEqual({ username: 'app', password: 'se/cret' })
    expect(byUrl.socket).toMatchObject({ tls: true })
    const bySocket = await lineAt(
      cluster({ rootNodes: [{ password: 'secret', socket: { host: 'one', port: 1, tls: true, ca: 'a' } }] })
        .makeNode,
    )
    expect(bySocket.login).toEqual({ password: 'secret' })
    expect(bySocket.socket).toMatchObject({ host: '10.0.0.7', port: 7_000, tls: true, ca: 'a' })
  })

  it('say it in their defaults first, the login as a whole', async () => {
    const rootNodes = [{ url: 'rediss://root:other@one', socket: { tls: true as const, ca: 'root' } }]
    const { makeNode } = cluster({
      rootNodes,
      defaults: { password: 'secret', socket: { tls: true, ca: 'mine' } },
    })
    const { login, socket } = await lineAt(makeNode)
    expect(login).toEqual({ password: 'secret' })
    expect(socket).toMatchObject({ tls: true, ca: 'mine' })
  })

  it.each([
    [
      { rootNodes: [] },
      'l2.rootNodes: an array of 0 given; accepted: an array of { url } or { socket: { host, port } }',
    ],
    [{ rootNodes: 'one:6379' }, 'l2.rootNodes: text given'],
    [{ rootNodes: ['redis://:secret@one'] }, 'l2.rootNodes[0]: text given; accepted: { url } or { socket }'],
    [
      { rootNodes: [{ url: 'http://:secret@one' }] },
      'l2.rootNodes[0].url: a URL of scheme "http" given; accepted: ',
    ],
    [
      { rootNodes: [{ url: 'redis-cluster://one' }] },
      'l2.rootNodes[0].url: a redis-cluster:// URL given; accepted: ',
    ],
    [
      { rootNodes: [{ url: 'redis://:secret@one/2' }] },
      'l2.rootNodes[0].url: a URL with a path given; accepted: none',
    ],
    [{ rootNodes: [{ url: 7 }] }, 'l2.rootNodes[0].url: 7 given'],
    [{ rootNodes: [{ socket: { host: 'one', port: 0 } }] }, 'l2.rootNodes[0].socket: no host and port given'],
    [
      { defaults: { url: 'redis://:secret@one' } },
      'l2.defaults.url: one given; accepted: username, password, socket',
    ],
    [{ defaults: [] }, 'l2.defaults: an array of 0 given'],
    [
      { defaults: { database: 2 } },
      'l2.defaults.database: 2 given; accepted: 0: a cluster has no other databases',
    ],
    [{ nodeAddressMap: 7 }, 'l2.nodeAddressMap: 7 given; accepted: '],
  ])('are refused with %j', (more, message) => {
    const error = thrownBy(() => redisStore(untyped({ ...CLUSTER, ...more })))
    expect(error).toMatchObject({ code: 'invalid_option', message: expect.stringContaining(message) })
    expect(error).toMatchObject({ message: expect.not.stringContaining('secret') })
  })
})
