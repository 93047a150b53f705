/** What Redis remembers and tells where a link is tracked for what is asked for alone, as a cache without L1 has it. */
import { randomBytes } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import type { Change } from '../../src/stores/store.ts'
import { redisAndRaw } from './raw-redis.ts'
import { at, version, type Watched, watching } from './redis-tracked.ts'

const { redis, raw } = await redisAndRaw()

const LONG = 60_000
const entry = (key: string): Change => ({ kind: 'entry', key })
const value = (key: string) => ({ key, version: version(), body: randomBytes(40), life: LONG })
const soon = () => systemClock.now() + LONG

describe('where only what is asked for is told', () => {
  let asking: Watched
  beforeEach(async () => {
    asking = await watching(redis, { tracking: 'asked' })
    return () => asking.store.close()
  })
  const remembered = async () => Number(/tracking_total_keys:(\d+)/.exec(await raw.info('stats'))?.[1])

  it('the server remembers nothing of what is merely read, written or noted', async () => {
    const before = await remembered()
    const keys = Array.from({ length: 50 }, (_, index) => `k${index}`)
    await asking.store.write(
      keys.map((key) => value(key)),
      { notAfter: soon(), onlyAbsent: false, told: false },
    )
    await asking.store.read(keys)
    await Promise.all(keys.map((key) => asking.store.read([key])))
    await asking.store.board?.enrol('one', Buffer.from('card'), LONG)
    await asking.store.board?.lease('job', 'one', LONG)
    expect(await remembered()).toBe(before)
    await raw.mSet(Object.fromEntries(keys.map((key) => [at(key), 'x'])))
    expect(await asking.told()).toEqual([])
  })

  it('it remembers each key that was read to be told of, among others that were not', async () => {
    const keys = Array.from({ length: 50 }, (_, index) => `k${index}`)
    await Promise.all(keys.map((key, index) => asking.store.read([key], index % 7 === 0)))
    await raw.mSet(Object.fromEntries(keys.map((key) => [at(key), 'x'])))
    const expected = keys.filter((_, index) => index % 7 === 0).map(entry)
    const told = await asking.told()
    expect(told).toHaveLength(expected.length)
    expect(told).toEqual(expect.arrayContaining(expected))
  })

  it('a key that was read for both is told', async () => {
    await Promise.all([asking.store.read(['k'], true), asking.store.read(['k'])])
    await raw.set(at('k'), 'x')
    expect(await asking.told()).toEqual([entry('k')])
  })
})
