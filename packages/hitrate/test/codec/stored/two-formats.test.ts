/** Two versions of the cache on one Redis, under one name, as during a rolling deploy. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type RedisServer, startRedis } from '@hitrate/test-support'
import { type Cache, createCache } from 'hitrate'
import { redisStore } from 'hitrate/redis'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { connectRaw, type RawRedis } from '../../stores/raw-redis.ts'
import type { Deed } from './neighbour.ts'

let redis: RedisServer
let raw: RawRedis
let neighbour: ChildProcess
/** Rejects when it has. */
let died: Promise<never>
let cache: Cache

async function ask(deed: Deed, key = 'k'): Promise<unknown> {
  const answered = once(neighbour, 'message')
  neighbour.send({ deed, key })
  const [answer] = await Promise.race([answered, died])
  return answer
}

beforeAll(async () => {
  redis = await startRedis()
  raw = await connectRaw(redis.url)
  neighbour = fork(fileURLToPath(new URL('neighbour.ts', import.meta.url)), [redis.url], {
    execArgv: ['--conditions=@hitrate/source', '--import', new URL('next-format.ts', import.meta.url).href],
  })
  died = once(neighbour, 'exit').then(() => Promise.reject(new Error('the neighbour has died')))
  died.catch(() => undefined) // it is killed in the end
  expect(await ask('ready')).toEqual({ l2: 'ready' })
})
beforeEach(async () => {
  cache = createCache({ name: 'shop', l2: redisStore(redis.url), l1: false })
  expect(await cache.ready()).toEqual({ l2: 'ready' })
  await cache.set('k', 'ours', { tags: ['tag'] })
  await ask('delete')
  await ask('load')
})
afterEach(async () => {
  await cache.close()
})
afterAll(async () => {
  neighbour.kill('SIGKILL')
  raw.destroy()
  await redis.stop()
})

test('each keeps its entries and markers under a number of its own', async () => {
  const keys = (await raw.keys('*')).sort()
  const kinds = ['a', 'e:k', 'i', 't:tag']
  expect(keys).toEqual([...kinds.map((kind) => `shop:1:${kind}`), ...kinds.map((kind) => `shop:2:${kind}`)])
})

test('each reads what it wrote itself', async () => {
  expect(await cache.get('k')).toBe('ours')
  expect(await ask('get')).toBe('loaded by the neighbour')
})

test.each<readonly [string, () => Promise<unknown>, Deed]>([
  ['key', () => cache.delete('k'), 'delete'],
  ['tag', () => cache.invalidate({ tags: ['tag'] }), 'deleteTag'],
  ['pattern', () => cache.invalidate({ pattern: '*' }), 'deleteEvery'],
  ['all', () => cache.invalidate('all'), 'deleteAll'],
])('what one invalidates by %s, the other keeps', async (_, ours, theirs) => {
  await ask(theirs)
  expect(await ask('get')).toBeNull()
  expect(await cache.get('k')).toBe('ours')
  await ask('load')
  await ours()
  expect(await cache.get('k')).toBeUndefined()
  expect(await ask('get')).toBe('loaded by the neighbour')
})

test('each loads what only the other has', async () => {
  await cache.set('mine', 1)
  expect(await ask('load', 'mine')).toBe('loaded by the neighbour')
  expect(await cache.getOrSet('theirs', () => 'loaded here')).toBe('loaded here')
  await ask('delete', 'mine')
})

test('neither finds what it can not read, or fails', async () => {
  await cache.get('k')
  await ask('get')
  const { decode_error, l2_error } = cache.metrics.totals().incidents
  expect({ decode_error, l2_error }).toEqual({ decode_error: 0, l2_error: 0 })
  expect(await ask('errors')).toEqual({ decode_error: 0, l2_error: 0 })
})
