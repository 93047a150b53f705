import { randomBytes } from 'node:crypto'
import { type RedisServer, startRedis } from '@hitrate/test-support'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { claimOne } from '../../src/testing/conformance/subject.ts'
import { version, type Watched, watching } from './redis-tracked.ts'

/** A server whose memory is full, and which evicts nothing. */
let redis: RedisServer
let watched: Watched
let mine: string

beforeAll(async () => {
  redis = await startRedis({ settings: { 'maxmemory-policy': 'noeviction' } })
})
afterAll(() => redis.stop())
beforeEach(async () => {
  await redis.exec('CONFIG', 'SET', 'maxmemory', '0')
  await redis.exec('FLUSHALL')
  watched = await watching(redis)
  mine = version()
  const { store } = watched
  await store.write([value('entry')], { notAfter: systemClock.now() + 60_000, onlyAbsent: false })
  await claimOne(store, { key: 'claim', version: mine, lease: 60_000, over: undefined })
  await redis.exec('CONFIG', 'SET', 'maxmemory', '1')
  return () => store.close()
})

const value = (key: string) => ({ key, version: version(), body: randomBytes(100), life: 60_000 })

it('refuses to store, which proves that it is alive', async () => {
  const { store, availability } = watched
  const before = store.linkOf('k').provenAt
  const terms = { notAfter: systemClock.now() + 60_000, onlyAbsent: false }
  const refused: unknown = await store.write([value('k')], terms).catch((error: unknown) => error)
  expect(refused).toSatisfy((error) => store.isReply?.(error) === true)
  expect(refused).toHaveProperty('message', expect.stringMatching(/^OOM /))
  expect(store.linkOf('k').provenAt).toBeGreaterThan(before)
  expect(availability).toEqual([true])
})

it('carries out removals', async () => {
  const { store, told } = watched
  expect(await store.delete(['entry'])).toBe(1)
  expect(await store.release('claim', mine, { pause: 0, remove: true })).toBe(true)
  expect(await store.read(['entry', 'claim'])).toEqual([{ kind: 'absent' }, { kind: 'absent' }])
  expect(await told()).toEqual([])
})

it('goes on telling what others remove', async () => {
  const other = await watching(redis)
  await watched.store.read(['entry'])
  await other.store.delete(['entry'])
  expect(await watched.told()).toEqual([{ kind: 'entry', key: 'entry' }])
  await other.store.close()
})
