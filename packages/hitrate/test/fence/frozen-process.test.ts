/** A real process, stopped by the system between its load and its fill, while others go on. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { type RedisServer, startRedis } from '@hitrate/test-support'
import { type Cache, createCache } from 'hitrate'
import { redisStore } from 'hitrate/redis'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { connectRaw, type RawRedis } from '../stores/raw-redis.ts'

let redis: RedisServer
let raw: RawRedis
let cache: Cache
let sleeper: ChildProcess

beforeEach(async () => {
  redis = await startRedis()
  raw = await connectRaw(redis.url)
  cache = createCache({ name: 'sleeper', l2: redisStore(redis.url), l1: false })
  await cache.ready()
  sleeper = fork(fileURLToPath(new URL('sleeper.ts', import.meta.url)), [redis.url], {
    execArgv: ['--conditions=@hitrate/source'],
  })
  expect(await once(sleeper, 'message')).toContain('loading')
  sleeper.kill('SIGSTOP')
})
afterEach(async () => {
  sleeper.kill('SIGKILL')
  await cache.close()
  raw.destroy()
  await redis.stop()
})

async function wakeUp(value: string): Promise<unknown> {
  const answered = once(sleeper, 'message')
  sleeper.kill('SIGCONT')
  sleeper.send(value)
  const [answer] = await answered
  return answer
}

test('its late fill does not replace what was loaded after its lease had ended', async () => {
  // The lease ends at once instead of in its three seconds.
  await raw.pExpire('sleeper:1:e:k', 1)
  await expect.poll(() => raw.exists('sleeper:1:e:k'), { interval: 5 }).toBe(0)
  expect(await cache.getOrSet('k', () => 'new')).toBe('new')
  await cache.idle()
  expect(await wakeUp('old')).toEqual({ value: 'old', inCache: 'new' })
  expect(await cache.get('k')).toBe('new')
})

test('its late fill does not bring back what was deleted meanwhile', async () => {
  await cache.delete('k')
  expect(await wakeUp('old')).toEqual({ value: 'old', inCache: null })
  expect(await cache.get('k')).toBeUndefined()
})

test('its late fill is void when everything was invalidated meanwhile', async () => {
  await cache.invalidate('all')
  expect(await wakeUp('old')).toEqual({ value: 'old', inCache: null })
  expect(await cache.get('k')).toBeUndefined()
})
