import { startRedis } from '@hitrate/test-support'
import { CacheError, createCache } from 'hitrate'
import { redisStore } from 'hitrate/redis'
import { afterEach, describe, expect, it } from 'vitest'

const cleanUps: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp()
})

async function redis() {
  const server = await startRedis()
  cleanUps.push(() => server.stop())
  return server
}

function cacheOn(source: Parameters<typeof redisStore>[0], warnings: string[] = []) {
  const logger = {
    info: () => undefined,
    warn: (_fields: object, message: string) => void warnings.push(message),
    error: () => undefined,
  }
  const cache = createCache({ name: 'link', l1: false, l2: redisStore(source), logger })
  cleanUps.push(() => cache.close())
  return cache
}

describe('the link to Redis', () => {
  it('is used as soon as a server that refused our commands takes them', async () => {
    const server = await redis()
    await server.exec('ACL', 'SETUSER', 'default', '-eval')
    const warnings: string[] = []
    const cache = cacheOn(server.url, warnings)
    expect(await cache.ready({ timeout: '300ms' })).toEqual({ l2: 'unavailable' })
    expect(await cache.getOrSet('product:1', () => 1)).toBe(1)
    expect(warnings).toEqual(['L2 refuses our commands, trying again'])
    await server.exec('ACL', 'SETUSER', 'default', '+eval')
    expect(await cache.ready({ timeout: '5s' })).toEqual({ l2: 'ready' })
    await cache.set('product:1', 2)
    expect(await cache.get('product:1')).toBe(2)
  })

  it('attaches by itself when a server appears that was not there at the start', async () => {
    const server = await redis()
    await server.kill()
    const cache = cacheOn(server.url)
    expect(await cache.ready({ timeout: '200ms' })).toEqual({ l2: 'unavailable' })
    expect(await cache.getOrSet('product:1', () => 1)).toBe(1)
    await server.restart()
    expect(await cache.ready({ timeout: '10s' })).toEqual({ l2: 'ready' })
  })

  it('is made again when the server was killed and came back, and callers see no error meanwhile', async () => {
    const server = await redis()
    const cache = cacheOn(server.url)
    await cache.ready()
    await cache.set('product:1', 1)
    await server.kill()
    expect(await cache.getOrSet('product:1', () => 2)).toBe(2)
    expect(await cache.set('product:1', 3)).toEqual({ count: 0, delivered: false })
    expect(cache.metrics.health().reasons).toContain('l2_unavailable')
    await server.restart()
    await expect.poll(() => cache.ready({ timeout: '1s' }), { timeout: 10_000 }).toEqual({ l2: 'ready' })
    await cache.set('product:1', 4)
    expect(await cache.get('product:1')).toBe(4)
  })

  it('takes a client of the user, which it neither uses nor closes', async () => {
    const server = await redis()
    const { createClient } = await import('redis')
    const client = createClient({ url: server.url })
    await client.connect()
    cleanUps.push(async () => client.destroy())
    const cache = cacheOn(client)
    expect(await cache.ready()).toEqual({ l2: 'ready' })
    await cache.set('product:1', 1)
    await cache.close()
    expect(await client.ping()).toBe('PONG')
    expect(await client.exists('link:1:e:product:1')).toBe(1)
  })
})

describe('a Redis URL', () => {
  it.each([
    ['http://localhost', 'a URL of scheme "http"'],
    ['localhost:6379', 'text that is not a URL'],
    ['redis://localhost/abc', 'a URL with the database "abc"'],
    ['redis://user:50%off@localhost', 'a URL with a % that begins no escape'],
  ])('like %s is refused in one line that names what is accepted', (url, given) => {
    expect(() => redisStore(url)).toThrow(CacheError)
    expect(() => redisStore(url)).toThrow(given)
    expect(() => redisStore(url)).toThrow('accepted: ')
  })

  it('is never repeated with its password', () => {
    for (const url of [
      'http://user:secret@localhost',
      'redis://user:secret@localhost/abc',
      'redis://user:secret%@localhost',
    ]) {
      expect(() => redisStore(url)).toThrow(
        expect.not.objectContaining({ message: expect.stringContaining('secret') }),
      )
    }
  })
})
