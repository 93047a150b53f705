/** Processes of their own on a real Redis. A bucket is 10 s and real time: these tests take a minute. */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { type RedisServer, startCluster, startRedis } from '@hitrate/test-support'
import { type Cache, createCache } from 'hitrate'
import { redisStore } from 'hitrate/redis'
import { afterAll, beforeAll, describe, test, vi } from 'vitest'
import { connectRaw } from '../stores/raw-redis.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 })
/** A bucket has ended, was told, and added up. */
const SEEN = { timeout: 45_000, interval: 500 }

interface Member {
  readonly id: string
  readonly child: ChildProcessByStdio<Writable, Readable, null>
  say(line: string): Promise<string>
}

const children: ChildProcessByStdio<Writable, Readable, null>[] = []

async function startMember(url: string, name = 'shop'): Promise<Member> {
  const path = new URL('./fleet-process.ts', import.meta.url).pathname
  const child = spawn(process.execPath, ['--conditions=@hitrate/source', path], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, REDIS_URL: url, NAME: name },
  })
  children.push(child)
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const next = async (): Promise<string> => String((await lines.next()).value)
  const id = await next()
  return {
    id,
    child,
    say(line) {
      child.stdin.write(`${line}\n`)
      return next()
    },
  }
}

async function totalOf({ fleet }: Cache): Promise<number> {
  const view = await fleet?.view({ window: '5m' })
  return view?.scope === 'fleet' ? view.figures.overall({ window: '5m' }).totalRequests : -1
}

const stateOf = async ({ fleet }: Cache, id: string) =>
  (await fleet?.instances())?.instances.find((instance) => instance.id === id)?.state

let redis: RedisServer
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await redis.stop()
})

describe.concurrent('on a real Redis', () => {
  test('three processes are seen as their sum; one killed is missing within 30 s, one closed has ended', async ({
    expect,
  }) => {
    await using here = createCache({ name: 'shop', l1: false, l2: redisStore(redis.url) })
    const [one, two, three] = await Promise.all([1, 2, 3].map(() => startMember(redis.url)))
    const stranger = await startMember(redis.url, 'other')
    if (one === undefined || two === undefined || three === undefined) throw new Error('three members')
    await Promise.all([one.say('a:1 10'), two.say('a:1 20'), three.say('b:1 30'), stranger.say('a:1 400')])
    await here.get('c:1')
    await expect.poll(() => totalOf(here), SEEN).toBe(61)

    two.child.kill('SIGKILL')
    const killed = performance.now()
    three.child.stdin.write('close\n')
    await expect.poll(() => stateOf(here, two.id), { timeout: 32_000, interval: 250 }).toBe('missing')
    expect(performance.now() - killed).toBeLessThan(30_000)
    expect(await stateOf(here, three.id)).toBe('ended')
    expect(await stateOf(here, one.id)).toBe('alive')
    expect(await stateOf(here, stranger.id)).toBeUndefined()
    expect(await totalOf(here)).toBe(61)
  })

  test('what others leave under its keys is skipped and counted; another version is shown as unreadable', async ({
    expect,
  }) => {
    await using here = createCache({ name: 'mixed', l1: false, l2: redisStore(redis.url) })
    const raw = await connectRaw(redis.url)
    await here.ready()
    await here.get('a:1')
    const keep = setInterval(() => {
      // As a process of another version would, and one that writes nonsense; with the server's time as it is written.
      const stamp = Buffer.alloc(8)
      stamp.writeDoubleBE(Date.now())
      const slot = Math.floor(Date.now() / 10_000) * 10_000 - 10_000
      void raw.hSet('mixed:1:m', { newer: Buffer.concat([stamp, Buffer.from('C\u0002 tomorrow')]) })
      void raw.hSet('mixed:1:m', { nonsense: Buffer.concat([stamp, Buffer.from('?')]) })
      void raw.set(`mixed:1:n:t1:${slot}:newer`, 'F\u0002 tomorrow')
      void raw.set(`mixed:1:n:t1:${slot}:nonsense`, 'what is this')
      void raw.set(`mixed:1:n:s1:0:${slot - 600_000}`, 'nor this')
    }, 500)
    try {
      await expect.poll(() => totalOf(here), SEEN).toBe(1)
      expect(await stateOf(here, 'newer')).toBe('unreadable')
      expect(await stateOf(here, 'nonsense')).toBe('unreadable')
      expect(here.metrics.totals().incidents.fleet_unreadable).toBeGreaterThan(0)
    } finally {
      clearInterval(keep)
      raw.destroy()
    }
  })

  test('on a cluster, where notes lie on all servers, the fleet is seen as a whole', async ({ expect }) => {
    await using cluster = await startCluster({ replicas: 0 })
    await using here = createCache({ name: 'shop', l1: false, l2: redisStore(cluster.url) })
    await using there = createCache({ name: 'shop', l1: false, l2: redisStore(cluster.url) })
    await Promise.all([here.ready({ timeout: '15s' }), there.ready({ timeout: '15s' })])
    for (let time = 0; time < 5; time++) await there.get('a:1')
    await here.get('b:1')
    await expect.poll(() => totalOf(here), SEEN).toBe(6)
    await expect.poll(() => totalOf(there), SEEN).toBe(6)
  })

  test('a process whose Redis is gone shows itself and says so', async ({ expect }) => {
    await using own = await startRedis()
    await using here = createCache({ name: 'shop', l1: false, l2: redisStore(own.url) })
    await here.ready()
    await here.get('a:1')
    await own.stop()
    const view = async () => here.fleet?.view({ window: '5m' })
    await expect
      .poll(view, { timeout: 10_000 })
      .toMatchObject({ scope: 'process', absence: 'l2_unavailable', instances: [] })
    expect((await view())?.figures.overall({ window: '5m' }).totalRequests).toBe(1)
    await expect(here.fleet?.lease('alert', '1m')).rejects.toMatchObject({ code: 'l2_unavailable' })
  })
})
