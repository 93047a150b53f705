/** What others may leave under our keys: every operation takes it for nothing of ours, and goes on. */
import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { type Cache, createCache } from 'hitrate'
import { redisStore } from 'hitrate/redis'
import { beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import type { Store, Stored } from '../../src/stores/store.ts'
import { claimOne, fillOne } from '../../src/testing/conformance/subject.ts'
import { redisAndRaw } from './raw-redis.ts'
import { storeContext } from './store-context.ts'

const { redis, raw } = await redisAndRaw()
let store: Store
let cache: Cache

beforeEach(async () => {
  await raw.flushAll()
  store = redisStore(redis.url).open(storeContext(systemClock, { name: 'junk' }))
  cache = createCache({ name: 'junk', l2: redisStore(redis.url, { timeout: '5s' }), l1: false })
  await store.connected()
  await cache.ready()
  return () => Promise.all([store.close(), cache.close()])
})

const KEY = 'junk:1:e:k'
const version = () => randomBytes(12).toString('latin1')
const stamp = (at: number) => {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleBE(at)
  return bytes
}
const head = (kind: string) => Buffer.concat([Buffer.from(`H${kind}\0`), randomBytes(12)])

/** Text, bytes, and what looks like ours up to a point. */
const JUNK: Readonly<Record<string, () => Buffer>> = {
  'nothing at all': () => Buffer.alloc(0),
  text: () => Buffer.from('hello'),
  'a long text': () => Buffer.alloc(5_000, 'x'),
  'our first byte alone': () => Buffer.from('H'),
  'a claim cut short': () => head('c'),
  'a claim cut short within its stamp': () => Buffer.concat([head('c'), stamp(9e15)]).subarray(0, 20),
  'a claim with more behind it': () => Buffer.concat([head('c'), stamp(9e15), Buffer.from('more')]),
  'an entry cut short': () => Buffer.concat([head('e'), stamp(0)]),
  'an entry without a body': () => Buffer.concat([head('e'), stamp(0), stamp(1), stamp(1)]),
  'an entry whose stamps differ': () =>
    Buffer.concat([head('e'), stamp(0), stamp(1), stamp(2), randomBytes(50)]),
  'an entry of another kind': () => Buffer.concat([head('z'), stamp(0), stamp(1), stamp(1), randomBytes(50)]),
  'an entry with a damaged body': () =>
    Buffer.concat([head('e'), stamp(0), stamp(Date.now()), stamp(Date.now()), randomBytes(50)]),
}

/** Those that even from outside look like an entry; a value from outside leaves them alone. */
const LIKE_AN_ENTRY = ['an entry whose stamps differ', 'an entry with a damaged body']

describe.each(Object.entries(JUNK))('under a key: %s', (name, junk) => {
  beforeEach(() => raw.set(KEY, junk()))

  test('a lookup takes it for a miss, loads once, and puts the value in its place', async () => {
    let loads = 0
    const load = () => ({ loads: ++loads })
    const began = systemClock.now()
    expect(await cache.getOrSet('k', load)).toEqual({ loads: 1 })
    expect(systemClock.now() - began).toBeLessThan(2_000)
    await cache.idle()
    expect(await cache.getOrSet('k', load)).toEqual({ loads: 1 })
    expect(cache.metrics.overall().outcomes).toMatchObject({ hit_l2: 1, miss: 1 })
  })

  test('a set replaces it', async () => {
    expect(await cache.set('k', 1)).toEqual({ count: 1, delivered: true })
    expect(await cache.get('k')).toBe(1)
  })

  test('a warm value takes its place, unless it looks like an entry even from outside', async () => {
    const warmed = LIKE_AN_ENTRY.includes(name) ? 0 : 1
    expect(await cache.warm([{ key: 'k', value: 2 }])).toMatchObject({ warmed })
    expect(await cache.get('k')).toBe(warmed === 1 ? 2 : undefined)
  })

  test('delete removes it, expire removes it or makes it stale, renew, release and fill leave it', async () => {
    expect(await store.renew('k', version(), 1_000)).toBe(false)
    expect(await store.release('k', version(), { pause: 0, remove: true })).toBe(false)
    const request = { key: 'k', version: version(), began: Date.now(), body: randomBytes(60), life: 1_000 }
    expect(await fillOne(store, request)).toBe('refused')
    expect(await raw.strLen(KEY)).toBe(junk().length)
    await store.expire(['k'])
    expect(await cache.get('k')).toBeUndefined()
    await raw.set(KEY, junk())
    expect(await store.delete(['k'])).toBe(1)
    expect(await raw.exists(KEY)).toBe(0)
  })
})

describe.each(['list', 'hash', 'set'])('under a key: a %s', (type) => {
  beforeEach(async () => {
    if (type === 'list') await raw.lPush(KEY, 'x')
    else if (type === 'hash') await raw.hSet(KEY, 'x', 'y')
    else await raw.sAdd(KEY, 'x')
  })

  test('lookups go on to the loader, and delete makes room', async () => {
    expect(await cache.getOrSet('k', () => 1)).toBe(1)
    expect(await cache.getMany(['k', 'other'])).toEqual([undefined, undefined])
    await cache.delete('k')
    expect(await cache.getOrSet('k', () => 2)).toBe(2)
    await cache.idle()
    expect(await cache.get('k')).toBe(2)
  })

  test('a set replaces it', async () => {
    await cache.set('k', 1)
    expect(await cache.get('k')).toBe(1)
  })
})

describe('under a marker: bytes that are no marker', () => {
  test.each(['junk:1:t:tag', 'junk:1:a', 'junk:1:i'])('%s: entries die, and new ones live', async (key) => {
    const load = () => 1
    const options = { tags: ['tag'] }
    await cache.getOrSet('k', load, options)
    await cache.idle()
    await raw.set(key, 'M and no more')
    if (key !== 'junk:1:i') expect(await cache.get('k')).toBeUndefined()
    // What began before the marker was made anew is void, so the first fill may be refused.
    for (let round = 0; round < 3; round++) {
      await cache.getOrSet('k', load, options)
      await cache.idle()
    }
    expect(await cache.get('k')).toBe(1)
    await cache.invalidate({ tags: ['tag'] })
    expect(await cache.get('k')).toBeUndefined()
  })
})

test('random bytes under a key are never an error and never a value', async () => {
  const random = fc.oneof(
    fc.uint8Array({ maxLength: 80 }),
    fc.uint8Array({ maxLength: 80 }).map((bytes) => Uint8Array.from([0x48, 0x65, ...bytes])),
    fc.uint8Array({ maxLength: 80 }).map((bytes) => Uint8Array.from([0x48, 0x63, ...bytes])),
  )
  await fc.assert(
    fc.asyncProperty(random, async (bytes) => {
      await raw.set(KEY, Buffer.from(bytes))
      const [stored] = await store.read(['k'])
      expect(stored).toSatisfy((one: Stored) => ['junk', 'entry', 'claim'].includes(one.kind))
      expect(await cache.get('k')).toBeUndefined()
      expect(await cache.peek('k')).toBeUndefined()
      await claimOne(store, { key: 'k', version: version(), lease: 50, over: undefined })
      await store.expire(['k'])
    }),
    { numRuns: 200 },
  )
})

test('after SCRIPT FLUSH every script is sent anew', async () => {
  const flush = () => raw.sendCommand(['SCRIPT', 'FLUSH'])
  const began = async () => {
    await flush()
    const reply = await claimOne(store, { key: 'k', version: 'v'.repeat(12), lease: 5_000, over: 'steal' })
    return reply.kind === 'claimed' ? reply.at : 0
  }
  const at = await began()
  expect(at).toBeGreaterThan(0)
  await flush()
  expect(await store.renew('k', 'v'.repeat(12), 5_000)).toBe(true)
  await flush()
  const fill = { key: 'k', version: 'v'.repeat(12), began: at, body: randomBytes(9), life: 5_000 }
  expect(await fillOne(store, fill)).toBe('stored')
  await flush()
  expect(await store.expire(['k'])).toBe(1)
  await flush()
  const write = { key: 'k', version: version(), body: randomBytes(9), life: 5_000 }
  expect(await store.write([write], { notAfter: systemClock.now() + 5_000, onlyAbsent: false })).toEqual([
    true,
  ])
  await flush()
  expect(await store.release('k', write.version, { pause: 0, remove: true })).toBe(true)
  expect(await store.read(['k'])).toEqual([{ kind: 'absent' }])
  await flush()
  const [made] = await store.ensureMarkers(['tag'], 5_000)
  await flush()
  const [stamped] = await store.stampMarkers(['tag'], 'delete', 5_000)
  expect(stamped?.nonce).toBe(made?.nonce)
})
