import { startRedis } from '@hitrate/test-support'
import { createCache } from 'hitrate'
import { redisStore } from 'hitrate/redis'
import { expect, test } from 'vitest'
import { record } from '../src/figures.ts'
import { connectRaw, keyOf } from '../src/raw-redis.ts'

/** What somebody left under our key, made from what we had written there. */
const LEFT: Readonly<Record<string, (ours: Buffer) => Buffer>> = {
  nothing: () => Buffer.alloc(0),
  'another text': () => Buffer.from('hello'),
  'the first half': (ours) => ours.subarray(0, ours.length / 2),
  'all but the last byte': (ours) => ours.subarray(0, -1),
  'a header alone': (ours) => ours.subarray(0, 40),
  'a flipped bit in the value': (ours) => flipped(ours, ours.length - 3),
  'a flipped bit in the middle': (ours) => flipped(ours, Math.floor(ours.length / 2)),
  'a newer format': (ours) => Buffer.concat([ours.subarray(0, 40), Buffer.from([99]), ours.subarray(41)]),
  'twice the same': (ours) => Buffer.concat([ours, ours]),
  zeros: (ours) => Buffer.alloc(ours.length),
  'a megabyte of noise': () => Buffer.alloc(1_000_000, 0xa7),
}

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[at] = (copy[at] ?? 0) ^ 4
  return copy
}

test.each(Object.keys(LEFT))('%s under a key of ours is a counted miss, and is replaced', async (left) => {
  await using redis = await startRedis()
  await using raw = await connectRaw(redis.url)
  await using cache = createCache({ l1: false, l2: redisStore(redis.url) })
  await cache.ready()
  await cache.set('item:1', { value: 'before' })
  const key = await keyOf(raw, 'item:1')
  const ours = await raw.send('GET', key)
  if (!Buffer.isBuffer(ours)) throw new Error(`${key} holds no bytes`)
  const make = LEFT[left]
  if (make === undefined) throw new Error('no such case')
  await raw.send('SET', key, make(ours))

  expect(await cache.get('item:1')).toBeUndefined()
  expect(await cache.getOrSet('item:1', async () => ({ value: 'after' }))).toEqual({ value: 'after' })
  await cache.idle()
  expect(await cache.get('item:1')).toEqual({ value: 'after' })
  const { incidents, missReasons } = cache.metrics.totals()
  expect(incidents.decode_error).toBeGreaterThan(0)
  expect(missReasons.decode_error).toBeGreaterThan(0)
  record({ scenario: `18 ${left} under a key`, errors: 0 })
})

test('another type under a key of ours surfaces nowhere', async () => {
  await using redis = await startRedis()
  await using raw = await connectRaw(redis.url)
  await using cache = createCache({ l1: false, l2: redisStore(redis.url) })
  await cache.ready()
  await cache.set('item:1', 'before')
  const key = await keyOf(raw, 'item:1')
  await raw.send('DEL', key)
  await raw.send('HSET', key, 'field', 'value')
  expect(await cache.getOrSet('item:1', async () => 'loaded')).toBe('loaded')
  await cache.delete('item:1')
  expect(await cache.getOrSet('item:1', async () => 'kept')).toBe('kept')
  await cache.idle()
  expect(await cache.get('item:1')).toBe('kept')
})

test('a value with __proto__ pollutes nothing, and nesting without end harms nobody', async () => {
  await using redis = await startRedis()
  await using cache = createCache({ l1: false, l2: redisStore(redis.url) })
  await cache.ready()
  const hostile: unknown = JSON.parse(
    '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
  )
  const load = async (): Promise<never> => hostile as never
  await cache.getOrSet('item:1', load)
  await cache.idle()
  const found = await cache.get('item:1')
  expect(found).toBeDefined()
  expect(Object.hasOwn({}, 'polluted')).toBe(false)
  expect(Reflect.get({}, 'polluted')).toBeUndefined()
  expect(JSON.stringify(found)).toContain('polluted')

  let bomb: readonly unknown[] = []
  for (let depth = 0; depth < 100_000; depth++) bomb = [bomb]
  expect(await cache.getOrSet('item:2', async () => bomb as never)).toBeDefined()
  await cache.idle()
  await cache.get('item:2')
})
