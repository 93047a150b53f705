import { CacheError } from 'hitrate'
import { redisStore } from 'hitrate/redis'
import { afterEach, describe, expect, it } from 'vitest'
import { startFakeRedis } from './redis-fake-server.ts'
import { clock, cluster, lineAt, read, sentinel, standalone, thrownBy } from './redis-source-tools.ts'

const cleanUps: (() => Promise<unknown> | unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

describe('a redis:// URL', () => {
  it.each([
    ['redis://cache.local', { host: 'cache.local', port: 6_379 }],
    ['redis://cache_1:6380', { host: 'cache_1', port: 6_380 }],
    ['REDIS://cache.local:', { host: 'cache.local', port: 6_379 }],
    ['redis://[::1]', { host: '::1', port: 6_379 }],
    ['redis://[2001:db8::7]:7000', { host: '2001:db8::7', port: 7_000 }],
    ['redis://', { host: 'localhost', port: 6_379 }],
    ['redis:///2', { host: 'localhost', port: 6_379 }],
    [' redis://cache.local:6380\n', { host: 'cache.local', port: 6_380 }],
  ])('%j says where', async (url, address) => {
    const { socket, login } = await standalone(url)
    expect(socket).toMatchObject(address)
    expect(socket).not.toHaveProperty('tls')
    expect(login).toEqual({})
  })

  it.each([
    ['redis://app:secret@cache', { username: 'app', password: 'secret' }],
    ['redis://:secret@cache', { password: 'secret' }],
    ['redis://app%40shop:%3A%2F%3F%23%40%25%2B@cache', { username: 'app@shop', password: ':/?#@%+' }],
    ['redis://app:se@cr:et+@cache', { username: 'app', password: 'se@cr:et+' }],
    ['redis://app:pass,word@cache', { username: 'app', password: 'pass,word' }],
    ['redis://%C3%BCser:p%C3%A4ss@cache', { username: 'üser', password: 'päss' }],
    ['redis://app@cache', { username: 'app' }],
    ['redis://:@cache', {}],
  ])('%s says who logs in', async (url, login) => {
    expect((await standalone(url)).login).toEqual(login)
  })

  it.each([
    ['redis://cache', 0],
    ['redis://cache/', 0],
    ['redis://cache/0', 0],
    ['redis://cache/12', 12],
    ['rediss://cache/3?ssl_cert_reqs=none', 3],
    ['redis://cache?database=2', 2],
  ])('%s says which database', async (url, database) => {
    expect((await standalone(url)).options).toMatchObject({ database })
  })

  it('asks for TLS with rediss://', async () => {
    expect((await standalone('rediss://cache')).socket).toMatchObject({ host: 'cache', tls: true })
  })

  it('leaves all else to us', async () => {
    const { options, socket } = await standalone('redis://cache')
    expect(options).toMatchObject({ RESP: 3, disableOfflineQueue: true, pingInterval: 0 })
    expect(options).not.toHaveProperty('url')
    expect(socket).toMatchObject({ connectTimeout: 1_000, socketTimeout: 0 })
  })

  it('makes another client each time', () => {
    const source = read('redis://cache')
    if (source.kind !== 'standalone') throw new Error('not standalone')
    expect(source.make(clock, undefined)).not.toBe(source.make(clock, undefined))
  })
})

describe('a redis-sentinel:// URL', () => {
  it('names the sentinels and the primary', () => {
    const { masterName, sentinels, reach } = sentinel('redis-sentinel://one,two:26380,[::1]:7,[::2]/shop')
    expect(masterName).toBe('shop')
    expect(sentinels).toEqual([
      { host: 'one', port: 26_379 },
      { host: 'two', port: 26_380 },
      { host: '::1', port: 7 },
      { host: '::2', port: 26_379 },
    ])
    expect(reach({ host: '10.0.0.7', port: 6_379 })).toEqual({ host: '10.0.0.7', port: 6_379 })
  })

  it('gives user, password and database to the servers alone', async () => {
    const source = sentinel('redis-sentinel://app:secret@one,two/shop?database=2')
    const node = await lineAt(source.makeNode)
    expect(node.login).toEqual({ username: 'app', password: 'secret' })
    expect(node.options).toMatchObject({ database: 2, RESP: 3, disableOfflineQueue: true })
    expect(node.socket).toMatchObject({ host: '10.0.0.7', port: 7_000 })
    const asked = await lineAt(source.makeSentinel)
    expect(asked.login).toEqual({})
    expect(asked.options.database).toBeUndefined()
    expect(asked.socket).toMatchObject({ host: '10.0.0.7', port: 7_000 })
  })

  it('gives the sentinels the login of its parameters', async () => {
    const source = sentinel(
      'redis-sentinel://:secret@one/shop?sentinelUsername=watch&sentinelPassword=a+b%26c%3D',
    )
    expect((await lineAt(source.makeSentinel)).login).toEqual({ username: 'watch', password: 'a+b&c=' })
    expect((await lineAt(source.makeNode)).login).toEqual({ password: 'secret' })
  })

  it('decodes the name of the primary', () => {
    expect(sentinel('redis-sentinel://one/my%20shop%2F1').masterName).toBe('my shop/1')
  })

  it('asks for TLS to both with rediss-sentinel://', async () => {
    const source = sentinel('rediss-sentinel://one/shop')
    expect((await lineAt(source.makeNode)).socket).toMatchObject({ tls: true })
    expect((await lineAt(source.makeSentinel)).socket).toMatchObject({ tls: true })
    expect((await lineAt(sentinel('redis-sentinel://one/shop').makeSentinel)).socket).not.toHaveProperty(
      'tls',
    )
  })
})

describe('a redis-cluster:// URL', () => {
  it.each(['', '/', '/0', '?database=0'])('names the first servers, also with %j at its end', (end) => {
    expect(cluster(`redis-cluster://one,two:7001,[::1]:7002${end}`).roots).toEqual([
      { host: 'one', port: 6_379 },
      { host: 'two', port: 7_001 },
      { host: '::1', port: 7_002 },
    ])
  })

  it('says who logs in to all of them', async () => {
    const { login, socket } = await lineAt(cluster('redis-cluster://app:se%25cret@one,two').makeNode)
    expect(login).toEqual({ username: 'app', password: 'se%cret' })
    expect(socket).toMatchObject({ host: '10.0.0.7', port: 7_000 })
    expect(socket).not.toHaveProperty('tls')
  })

  it('asks for TLS with rediss-cluster://', async () => {
    expect((await lineAt(cluster('rediss-cluster://one').makeNode)).socket).toMatchObject({ tls: true })
  })
})

describe('options beside a URL', () => {
  const login = { username: 'other', password: 'better' }

  it('go before what a redis:// URL says, each by itself', async () => {
    const url = 'redis://app:secret@cache/3'
    expect((await standalone(url, login)).login).toEqual(login)
    expect((await standalone(url, { password: 'better' })).login).toEqual({
      username: 'app',
      password: 'better',
    })
    expect((await standalone(url, { username: 'other' })).login).toEqual({
      username: 'other',
      password: 'secret',
    })
    expect((await standalone('redis://cache', { password: 'better' })).login).toEqual({ password: 'better' })
    expect((await standalone(url, { database: 0 })).options).toMatchObject({ database: 0 })
    expect((await standalone(url, { database: 7 })).options).toMatchObject({ database: 7 })
    expect((await standalone(url, { username: undefined, password: undefined })).login).toEqual({
      username: 'app',
      password: 'secret',
    })
  })

  it('go before what a redis-sentinel:// URL says', async () => {
    const source = sentinel(
      'redis-sentinel://app:secret@one/shop?database=2&sentinelUsername=a&sentinelPassword=b',
      {
        ...login,
        database: 5,
        sentinelUsername: 'watch',
        sentinelPassword: 'tower',
      },
    )
    const node = await lineAt(source.makeNode)
    expect(node.login).toEqual(login)
    expect(node.options).toMatchObject({ database: 5 })
    expect((await lineAt(source.makeSentinel)).login).toEqual({ username: 'watch', password: 'tower' })
  })

  it('go before what a redis-cluster:// URL says', async () => {
    const source = cluster('redis-cluster://app:secret@one', { ...login, database: 0 })
    expect((await lineAt(source.makeNode)).login).toEqual(login)
  })

  it('turn TLS on, with what tls.connect takes, to sentinels too', async () => {
    const tls = { ca: 'a certificate', servername: 'cache.example', rejectUnauthorized: true }
    expect((await standalone('redis://cache:6380', { tls: true })).socket).toMatchObject({
      host: 'cache',
      port: 6_380,
      tls: true,
    })
    expect((await standalone('rediss://cache', { tls })).socket).toMatchObject({
      host: 'cache',
      tls: true,
      ...tls,
    })
    const behind = sentinel('redis-sentinel://one/shop', { tls })
    expect((await lineAt(behind.makeNode)).socket).toMatchObject({ host: '10.0.0.7', tls: true, ...tls })
    expect((await lineAt(behind.makeSentinel)).socket).toMatchObject({ host: '10.0.0.7', tls: true, ...tls })
    expect((await lineAt(cluster('rediss-cluster://one', { tls }).makeNode)).socket).toMatchObject(tls)
  })

  it('are copied', async () => {
    const tls = { ca: 'one' }
    const source = read('rediss://cache', { tls })
    tls.ca = 'two'
    if (source.kind !== 'standalone') throw new Error('not standalone')
    expect(source.make(clock, undefined).options?.socket).toMatchObject({ ca: 'one' })
  })

  it('reach the server, which is asked for the database before anything else', async () => {
    const server = await startFakeRedis()
    cleanUps.push(() => server.stop())
    const { host } = new URL(server.url)
    const source = read(`redis://app:secret@${host}/3`, { password: 'better', database: 4 })
    if (source.kind !== 'standalone') throw new Error('not standalone')
    const client = source.make(clock, undefined)
    cleanUps.push(() => client.destroy())
    client.on('error', () => undefined)
    await client.connect()
    expect(server.connections[0]?.commands.slice(0, 2)).toEqual([
      ['HELLO', '3', 'AUTH', 'app', 'better'],
      ['SELECT', '4'],
    ])
  })
})

describe('what a URL can not say', () => {
  it.each([
    ['', 'l2: text that is not a URL given; accepted: a URL '],
    ['localhost:6379', 'l2: text that is not a URL given'],
    ['http://localhost', 'l2: a URL of scheme "http" given'],
    ['constructor://localhost', 'l2: a URL of scheme "constructor" given'],
    ['redis://cache/abc', 'l2: a URL with the database "abc" given; accepted: a number'],
    ['redis://cache/0/1', 'l2: a URL with the database "0/1" given'],
    ['rediss://cache?database=x', 'with the database "x" given; accepted: a whole number, 0 or more'],
    [
      'redis://cache:port',
      "l2: a redis:// URL whose host, port or credentials can't be read given; accepted: ",
    ],
    ['redis://:6379', "whose host, port or credentials can't be read"],
    ['redis://app:secret@', "whose host, port or credentials can't be read"],
    ['redis://cache:65536', "whose host, port or credentials can't be read"],
    ['redis://[::g]', "whose host, port or credentials can't be read"],
    ['redis://::1', "whose host, port or credentials can't be read"],
    ['redis://user:50%off@cache', 'l2: a URL with a % that begins no escape given; accepted: %25 for a %'],
    ['redis://one,two', 'l2: a redis:// URL with 2 hosts given; accepted: one host, or '],
    [
      'redis://app:12/34@cache',
      'l2: a URL with an @ or a # after its hosts given; accepted: %2F %3F %23 %40 for',
    ],
    ['redis://app:12#34@cache', 'l2: a URL with an @ or a # after its hosts given'],
    ['redis://app:12?34@cache', 'l2: a URL with an @ or a # after its hosts given'],

    ['redis-sentinel://one', 'l2: a redis-sentinel:// URL with no master name given; accepted: '],
    ['redis-sentinel://one,two/', 'l2: a redis-sentinel:// URL with no master name given'],
    ['rediss-sentinel://one/?database=1', 'l2: a rediss-sentinel:// URL with no master name given'],
    ['redis-sentinel://one/shop/2', 'l2: a redis-sentinel:// URL with a path of several parts given'],
    [
      'redis-sentinel:///shop',
      "l2: a redis-sentinel:// URL whose host, port or credentials can't be read given",
    ],
    ['redis-sentinel://one,,two/shop', "whose host number 2 of 3, port or credentials can't be read"],
    ['redis-sentinel://one,two:x/shop', "whose host number 2 of 2, port or credentials can't be read"],
    [
      'redis-sentinel://one/shop?db=2',
      'l2: a redis-sentinel:// URL with the parameter "db" given; accepted: database, sentinelUsername, sentinelPassword',
    ],
    [
      'redis-sentinel://one/shop?database=two',
      'with the database "two" given; accepted: a whole number, 0 or more',
    ],
    ['redis-sentinel://one/shop?database=-1', 'with the database "-1" given'],
    ['redis-sentinel://one/shop?database=1&database=2', 'l2: a URL with "database" twice given'],
    ['redis-sentinel://one/shop?sentinelPassword=', 'with an empty sentinelPassword given'],
    ['redis-sentinel://one/shop%', 'l2: a URL with a % that begins no escape given'],
    ['redis-sentinel://one/shop?sentinelPassword=a%b', 'l2: a URL with a % that begins no escape given'],
    ['redis-sentinel://app@one/shop', 'l2.username: a user without a password given; accepted: both'],
    [
      'redis-sentinel://one/shop?sentinelUsername=watch',
      'l2.sentinelUsername: a user without a password given; accepted: both',
    ],

    ['redis-cluster://', "l2: a redis-cluster:// URL whose host, port or credentials can't be read given"],
    ['redis-cluster://one/1', 'l2: a redis-cluster:// URL with a path given; accepted: '],
    ['redis-cluster://one/shop', 'a cluster has no databases beside 0'],
    ['redis-cluster://one?database=1', 'l2.database: 1 given; accepted: '],
    ['redis-cluster://one?name=1', 'with the parameter "name" given; accepted: database'],
    ['redis-cluster://app@one', 'l2.username: a user without a password given'],
  ])('%s is refused in one line: %s', (url, message) => {
    const error = thrownBy(() => redisStore(url))
    expect(error).toBeInstanceOf(CacheError)
    expect(error).toMatchObject({ code: 'invalid_option', message: expect.stringContaining(message) })
    expect(error).toMatchObject({ message: expect.stringMatching(/^l2.* given; accepted: .+$/) })
  })

  it.each([
    'http://user:secret@localhost',
    'redis://user:secret@localhost/abc',
    'redis://user:secret%@localhost',
    'redis://user:secret@localhost:port',
    'redis://user:1/secret@localhost',
    'redis://user:1?secret@localhost',
    'redis://user:1#secret@localhost',
    'redis://user:secret@one,two',
    'redis-sentinel://user:secret@one',
    'redis-sentinel://user:secret@one/a/b',
    'redis-sentinel://user:secret@one,/shop',
    'redis-sentinel://user:1?secret&x@one/shop',
    'redis-sentinel://one/shop?sentinelPassword=secret&x=1',
    'redis-sentinel://one/shop?sentinelPassword=secret%',
    'redis-cluster://user:secret@one/1',
    'redis-cluster://user:secret@one:x',
    'redis-cluster://user:secret',
  ])('is refused without repeating the password: %s', (url) => {
    expect(thrownBy(() => redisStore(url))).toMatchObject({ message: expect.not.stringContaining('secret') })
  })

  it.each([
    [{ username: 'app' }, 'l2.username: a user without a password given; accepted: both of them'],
    [
      { sentinelUsername: 'watch' },
      'l2.sentinelUsername: one with a redis:// URL given; accepted: one with a redis-sen',
    ],
    [
      { sentinelPassword: 'secret' },
      'l2.sentinelPassword: one with a redis:// URL given; accepted: one with a redis-sen',
    ],
  ])('nor can the options %j beside redis://', (options, message) => {
    expect(() => redisStore('redis://cache', options)).toThrow(message)
  })

  it('nor can the options of sentinels or another database beside redis-cluster://', () => {
    expect(() => redisStore('redis-cluster://one', { sentinelPassword: 'secret' })).toThrow(
      'l2.sentinelPassword: one with a redis-cluster:// URL given',
    )
    expect(() => redisStore('redis-cluster://one', { database: 2 })).toThrow(
      'l2.database: 2 given; accepted: ',
    )
  })
})
