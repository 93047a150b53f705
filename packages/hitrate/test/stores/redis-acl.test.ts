/** What a user of Redis must be allowed, and what becomes of one that is allowed less. */
import { type RedisServer, startRedis } from '@hitrate/test-support'
import { redisStore } from 'hitrate/redis'
import { BOARD_CHECKS, STORE_CHECKS } from 'hitrate/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { ALL, type Store } from '../../src/stores/store.ts'
import { claimOne, fillOne } from '../../src/testing/conformance/subject.ts'
import { connectRaw } from './raw-redis.ts'
import { COMMANDS } from './redis-commands.ts'
import { PREFIX, version, type Watched, watch } from './redis-tracked.ts'
import { storeContext } from './store-context.ts'

let redis: RedisServer
let url: string
const opened: Watched[] = []

beforeAll(async () => {
  redis = await startRedis()
  url = redis.url.replace('redis://', 'redis://app:secret@')
})
afterAll(() => redis.stop())
beforeEach(async () => {
  await redis.exec('FLUSHALL')
  await redis.exec('SCRIPT', 'FLUSH')
})
afterEach(async () => {
  for (const { store } of opened.splice(0)) await store.close()
})

async function allow(...commands: readonly string[]): Promise<void> {
  const rules = commands.map((command) => `+${command}`)
  await redis.exec('ACL', 'SETUSER', 'app', 'reset', 'on', '>secret', `~${PREFIX}:1:*`, ...rules)
  await redis.exec('ACL', 'LOG', 'RESET')
}

function open(): Watched {
  const watched = watch(url, { staleBound: 20, tracking: 'asked' })
  opened.push(watched)
  return watched
}

/** Everything a cache asks of a store. */
async function exercise(store: Store): Promise<void> {
  const steps: (() => Promise<unknown>)[] = [
    async () => {
      const mine = version()
      const reply = await claimOne(store, { key: 'k', version: mine, lease: 60_000, over: undefined })
      await store.renew('k', mine, 120_000)
      const began = reply.kind === 'claimed' ? reply.at : 0
      await fillOne(store, { key: 'k', version: mine, began, body: Buffer.from('body'), life: 60_000 })
    },
    () => store.read(['k']),
    () => store.read(['k', 'l']),
    () =>
      store.write([{ key: 'l', version: version(), body: Buffer.from('body'), life: 60_000 }], {
        notAfter: systemClock.now() + 60_000,
        onlyAbsent: true,
      }),
    () => claimOne(store, { key: 'l', version: version(), lease: 120_000, over: 'steal' }),
    () => store.expire(['k']),
    () => store.ensureMarkers([ALL, 'tag'], 60_000),
    () => store.ensureMarkers(['tag'], 120_000),
    () => store.stampMarkers([ALL, 'tag'], 'delete', 60_000),
    () => store.readMarkers(['tag']),
    () => store.scan('*', undefined),
    () => store.delete(['k', 'l']),
    () => store.info(),
    async () => store.board?.post({ name: 'a', body: Buffer.from('note'), life: 60_000, onlyAbsent: false }),
    async () => store.board?.enrol('one', Buffer.from('card'), 60_000),
    () => new Promise((resolve) => setTimeout(resolve, 2)),
    async () => store.board?.members(1),
    async () => store.board?.lease('job', 'one', 60_000),
  ]
  for (const step of steps) await step().catch(() => undefined)
}

describe('a user of least privilege', () => {
  beforeEach(() => allow(...COMMANDS))

  it('is refused nothing', async () => {
    const { store, warnings } = open()
    await store.connected()
    await exercise(store)
    expect(store.linkOf('k').tracked).toBe(true)
    expect(await redis.exec('ACL', 'LOG')).toBe('')
    expect(warnings).toEqual([])
  })

  it('may do all that a store must', { timeout: 30_000 }, async () => {
    const raw = await connectRaw(redis.url)
    const [store, other] = [open().store, open().store]
    await Promise.all([store.connected(), other.connected()])
    const checks = [...STORE_CHECKS, ...BOARD_CHECKS]
    for (const { run } of checks.filter(({ name }) => !name.startsWith('a closed store'))) {
      await raw.flushAll()
      await Promise.all([store, other].map((one) => one.ensureMarkers([ALL], 1_000)))
      await run({
        store,
        other,
        now: systemClock.now,
        async pass(by) {
          const until = systemClock.now() + by + 2
          while (systemClock.now() < until) await new Promise((resolve) => setImmediate(resolve))
        },
        evict: async (key) => void (await raw.del(`${PREFIX}:1:e:${key}`)),
        evictMarker: async (name) => void (await raw.del(`${PREFIX}:1:${name === ALL ? 'a' : `t:${name}`}`)),
        flush: async () => void (await raw.flushAll()),
      })
    }
    raw.destroy()
    expect(await redis.exec('ACL', 'LOG')).toBe('')
  })

  it('may not touch what is not of its cache', async () => {
    const stranger = redisStore(url, { keyPrefix: 'other' }).open(storeContext(systemClock))
    try {
      await expect(stranger.read(['k'])).rejects.toThrow()
      expect(await redis.exec('ACL', 'LOG')).toContain('other:1:')
    } finally {
      await stranger.close()
    }
  })
})

it.each(COMMANDS)('a user without %s is refused something: it is really needed', async (command) => {
  await allow(...COMMANDS.filter((one) => one !== command))
  const { store } = open()
  const refusals = async () => {
    if (store.available) await exercise(store)
    return redis.exec('ACL', 'LOG')
  }
  await expect
    .poll(refusals, { timeout: 10_000 })
    .toMatch(new RegExp(`^${command.replace('|', '\\|')}$`, 'm'))
})

describe('a user that may not', () => {
  it('track goes without, which is said', async () => {
    await allow(...COMMANDS.filter((one) => one !== 'client|tracking'))
    const { store, warnings } = open()
    await store.connected()
    expect(store.linkOf('k')).toMatchObject({ tracked: false, lost: false })
    expect(warnings).toEqual([expect.stringContaining('+client|tracking')])
  })

  it('ask for what it is told of is told of all that is read, which is said', async () => {
    await allow(...COMMANDS.filter((one) => one !== 'client|caching'))
    const { store, told, warnings } = open()
    const other = open()
    await Promise.all([store.connected(), other.store.connected()])
    expect(store.linkOf('k')).toMatchObject({ tracked: true, lost: false })
    expect(warnings).toEqual([expect.stringContaining('+client|caching')])
    await store.read(['k'])
    await other.store.ensureMarkers([ALL], 60_000)
    await claimOne(other.store, { key: 'k', version: version(), lease: 60_000, over: undefined })
    expect(await told()).toEqual([{ kind: 'entry', key: 'k' }])
  })

  it('ask for it any more, from now on, is told of all over the next link', async () => {
    await allow(...COMMANDS)
    const { store, availability, warnings, told } = open()
    await store.connected()
    await store.readMarkers([ALL])
    await allow(...COMMANDS.filter((one) => one !== 'client|caching'))
    await expect(store.readMarkers([ALL])).rejects.toThrow('client|caching')
    await expect.poll(() => availability, { timeout: 5_000 }).toEqual([true, false, true])
    expect(warnings.filter((warning) => warning.includes('+client|caching'))).toHaveLength(1)
    await store.readMarkers([ALL])
    await redis.exec('SET', `${PREFIX}:1:a`, 'x')
    expect(await told()).toEqual([{ kind: 'marker', name: ALL }])
  })

  it('ask who the server is must take it for another one at each connection', async () => {
    await allow(...COMMANDS.filter((one) => one !== 'info'))
    const { store, availability, found } = open()
    await store.connected()
    expect(store.label).toBe('redis of unknown version standalone')
    store.reopen()
    await expect.poll(() => availability, { timeout: 5_000 }).toEqual([true, false, true])
    expect(found.map(({ serverChanged }) => serverChanged)).toEqual([false, true])
  })

  it('log in is let in as soon as its password is right', async () => {
    await allow(...COMMANDS)
    await redis.exec('ACL', 'SETUSER', 'app', 'resetpass', '>another')
    const { store, warnings } = open()
    await expect(store.read(['k'])).rejects.toThrow('out of reach')
    expect(warnings).toEqual(['L2 connection failed, trying again'])
    await redis.exec('ACL', 'SETUSER', 'app', '>secret')
    await store.connected()
    expect(await store.read(['k'])).toEqual([{ kind: 'absent' }])
    expect(warnings).toHaveLength(1)
  })
})
