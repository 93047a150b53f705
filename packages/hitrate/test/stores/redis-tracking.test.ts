/** What Redis tells on a tracked connection, seen through the store: coherence of L1 rests on each of these. */
import { randomBytes } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { ALL, type Change, type Store } from '../../src/stores/store.ts'
import { claimOne, fillOne } from '../../src/testing/conformance/subject.ts'
import { connectRaw, redisAndRaw } from './raw-redis.ts'
import { at, PREFIX, version, type Watched, watching } from './redis-tracked.ts'

const { redis, raw } = await redisAndRaw()
let watched: Watched
let store: Store
let other: Watched

beforeEach(async () => {
  await raw.configSet({ maxmemory: '0', 'tracking-table-max-keys': '1000000' })
  await raw.flushAll()
  const both = await Promise.all([watching(redis), watching(redis)])
  ;[watched, other] = both
  store = watched.store
  return () => Promise.all(both.map((one) => one.store.close()))
})

const LONG = 60_000
const entry = (key: string): Change => ({ kind: 'entry', key })
const marker = (name: string): Change => ({ kind: 'marker', name })
const soon = () => systemClock.now() + LONG
const value = (key: string, life = LONG) => ({ key, version: version(), body: randomBytes(40), life })
const write = (store: Store, ...keys: string[]) =>
  store.write(
    keys.map((key) => value(key)),
    { notAfter: soon(), onlyAbsent: false },
  )
async function claimed(by: Store, key: string): Promise<{ version: string; began: number }> {
  const mine = version()
  const reply = await claimOne(by, { key, version: mine, lease: LONG, over: 'steal' })
  if (reply.kind !== 'claimed') throw new Error(`not claimed: ${reply.kind}`)
  return { version: mine, began: reply.at }
}

describe('what was read is tracked', () => {
  it('and told once when others change it; it must be read again to be told again', async () => {
    await store.read(['k'])
    expect(store.linkOf('k')).toMatchObject({ tracked: true, lost: false })
    await raw.set(at('k'), 'x')
    await raw.set(at('k'), 'y')
    expect(await watched.told()).toEqual([entry('k')])
    await raw.set(at('k'), 'z')
    expect(await watched.told()).toEqual([])
    await store.read(['k'])
    await raw.del(at('k'))
    expect(await watched.told()).toEqual([entry('k')])
  })

  it('key by key, when many were read at once', async () => {
    await store.read(['a', 'b', 'c'])
    await raw.set(at('b'), 'x')
    expect(await watched.told()).toEqual([entry('b')])
    await raw.mSet({ [at('a')]: 'x', [at('c')]: 'x' })
    expect(await watched.told()).toEqual(expect.arrayContaining([entry('a'), entry('c')]))
  })

  it('also where nothing was', async () => {
    expect(await store.read(['k'])).toEqual([{ kind: 'absent' }])
    await write(other.store, 'k')
    expect(await watched.told()).toEqual([entry('k')])
  })

  it('under names of any kind', async () => {
    const keys = ['a:b:c', 'ünï cödé 漢字 🙂', 'with\nline', 'shop:1:e:k', ' ']
    await store.read(keys)
    await write(other.store, ...keys)
    expect(await watched.told()).toEqual(expect.arrayContaining(keys.map(entry)))
  })

  it('and what others read is not our concern', async () => {
    await other.store.read(['k'])
    await raw.set(at('k'), 'x')
    expect(await watched.told()).toEqual([])
  })

  it('markers too, the one of the whole cache included', async () => {
    await store.readMarkers(['tag', ALL])
    await other.store.stampMarkers(['tag'], 'delete', LONG)
    expect(await watched.told()).toEqual([marker('tag')])
    await other.store.stampMarkers([ALL], 'expire', LONG)
    expect(await watched.told()).toEqual([marker(ALL)])
  })

  it('in other databases too: the same key there is taken for ours, which is only cautious', async () => {
    await store.read(['k'])
    const elsewhere = await connectRaw(`${redis.url}/1`)
    await elsewhere.set(at('k'), 'x')
    elsewhere.destroy()
    expect(await watched.told()).toEqual([entry('k')])
  })
})

describe('a change is told', () => {
  beforeEach(async () => {
    await write(other.store, 'k')
    await store.read(['k'])
    await watched.told()
  })

  it.each<[string, () => Promise<unknown>]>([
    ['when another claims the key', () => claimed(other.store, 'k')],
    ['when another writes it', () => write(other.store, 'k')],
    ['when another deletes it', () => other.store.delete(['k'])],
    ['when another expires it', () => other.store.expire(['k'])],
    ['when somebody changes its expiry', () => raw.pExpire(at('k'), LONG)],
    ['when somebody renames it', () => raw.rename(at('k'), 'elsewhere')],
  ])('%s', async (_, change) => {
    await change()
    expect(await watched.told()).toEqual([entry('k')])
  })

  it('when its time is over', async () => {
    await raw.pExpire(at('k'), 20)
    await watched.told()
    await store.read(['k'])
    await expect.poll(() => watched.told(), { timeout: 5_000, interval: 10 }).toEqual([entry('k')])
  })

  it.each<[string, () => Promise<unknown>]>([
    ['FLUSHALL', () => raw.flushAll()],
    ['FLUSHALL ASYNC', () => raw.flushAll('ASYNC')],
    ['FLUSHDB', () => raw.flushDb()],
  ])('for everything at once after %s', async (_, flush) => {
    await flush()
    expect(await watched.told()).toEqual([{ kind: 'everything' }])
  })
})

describe.each(['all', 'asked'] as const)('our own writes, where links are tracked for %s', (tracking) => {
  beforeEach(async () => {
    const mine = await watching(redis, { tracking })
    watched = mine
    store = mine.store
    return () => mine.store.close()
  })

  /** Each writing operation of the contract, on a key or a marker that is read first. */
  const writes: readonly (readonly [string, Change, () => Promise<() => Promise<unknown>>])[] = [
    [
      'a claim of what is absent',
      entry('k'),
      async () => () => claimOne(store, { key: 'k', version: version(), lease: LONG, over: undefined }),
    ],
    [
      'a claim of a stale entry',
      entry('k'),
      async () => {
        await write(store, 'k')
        return () => claimed(store, 'k')
      },
    ],
    [
      "a claim that another's claim holds up",
      entry('k'),
      async () => {
        await claimed(other.store, 'k')
        return () => claimOne(store, { key: 'k', version: version(), lease: LONG, over: undefined })
      },
    ],
    [
      'a renewal',
      entry('k'),
      async () => {
        const claim = await claimed(store, 'k')
        return () => store.renew('k', claim.version, LONG)
      },
    ],
    [
      'a release of a bare claim',
      entry('k'),
      async () => {
        const claim = await claimed(store, 'k')
        return () => store.release('k', claim.version, { pause: 0, remove: false })
      },
    ],
    [
      'a release of a claimed entry',
      entry('k'),
      async () => {
        await write(store, 'k')
        const claim = await claimed(store, 'k')
        return () => store.release('k', claim.version, { pause: 100, remove: false })
      },
    ],
    [
      'a fill',
      entry('k'),
      async () => {
        const claim = await claimed(store, 'k')
        return () => fillOne(store, { ...value('k'), ...claim })
      },
    ],
    [
      'a fill that came too late',
      entry('k'),
      async () => {
        const claim = await claimed(store, 'k')
        return () => fillOne(store, { ...value('k'), ...claim, began: claim.began - LONG })
      },
    ],
    [
      'a fill that was refused',
      entry('k'),
      async () => {
        await claimed(other.store, 'k')
        return () => fillOne(store, { ...value('k'), began: 1 })
      },
    ],
    ['a write', entry('k'), async () => () => write(store, 'k')],
    [
      'a write that is not done, because something is there',
      entry('k'),
      async () => {
        await write(other.store, 'k')
        return () => store.write([value('k')], { notAfter: soon(), onlyAbsent: true })
      },
    ],
    ['a write of many', entry('b'), async () => () => write(store, 'a', 'b', 'c')],
    [
      'an expiry of an entry',
      entry('k'),
      async () => {
        await write(store, 'k')
        return () => store.expire(['k'])
      },
    ],
    [
      'an expiry of a claim',
      entry('k'),
      async () => {
        await claimed(store, 'k')
        return () => store.expire(['k'])
      },
    ],
    ['an expiry of nothing', entry('k'), async () => () => store.expire(['k'])],
    ['a marker made', marker('tag'), async () => () => store.ensureMarkers(['tag'], LONG)],
    [
      'a marker kept for longer',
      marker('tag'),
      async () => {
        await other.store.ensureMarkers(['tag'], 1_000)
        return () => store.ensureMarkers(['tag'], LONG)
      },
    ],
    ['a marker stamped', marker('tag'), async () => () => store.stampMarkers(['tag'], 'delete', LONG)],
    ['one of several', marker('b'), async () => () => store.stampMarkers(['a', 'b'], 'expire', LONG)],
    ['the marker of all', marker(ALL), async () => () => store.stampMarkers([ALL], 'delete', LONG)],
  ]
  /** What others do to what the change names. */
  const changeFromOutside = (change: Change): Promise<unknown> => {
    if (change.kind === 'entry') return raw.set(at(change.key), 'x')
    if (change.kind === 'everything') return raw.flushAll()
    return raw.set(change.name === ALL ? `${PREFIX}:1:a` : `${PREFIX}:1:t:${change.name}`, 'x')
  }

  it.each(writes)('%s is not told to us, and leaves its key tracked', async (_, change, prepare) => {
    const run = await prepare()
    await watched.told()
    await run()
    expect(await watched.told()).toEqual([])
    await changeFromOutside(change)
    expect(await watched.told()).toEqual([change])
  })

  it('a delete is not told to us, and what it deleted is tracked again once it is read', async () => {
    await write(store, 'k')
    await watched.told()
    await store.delete(['k', 'absent'])
    expect(await watched.told()).toEqual([])
    await store.read(['k'], true)
    await write(other.store, 'k')
    expect(await watched.told()).toEqual([entry('k')])
  })

  it('a delete on its way does not end the tracking of what is read after it', async () => {
    await write(store, 'k')
    await Promise.all([store.delete(['k']), store.read(['k'], true)])
    await write(other.store, 'k')
    expect(await watched.told()).toEqual([entry('k')])
  })
})

describe('a server that runs out of room', () => {
  it('tells what it evicts', async () => {
    const keys = Array.from({ length: 300 }, (_, index) => `k${index}`)
    await other.store.write(
      keys.map((key) => ({ ...value(key), body: randomBytes(10_000) })),
      { notAfter: soon(), onlyAbsent: false },
    )
    await store.read(keys)
    await watched.told()
    const used = /used_memory:(\d+)/.exec(await raw.info('memory'))?.[1]
    await raw.configSet({ 'maxmemory-policy': 'allkeys-lru', maxmemory: String(Number(used) - 500_000) })
    await expect.poll(() => raw.dbSize(), { timeout: 5_000 }).toBeLessThan(keys.length)
    await raw.configSet({ maxmemory: '0' })
    const told = new Set((await watched.told()).map((change) => (change.kind === 'entry' ? change.key : '')))
    const left = await store.read(keys)
    const evicted = keys.filter((_, index) => left[index]?.kind === 'absent')
    expect(evicted.length).toBeGreaterThan(10)
    expect(evicted.filter((key) => !told.has(key))).toEqual([])
  })

  it('tells what it evicts to make room for our own writes', async () => {
    const keys = Array.from({ length: 200 }, (_, index) => `k${index}`)
    const big = (key: string) => ({ ...value(key), body: randomBytes(10_000) })
    const terms = { notAfter: soon(), onlyAbsent: false }
    await other.store.write(keys.map(big), terms)
    const used = /used_memory:(\d+)/.exec(await raw.info('memory'))?.[1]
    await raw.configSet({ 'maxmemory-policy': 'allkeys-lru', maxmemory: String(Number(used) + 100_000) })
    await store.read(keys)
    await watched.told()
    for (let round = 0; round < 50; round++) await store.write([big(`own${round}`)], terms)
    const told = new Set((await watched.told()).map((change) => (change.kind === 'entry' ? change.key : '')))
    await raw.configSet({ maxmemory: '0' })
    const left = await store.read(keys)
    const evicted = keys.filter((_, index) => left[index]?.kind === 'absent')
    expect(evicted.length).toBeGreaterThan(10)
    expect(evicted.filter((key) => !told.has(key))).toEqual([])
  })

  it('for its table of what was read tells too much, never too little', async () => {
    await raw.configSet({ 'tracking-table-max-keys': '20' })
    const keys = Array.from({ length: 200 }, (_, index) => `k${index}`)
    const heard = new Set<string>()
    const hear = async () => {
      for (const change of await watched.told()) if (change.kind === 'entry') heard.add(change.key)
    }
    for (const key of keys) await store.read([key])
    await hear()
    expect(heard.size).toBeGreaterThan(150)
    for (const key of keys) await raw.set(at(key), 'x')
    await hear()
    expect(keys.filter((key) => !heard.has(key))).toEqual([])
  })
})

it('what a cache does with a change is no concern of the connection: an error there harms no reply', async () => {
  const failing = await watching(redis, {
    onChange: () => {
      throw new Error('a bug in the cache')
    },
  })
  try {
    const keys = Array.from({ length: 50 }, (_, index) => `k${index}`)
    const links = failing.store.linkOf('k')
    for (let round = 0; round < 5; round++) {
      await failing.store.read(keys)
      await raw.mSet(Object.fromEntries(keys.map((key) => [at(key), key])))
      const replies = await Promise.all(keys.map((key) => failing.store.read([key])))
      expect(replies.every(([one]) => one?.kind === 'junk')).toBe(true)
    }
    expect(failing.store.linkOf('k')).toBe(links)
    expect(links.lost).toBe(false)
  } finally {
    await failing.store.close()
  }
})

it('where no tracking is wanted, none is asked for', async () => {
  const untracked = await watching(redis, { tracking: 'none' })
  const clients = await redis.exec('CLIENT', 'LIST')
  const ours = (tracked: boolean) => clients.split('\n').filter((one) => / flags=\S*t/.test(one) === tracked)
  expect(untracked.store.linkOf('k')).toMatchObject({ tracked: false, lost: false })
  expect(ours(true)).toHaveLength(2)
  await untracked.store.read(['k'])
  await raw.set(at('k'), 'x')
  expect(await untracked.told()).toEqual([])
  await untracked.store.close()
})
