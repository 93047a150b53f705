import { type RedisServer, startRedis } from '@hitrate/test-support'
import { redisStore } from 'hitrate/redis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { entryBytes, parseStored } from '../../src/stores/redis/header.ts'
import { versionsOf } from '../../src/stores/redis/packed.ts'
import { portions } from '../../src/stores/redis/portions.ts'
import type { Change, ClaimReply, ClaimRequest, Store } from '../../src/stores/store.ts'
import { connectRaw, type RawRedis } from './raw-redis.ts'
import { storeContext } from './store-context.ts'

const versionOf = (text: string): string => text.padEnd(12, '-')

describe('bytes', () => {
  it('of many versions are one argument', () => {
    const bytes = versionsOf(['a', 'b', 'c'].map((name) => ({ version: versionOf(name) })))
    expect(bytes.toString()).toBe('a-----------b-----------c-----------')
  })

  it('of an entry are read as they were written', () => {
    const version = Buffer.from([...Array(12).keys()].map((byte) => byte * 23)).toString('latin1')
    const body = Buffer.from('body')
    expect(parseStored(entryBytes(version, 1_700_000_000_000.125, body))).toEqual({
      kind: 'entry',
      version,
      expired: false,
      refreshingUntil: 0,
      began: 1_700_000_000_000.125,
      body,
    })
  })

  it('are parted by number and by size, and what is too large goes alone', () => {
    const sizes = [10, 10, 10, 95, 60, 60, 1]
    const parts = portions([...sizes.keys()], (place) => sizes[place] ?? 0, { most: 2, bytes: 90 })
    expect(parts).toEqual([[0, 1], [2], [3], [4], [5, 6]])
  })
})

describe('on a server', () => {
  let redis: RedisServer
  let raw: RawRedis
  let store: Store
  const changes: Change[] = []
  const claims = (keys: readonly string[]): Promise<(ClaimReply | Error)[]> =>
    store.claim(keys.map((key) => ({ key, version: versionOf(key), lease: 10_000, over: undefined })))
  const fills = (keys: readonly string[], began: number, bodyOf: (key: string) => string) =>
    store.fill(
      keys.map((key) => ({
        key,
        version: versionOf(key),
        began,
        body: Buffer.from(bodyOf(key)),
        life: 10_000,
      })),
    )
  const beganOf = ([first]: readonly (ClaimReply | Error)[]): number =>
    first !== undefined && 'kind' in first && first.kind === 'claimed' ? first.at : 0
  const scriptCalls = async (): Promise<number> =>
    Number(/cmdstat_evalsha:calls=(\d+)/.exec(await raw.info('commandstats'))?.[1] ?? 0)
  const readings = async (): Promise<Record<string, number>> => {
    const stats = await raw.info('commandstats')
    const found = stats.matchAll(/cmdstat_(get|mget|getrange|exists|pttl):calls=(\d+)/g)
    return Object.fromEntries([...found].map(([, name, calls]) => [name, Number(calls)]))
  }

  beforeAll(async () => {
    redis = await startRedis()
    raw = await connectRaw(redis.url)
    store = redisStore(redis.url, { keyPrefix: 'g' }).open(
      storeContext(systemClock, { onChange: (change) => void changes.push(change) }),
    )
    await store.connected()
  })
  beforeEach(async () => {
    await claims(['first'])
    await fills(['first'], systemClock.wall(), () => 'the server knows both scripts now')
    await raw.configResetStat()
  })
  afterEach(() => {
    changes.length = 0
  })
  afterAll(async () => {
    await store.close()
    raw.destroy()
    await redis.stop()
  })

  it('claims are one script call, and so are fills', async () => {
    const keys = Array.from({ length: 100 }, (_, index) => `many:${index}`)
    const claimed = await claims(keys)
    const began = beganOf(claimed)
    expect(new Set(claimed)).toEqual(new Set([{ kind: 'claimed', at: began, kept: false }]))
    expect(await scriptCalls()).toBe(1)
    const filled = await fills(keys, began, (key) => `body of ${key}`)
    expect(new Set(filled)).toEqual(new Set(['stored']))
    expect(await scriptCalls()).toBe(2)
    const stored = await store.read(keys)
    expect(stored.map((one) => (one.kind === 'entry' ? one.body.toString() : one.kind))).toEqual(
      keys.map((key) => `body of ${key}`),
    )
    expect(changes).toEqual([])
  })

  it('claims of one call know each what they have seen, and live as long as each is to', async () => {
    const there = ['m:stale', 'm:dead', 'm:unseen']
    await fills(there, beganOf(await claims(there)), (key) => `body of ${key}`)
    await claims(['m:stolen', 'm:held'])
    const asked: readonly [string, ClaimRequest['over']][] = [
      ['m:free', undefined],
      ['m:stale', { version: versionOf('m:stale'), as: 'stale' }],
      ['m:dead', { version: versionOf('m:dead'), as: 'dead' }],
      ['m:unseen', undefined],
      ['m:stolen', 'steal'],
      ['m:held', undefined],
    ]
    const replies = await store.claim(
      asked.map(([key, over], place) => ({
        key,
        version: versionOf(`new ${place}`),
        lease: 20_000 * (place + 1) + 0.4,
        over,
      })),
    )
    expect(replies.map((reply) => (reply instanceof Error ? reply : reply.kind))).toEqual([
      'claimed',
      'claimed',
      'claimed',
      'changed',
      'claimed',
      'held',
    ])
    const stored = await store.read(asked.map(([key]) => key))
    expect(stored.map(({ kind }) => kind)).toEqual(['claim', 'entry', 'claim', 'entry', 'claim', 'claim'])
    const now = store.serverNow() ?? 0
    const [, stale] = stored
    const refreshedFor = stale?.kind === 'entry' ? stale.refreshingUntil - now : 0
    expect(refreshedFor).toBeGreaterThan(30_000)
    expect(refreshedFor).toBeLessThanOrEqual(40_001)
    for (const [key, lease] of [
      ['m:free', 20_001],
      ['m:dead', 60_001],
      ['m:stolen', 100_001],
    ] as const) {
      const [found] = (await raw.keys(`*${key}`)).slice(0, 1)
      const left = await raw.pTTL(found ?? '')
      expect(left).toBeGreaterThan(lease - 10_000)
      expect(left).toBeLessThanOrEqual(lease)
    }
  })

  it('however many keys there are, they are read by one command before they are written, and by one after', async () => {
    const keys = Array.from({ length: 100 }, (_, index) => `read:${index}`)
    const version = versionOf('w')
    const terms = { notAfter: systemClock.now() + 5_000, onlyAbsent: true }
    const began = beganOf(await claims(keys))
    expect(await readings()).toEqual({ mget: 1, exists: 1 })
    await fills(keys, began, () => 'body')
    expect(await readings()).toEqual({ mget: 2, exists: 2 })
    expect(await store.delete(keys)).toBe(100)
    expect(await readings()).toEqual({ mget: 2, exists: 3 })
    const requests = keys.map((key) => ({ key, version, body: Buffer.from('body'), life: 10_000 }))
    expect(new Set(await store.write(requests, terms))).toEqual(new Set([true]))
    expect(await readings()).toEqual({ mget: 3, exists: 5 })
  })

  it('a value from outside leaves alone what is no text, and is written beside it', async () => {
    await raw.sAdd('g:1:e:set', 'not ours')
    const requests = ['set', 'beside'].map((key) => ({
      key,
      version: versionOf(key),
      body: Buffer.from('body'),
      life: 10_000,
    }))
    const terms = { notAfter: systemClock.now() + 5_000, onlyAbsent: true }
    expect(await store.write(requests, terms)).toEqual([false, true])
    expect(await raw.type('g:1:e:set')).toBe('set')
  })

  it('a key that holds something else fails alone', async () => {
    await raw.rPush('g:1:e:list', 'not ours')
    const [list, other] = await claims(['list', 'other'])
    expect(list).toMatchObject({ message: expect.stringMatching(/^WRONGTYPE/) })
    expect(store.isReply?.(list)).toBe(true)
    expect(other).toMatchObject({ kind: 'claimed' })
  })

  it('what nobody here keeps is written without being tracked', async () => {
    const write = (key: string, told: boolean) =>
      store.write([{ key, version: versionOf(key), body: Buffer.from('body'), life: 10_000 }], {
        notAfter: systemClock.now() + 1_000,
        onlyAbsent: false,
        told,
      })
    expect(await write('kept', true)).toEqual([true])
    expect(await write('passed', false)).toEqual([true])
    await raw.del(['g:1:e:kept', 'g:1:e:passed'])
    await store.read(['kept'])
    expect(changes).toEqual([{ kind: 'entry', key: 'kept' }])
  })
})
