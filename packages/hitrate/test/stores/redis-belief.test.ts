/**
 * Two stores and a stranger write the same keys at once, while each store notes what it last knew of each key and drops
 * it when it is told of a change: what it still believes in the end must be what the server holds.
 */
import { randomBytes } from 'node:crypto'
import { type RedisServer, startRedis } from '@hitrate/test-support'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import type { Change, Store } from '../../src/stores/store.ts'
import { claimOne, fillOne } from '../../src/testing/conformance/subject.ts'
import { connectRaw, type RawRedis } from './raw-redis.ts'
import { at, version, type Watched, watching } from './redis-tracked.ts'

const KEYS = Array.from({ length: 12 }, (_, index) => `k${index}`)
const LONG = 600_000

let redis: RedisServer
let raw: RawRedis
const opened: Watched[] = []

beforeEach(async () => {
  redis = await startRedis({ settings: { 'maxmemory-policy': 'allkeys-random' } })
  raw = await connectRaw(redis.url)
})
afterEach(async () => {
  for (const { store } of opened.splice(0)) await store.close()
  raw.destroy()
  await redis.stop()
})

/** What a cache does, in short: it stores what it read or wrote unless a change came in between. */
async function believer(bodyBytes: number) {
  const known = new Map<string, string>()
  const generations = new Map<string, number>()
  const bump = (key: string) => {
    generations.set(key, (generations.get(key) ?? 0) + 1)
    known.delete(key)
  }
  const onChange = (change: Change) => {
    if (change.kind === 'entry') bump(change.key)
    if (change.kind === 'everything') for (const key of KEYS) bump(key)
  }
  const watched = await watching(redis, { onChange })
  opened.push(watched)
  const { store } = watched
  const believe = (key: string, generation: number | undefined, version: string) => {
    if (generations.get(key) === generation) known.set(key, version)
  }
  const body = randomBytes(bodyBytes)

  const acts: readonly ((key: string) => Promise<unknown>)[] = [
    async (key) => {
      const generation = generations.get(key)
      const [stored] = await store.read([key])
      if (stored?.kind === 'entry') believe(key, generation, stored.version)
    },
    async (key) => {
      bump(key)
      const generation = generations.get(key)
      const request = { key, version: version(), body, life: LONG }
      const terms = { notAfter: systemClock.now() + LONG, onlyAbsent: false }
      if ((await store.write([request], terms))[0] === true) believe(key, generation, request.version)
    },
    async (key) => {
      bump(key)
      const generation = generations.get(key)
      const mine = version()
      const reply = await claimOne(store, { key, version: mine, lease: LONG, over: undefined })
      if (reply.kind !== 'claimed') return
      const fill = { key, version: mine, began: reply.at, body, life: LONG }
      if ((await fillOne(store, fill)) === 'stored') believe(key, generation, mine)
    },
    async (key) => {
      bump(key)
      await store.delete([key])
      bump(key)
    },
  ]
  return { store, known, acts }
}

async function versionsOnServer(store: Store): Promise<ReadonlyMap<string, string>> {
  const stored = await store.read(KEYS)
  return new Map(
    KEYS.flatMap((key, index) => {
      const one = stored[index]
      return one?.kind === 'entry' ? [[key, one.version] as const] : []
    }),
  )
}

const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(systemClock.random() * from.length)]

/**
 * @param bodyBytes of each value
 * @param squeeze takes room from the server once all are connected
 */
async function play(rounds: number, bodyBytes: number, squeeze?: () => Promise<unknown>): Promise<void> {
  const believers = await Promise.all([believer(bodyBytes), believer(bodyBytes)])
  const looking = await watching(redis, { tracking: 'none' })
  opened.push(looking)
  await squeeze?.()
  const strangers: readonly ((key: string) => Promise<unknown>)[] = [
    (key) => raw.del(at(key)),
    (key) => raw.set(at(key), 'x'),
  ]
  for (let round = 0; round < rounds; round++) {
    const acts = Array.from({ length: 12 }, async () => {
      const actor = pick([...believers.map(({ acts }) => acts), strangers])
      // Where memory is full the server refuses to store.
      await pick(actor ?? [])?.(pick(KEYS) ?? '').catch(() => undefined)
    })
    await Promise.all(acts)
    // First what they hold, then an answer to each believer: what was told before it has been heard.
    const held = await versionsOnServer(looking.store)
    for (const { store } of believers) await store.info()
    for (const { known } of believers) {
      for (const [key, version] of known) expect(held.get(key), key).toBe(version)
    }
  }
}

describe('what a store believes is what the server holds', () => {
  it('while all write the same keys', async () => {
    await play(200, 40)
  })

  it('while the server has no room to track them all', async () => {
    await play(200, 40, () => raw.configSet({ 'tracking-table-max-keys': '4' }))
  })

  it('while the server evicts them, also for what we write ourselves', async () => {
    await play(300, 20_000, async () => {
      const used = /used_memory:(\d+)/.exec(await raw.info('memory'))?.[1]
      await raw.configSet({ maxmemory: String(Number(used) + 350_000) })
    })
    expect(Number(/evicted_keys:(\d+)/.exec(await raw.info('stats'))?.[1])).toBeGreaterThan(0)
  })
})
