/** A real server that is frozen, killed, started again, or not there yet. */
import { type RedisServer, startRedis } from '@hitrate/test-support'
import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import type { StoreContext } from '../../src/stores/store.ts'
import { connectRaw } from './raw-redis.ts'
import { at, type Watched, watch } from './redis-tracked.ts'

const cleanUps: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

async function started(): Promise<RedisServer> {
  const redis = await startRedis()
  cleanUps.push(() => redis.stop())
  return redis
}

function open(redis: RedisServer, more: Partial<StoreContext> = {}): Watched {
  const watched = watch(redis.url, more)
  cleanUps.push(() => watched.store.close())
  return watched
}

/** With a server of its own. A beat takes a tenth of a second. */
async function connected() {
  const redis = await started()
  const watched = open(redis, { staleBound: 200 })
  await watched.store.connected()
  return { redis, ...watched }
}

const soon = (what: () => unknown) => expect.poll(what, { timeout: 10_000, interval: 5 })
/** How long it takes until a call is answered. */
async function untilAnswered({ store }: Watched): Promise<number> {
  const since = systemClock.now()
  await soon(() =>
    store.read(['k']).then(
      () => true,
      () => false,
    ),
  ).toBe(true)
  return systemClock.now() - since
}
const ourConnections = async (redis: RedisServer) =>
  (await redis.exec('CLIENT', 'LIST')).split('\n').filter((one) => / resp=3/.test(one)).length

describe('a server that is frozen', () => {
  it('for a moment keeps its link, which is proved again afterwards', async () => {
    const { redis, store, availability } = await connected()
    const link = store.linkOf('k')
    redis.freeze()
    const frozen = systemClock.now()
    const answer = store.read(['k'])
    await soon(() => systemClock.now() - frozen).toBeGreaterThan(150)
    expect(link.provenAt).toBeLessThanOrEqual(frozen)
    redis.thaw()
    expect(await answer).toEqual([{ kind: 'absent' }])
    await soon(() => link.provenAt).toBeGreaterThan(frozen)
    expect(store.linkOf('k')).toBe(link)
    expect(availability).toEqual([true])
  })

  it('for longer loses its link, and is found again at once when it is thawed', async () => {
    const all = await connected()
    const { redis, store, availability, found, told } = all
    const first = store.linkOf('k')
    redis.freeze()
    const pending = expect(store.read(['k'])).rejects.toThrow()
    await soon(() => first.lost).toBe(true)
    await pending
    await expect(store.read(['k'])).rejects.toThrow('out of reach')
    redis.thaw()
    expect(await untilAnswered(all)).toBeLessThan(1_000)
    expect(availability).toEqual([true, false, true])
    expect(found.map(({ serverChanged }) => serverChanged)).toEqual([false, false])
    expect(store.linkOf('k')).toMatchObject({ tracked: true, lost: false })
    await redis.exec('SET', at('k'), 'x')
    expect(await told()).toEqual([{ kind: 'entry', key: 'k' }])
    await soon(() => ourConnections(redis)).toBe(1)
  })

  it('does not keep a store from closing', async () => {
    const { redis, store } = await connected()
    redis.freeze()
    const pending = expect(store.read(['k'])).rejects.toThrow()
    await store.close()
    await pending
    redis.thaw()
    await soon(() => ourConnections(redis)).toBe(0)
  })

  it('when a store is opened is used as soon as it is thawed', async () => {
    const redis = await started()
    redis.freeze()
    const watched = open(redis, { staleBound: 200 })
    const waiting = watched.store.read(['k'])
    redis.thaw()
    expect(await waiting).toEqual([{ kind: 'absent' }])
  })
})

describe('a server that is killed', () => {
  it('rejects what is pending, and is found again, as another one, when it was started anew', async () => {
    const { redis, store, availability, found, told } = await connected()
    const first = store.linkOf('k')
    redis.freeze()
    const pending = expect(store.read(['k'])).rejects.toThrow()
    await redis.kill()
    await pending
    expect(first.lost).toBe(true)
    await expect(store.read(['k'])).rejects.toThrow('out of reach')
    await redis.restart()
    await soon(() => availability).toEqual([true, false, true])
    expect(found.map(({ serverChanged }) => serverChanged)).toEqual([false, true])
    await store.read(['k'])
    await redis.exec('SET', at('k'), 'x')
    expect(await told()).toEqual([{ kind: 'entry', key: 'k' }])
  })

  it('before the store was opened lets calls fail at once, and is used when it is there', async () => {
    const redis = await started()
    await redis.kill()
    const { store, availability } = open(redis)
    const since = systemClock.now()
    await expect(store.read(['k'])).rejects.toThrow('out of reach')
    expect(systemClock.now() - since).toBeLessThan(1_000)
    await redis.restart()
    await store.connected()
    expect(availability).toEqual([true])
    expect(await store.read(['k'])).toEqual([{ kind: 'absent' }])
  })
})

describe('a connection that is cut', () => {
  it('is made again to the same server', async () => {
    const { redis, store, availability, found } = await connected()
    const first = store.linkOf('k')
    await redis.exec('CLIENT', 'KILL', 'TYPE', 'normal')
    await soon(() => availability).toEqual([true, false, true])
    expect(found.map(({ serverChanged }) => serverChanged)).toEqual([false, false])
    expect(first.lost).toBe(true)
    expect(store.linkOf('k')).not.toBe(first)
  })

  it('by ourselves, many times at once, rejects what is pending and is made again once', async () => {
    const { redis, store, availability } = await connected()
    const first = store.linkOf('k')
    redis.freeze()
    const pending = Array.from({ length: 20 }, () => expect(store.read(['k'])).rejects.toThrow())
    for (let time = 0; time < 100; time++) store.reopen()
    expect(first.lost).toBe(true)
    expect(store.available).toBe(false)
    await Promise.all(pending)
    redis.thaw()
    await soon(() => availability).toEqual([true, false, true])
    await soon(() => ourConnections(redis)).toBe(1)
  })

  it('is made again however often that happens', async () => {
    const { redis, store } = await connected()
    for (let round = 0; round < 5; round++) {
      if (round % 2 === 0) store.reopen()
      else await redis.exec('CLIENT', 'KILL', 'TYPE', 'normal')
      await soon(() => store.available).toBe(true)
      expect(await store.read(['k'])).toEqual([{ kind: 'absent' }])
    }
    await soon(() => ourConnections(redis)).toBe(1)
  })
})

describe('a link that is being readied', () => {
  it('can be asked through the store it comes with, before it counts as available', async () => {
    const redis = await started()
    const seen: unknown[] = []
    const { store } = open(redis, {
      async onLink({ store: raw, serverChanged }) {
        const markers = await raw.ensureMarkers(['tag'], 1_000)
        seen.push(store.available, raw.available, raw.linkOf('k').tracked, markers.length, serverChanged)
      },
    })
    await store.connected()
    expect(seen).toEqual([false, true, true, 1, false])
  })

  it('is asked for again when what it was asked for failed', async () => {
    const redis = await started()
    let times = 0
    const { store } = open(redis, {
      async onLink() {
        if (++times < 3) throw new Error('not delivered')
      },
    })
    await store.connected()
    expect(times).toBe(3)
  })

  it('tells of changes from then on', async () => {
    const redis = await started()
    const raw = await connectRaw(redis.url)
    cleanUps.push(() => raw.destroy())
    const { store, told } = open(redis, {
      async onLink({ store: link }) {
        await link.read(['k'])
        await raw.set(at('k'), 'x')
      },
    })
    await store.connected()
    expect(await told()).toEqual([{ kind: 'entry', key: 'k' }])
  })
})
