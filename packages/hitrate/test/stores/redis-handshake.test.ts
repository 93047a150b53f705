/** What goes over the wire, seen from the server's side. */
import { createRequire } from 'node:module'
import type { redisStore } from 'hitrate/redis'
import { createClient } from 'redis'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import type { StoreContext } from '../../src/stores/store.ts'
import { claimOne } from '../../src/testing/conformance/subject.ts'
import { manualClock } from '../../src/testing/manual-clock.ts'
import { type FakeServer, invalidate, startFakeRedis, WELL } from './redis-fake-server.ts'
import { at, version, type Watched, watch } from './redis-tracked.ts'

let server: FakeServer
const opened: Watched[] = []
beforeEach(async () => {
  server = await startFakeRedis()
  return () => server.stop()
})
afterEach(async () => {
  for (const { store } of opened.splice(0)) await store.close()
})

function open(
  source: Parameters<typeof redisStore>[0] & {} = server.url,
  more: Partial<StoreContext> = {},
): Watched {
  const watched = watch(source, more)
  opened.push(watched)
  return watched
}

/** Names of the commands on a connection, subcommands included. */
const commandsOf = (number: number) =>
  server.connections[number - 1]?.commands.map(([name, sub]) =>
    name === 'CLIENT' ? `${name} ${sub}` : (name ?? ''),
  ) ?? []
const trackingOf = (number: number) =>
  server.connections[number - 1]?.commands.filter(([name]) => name === 'CLIENT')

describe('a new connection', () => {
  it('is tracked before anything else is asked over it, also when calls are waiting for it', async () => {
    const { store } = open()
    const waiting = [store.read(['a']), store.read(['b', 'c'])]
    await store.connected()
    await Promise.all(waiting)
    expect(commandsOf(1).slice(0, 2)).toEqual(['HELLO', 'CLIENT TRACKING'])
    expect(trackingOf(1)).toEqual([['CLIENT', 'TRACKING', 'ON']])
    expect(new Set(commandsOf(1).slice(2))).toEqual(new Set(['INFO', 'TIME', 'EVAL', 'GET', 'MGET']))
  })

  it('is tracked again after each loss, without a window', async () => {
    const { store, availability } = open()
    await store.connected()
    const first = store.linkOf('k')
    server.connections[0]?.cut()
    await expect.poll(() => availability, { timeout: 5_000 }).toEqual([true, false, true])
    await store.read(['k'])
    expect(commandsOf(2).slice(0, 2)).toEqual(['HELLO', 'CLIENT TRACKING'])
    expect(first.lost).toBe(true)
    expect(store.linkOf('k')).toMatchObject({ tracked: true, lost: false })
  })

  it('asks for no tracking where none is wanted', async () => {
    const { store } = open(server.url, { tracking: 'none' })
    await store.connected()
    expect(trackingOf(1)).toEqual([])
    expect(store.linkOf('k').tracked).toBe(false)
  })

  it('is made without tracking when the server refuses that, which is said once', async () => {
    server.reply = (command, connection) =>
      command[1] === 'TRACKING'
        ? "-ERR unknown subcommand 'TRACKING'. Try CLIENT HELP.\r\n"
        : WELL(command, connection)
    const { store, availability, warnings } = open()
    await store.connected()
    expect(store.linkOf('k')).toMatchObject({ tracked: false, lost: false })
    expect(commandsOf(2).slice(0, 2)).toEqual(['HELLO', 'PING'])
    server.connections[1]?.cut()
    await expect.poll(() => availability, { timeout: 5_000 }).toEqual([true, false, true])
    expect(commandsOf(3).slice(0, 2)).toEqual(['HELLO', 'PING'])
    expect(warnings.filter((warning) => warning.includes('CLIENT TRACKING'))).toHaveLength(1)
  })

  it('is closed when the store was closed while it was being made', async () => {
    const { store } = open()
    await store.close()
    await expect.poll(() => server.connections.filter((one) => one.open)).toEqual([])
  })
})

describe("a user's client", () => {
  it.each([
    ['that emits invalidations', { emitInvalidate: true }],
    ['with a cache of its own', { clientSideCache: { ttl: 0, maxEntries: 10 } }],
    [
      'that waits while offline, with timeouts of its own',
      { socket: { socketTimeout: 50 }, pingInterval: 20 },
    ],
  ])('%s is duplicated into one that tracks for us alone', async (_, options) => {
    const client = createClient({ ...options, url: server.url })
    const { store, told } = open(client)
    await store.connected()
    expect(trackingOf(1)).toEqual([['CLIENT', 'TRACKING', 'ON']])
    expect(store.linkOf('k').tracked).toBe(true)
    server.connections[0]?.write(invalidate(at('k')))
    expect(await told()).toEqual([{ kind: 'entry', key: 'k' }])
  })

  it('from another copy of the redis package is used without tracking, and what to do is said once', async () => {
    const { store, warnings, availability } = open(anotherCopy().createClient({ url: server.url }))
    await store.connected()
    expect(store.linkOf('k')).toMatchObject({ tracked: false, lost: false })
    expect(trackingOf(1)).toEqual([])
    server.connections[0]?.cut()
    await expect.poll(() => availability, { timeout: 5_000 }).toEqual([true, false, true])
    store.reopen()
    await expect.poll(() => availability, { timeout: 5_000 }).toHaveLength(5)
    expect(warnings.filter((warning) => warning.includes('another copy'))).toHaveLength(1)
  })

  it('made by a function is made once', async () => {
    let made = 0
    const { store, availability } = open(() => {
      made++
      return createClient({ url: server.url })
    })
    await store.connected()
    store.reopen()
    await expect.poll(() => availability, { timeout: 5_000 }).toEqual([true, false, true])
    expect(made).toBe(1)
  })

  /** The package once more, as when an application has another version of it. */
  function anotherCopy(): { createClient: typeof createClient } {
    const require = createRequire(import.meta.url)
    const ours = new Map(Object.entries(require.cache))
    for (const path of ours.keys()) if (/[\\/](@redis|redis)[\\/]/.test(path)) delete require.cache[path]
    try {
      return require('redis')
    } finally {
      for (const [path, module] of ours) require.cache[path] = module
    }
  }
})

describe('replies and what the server tells', () => {
  it('in one chunk: what was told is known before who asked goes on', async () => {
    const { store, changes } = open()
    await store.connected()
    server.reply = (command, connection) =>
      command[0] === 'GET' ? `_\r\n${invalidate(at('k'))}` : WELL(command, connection)
    const known = await store.read(['k']).then(() => changes.length)
    expect(known).toBe(1)
  })

  it('our own write, told in one chunk with its reply or in the next one, is not told to the cache', async () => {
    const { store, changes, told } = open()
    await store.connected()
    const claim = () => claimOne(store, { key: 'k', version: version(), lease: 1_000, over: undefined })
    server.reply = (command, connection) => {
      if (command[0] !== 'EVALSHA') return WELL(command, connection)
      return `${'*2\r\n$1\r\n1\r\n*1\r\n:1\r\n'}${invalidate(at('k'))}`
    }
    await claim()
    expect(await told()).toEqual([])
    server.reply = (command, connection) =>
      command[0] === 'EVALSHA' ? '*2\r\n$1\r\n1\r\n*1\r\n:1\r\n' : WELL(command, connection)
    await claim()
    server.connections[0]?.write(invalidate(at('k')))
    expect(await told()).toEqual([])
    expect(changes).toEqual([])
  })

  it('that make no sense end the connection, and the next one is sound', async () => {
    const { store, availability } = open()
    await store.connected()
    const first = store.linkOf('k')
    server.reply = (command, connection) =>
      command[0] === 'GET' && connection.number === 1 ? '@what\r\n' : WELL(command, connection)
    await expect(store.read(['k'])).rejects.toThrow()
    expect(first.lost).toBe(true)
    await expect.poll(() => availability, { timeout: 5_000 }).toEqual([true, false, true])
    expect(await store.read(['k'])).toEqual([{ kind: 'absent' }])
  })
})

describe('a server that accepts and never answers', () => {
  it('is tried again and again, and used once it answers', async () => {
    server.reply = () => undefined
    const clock = manualClock()
    const { store } = open(server.url, { clock })
    const accepted = (count: number) =>
      expect.poll(() => commandsOf(count), { timeout: 5_000 }).toContain('HELLO')
    await accepted(1)
    await clock.advance(3_000)
    await accepted(2)
    expect(store.available).toBe(false)
    await clock.advance(3_000)
    await accepted(3)
    server.reply = WELL
    await clock.advance(3_000)
    await store.connected()
    expect(store.available).toBe(true)
    expect(server.connections.filter((one) => one.open)).toHaveLength(1)
  })

  it('once it is in use is given up after four seconds, and what waits for it rejects', async () => {
    const clock = manualClock()
    const { store, availability } = open(server.url, { clock })
    await store.connected()
    server.reply = (command, connection) => (connection.number === 1 ? undefined : WELL(command, connection))
    const hanging = expect(store.read(['k'])).rejects.toThrow('Disconnects client')
    for (let beat = 0; beat < 4; beat++) {
      expect(store.available).toBe(true)
      await clock.advance(1_000)
    }
    await hanging
    await expect.poll(() => availability, { timeout: 5_000 }).toEqual([true, false, true])
    expect(store.linkOf('k').lost).toBe(false)
  })

  it("shows why deadlines are our own: the client's timeout does not end what was sent", async () => {
    const client = createClient({
      url: server.url,
      commandOptions: { timeout: 20 },
      maintNotifications: 'disabled',
      disableClientInfo: true,
    })
    client.on('error', () => undefined)
    await client.connect()
    server.reply = () => undefined
    let over = false
    const hanging = client.get('k').then(
      () => undefined,
      () => {
        over = true
      },
    )
    await expect.poll(() => commandsOf(1)).toContain('GET')
    const since = systemClock.now()
    while (systemClock.now() - since < 100) await new Promise((resolve) => setImmediate(resolve))
    expect(over).toBe(false)
    client.destroy()
    await hanging
    expect(over).toBe(true)
  })
})

it('a client of node-redis that is destroyed while it connects goes on connecting: it is never connected again', async () => {
  const client = createClient({ url: server.url, maintNotifications: 'disabled', disableClientInfo: true })
  client.on('error', () => undefined)
  let ready = 0
  client.on('ready', () => ready++)
  const attempts = [client.connect().catch(() => undefined)]
  client.destroy()
  attempts.push(client.connect().catch(() => undefined))
  await expect.poll(() => ready, { timeout: 5_000 }).toBe(2)
  client.destroy()
  await expect.poll(() => server.connections.filter((one) => one.open)).toHaveLength(1)
})
