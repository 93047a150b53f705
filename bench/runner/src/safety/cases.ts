import { type Cache, type CoherenceMode, createCache } from 'hitrate'
import { redisStore } from 'hitrate/redis'
import { createClient } from 'redis'

export const GROUPS = ['hit in L2', 'miss, instant loader', 'set'] as const
export type Group = (typeof GROUPS)[number]

/** One way to do a group's work. The first of a group is what the others are compared with. */
export interface Case {
  readonly group: Group
  readonly name: string
  /** Does it once; `index` grows and never comes back, also over rounds. */
  run(index: number): Promise<void>
  /** Resolves when no work of it is left, such as writing back what a miss has loaded. */
  settle(): Promise<void>
  /** Begins to watch; what it returns throws unless `count` operations since did what they stand for. */
  watch(): (count: number) => void
}

export interface Cases extends AsyncDisposable {
  readonly cases: readonly Case[]
  /** Stores what hits are to find; called before each round, on an empty Redis. */
  prepare(): Promise<void>
}

const HIT_KEYS = 1_000
const VALUE_BYTES = 800
const TTL_MS = 300_000

/** Raw node-redis against Hitrate without L1, which so asks Redis each time. */
export async function openCases(url: string): Promise<Cases> {
  const client = createClient({ url })
  // Its own 5 s deadline costs an AbortSignal per command: without, to see what is the client's and what is ours.
  const bare = createClient({ url, commandOptions: { timeout: 0 } })
  await Promise.all([client.connect(), bare.connect()])
  const caches = {
    tracking: await openCache(url, 'tracking'),
    none: await openCache(url, 'none'),
  }
  const cases = [
    rawHit('GET + JSON.parse', client),
    rawHit('the same, client’s timeout off', bare),
    cachedHit('Hitrate, coherence none', caches.none),
    cachedHit('Hitrate, coherence tracking', caches.tracking),
    rawMiss('GET, SET PX', client),
    rawMiss('the same, client’s timeout off', bare),
    cachedMiss('Hitrate, coherence none', caches.none),
    cachedMiss('Hitrate, coherence tracking', caches.tracking),
    rawSet('SET PX', client),
    rawSet('the same, client’s timeout off', bare),
    cachedSet('Hitrate, coherence none', caches.none),
    cachedSet('Hitrate, coherence tracking', caches.tracking),
  ]
  return {
    cases,
    prepare: async () => {
      for (let index = 0; index < HIT_KEYS; index++) {
        await client.set(`raw:${index}`, JSON.stringify(itemOf(index)), { PX: TTL_MS })
        for (const cache of Object.values(caches)) await cache.set(`item:${index}`, itemOf(index))
      }
    },
    [Symbol.asyncDispose]: async () => {
      client.destroy()
      bare.destroy()
      for (const cache of Object.values(caches)) await cache.close()
    },
  }
}

type Client = Pick<ReturnType<typeof createClient>, 'get' | 'set'>

interface Value {
  readonly id: number
  readonly price: number
  readonly tags: readonly string[]
  readonly text: string
}

/** 800 bytes as JSON. */
function itemOf(id: number): Value {
  const value = { id, price: 12.5, tags: ['a', 'b'], text: '' }
  return { ...value, text: 'x'.repeat(VALUE_BYTES - JSON.stringify(value).length) }
}

async function openCache(url: string, coherence: CoherenceMode): Promise<Cache> {
  const cache = createCache({ name: `bench-${coherence}`, l1: false, l2: redisStore(url), coherence })
  const { l2 } = await cache.ready()
  if (l2 !== 'ready') throw new Error(`Redis is ${l2}`)
  return cache
}

function expectId(found: unknown, id: number): void {
  if (typeof found !== 'object' || found === null || !('id' in found) || found.id !== id) {
    throw new Error(`expected value ${id}, got ${JSON.stringify(found)}`)
  }
}

/** Of a raw client nothing goes on behind an answer, and `run` has seen all there is. */
const raw = { settle: async () => undefined, watch: () => () => undefined }

function rawHit(name: string, client: Client): Case {
  return {
    group: 'hit in L2',
    name,
    run: async (index) => {
      const id = index % HIT_KEYS
      expectId(JSON.parse((await client.get(`raw:${id}`)) ?? 'null'), id)
    },
    ...raw,
  }
}

function cachedHit(name: string, cache: Cache): Case {
  const load = (): never => {
    throw new Error('a hit was expected')
  }
  return {
    group: 'hit in L2',
    name,
    run: async (index) => {
      const id = index % HIT_KEYS
      expectId(await cache.getOrSet<Value>(`item:${id}`, load), id)
    },
    settle: () => cache.idle(),
    watch: outcomesOf(cache, 'hit_l2'),
  }
}

function rawMiss(name: string, client: Client): Case {
  return {
    group: 'miss, instant loader',
    name,
    run: async (index) => {
      const key = `raw:miss:${index}`
      if ((await client.get(key)) !== null) throw new Error('a miss was expected')
      await client.set(key, JSON.stringify(itemOf(index)), { PX: TTL_MS })
    },
    ...raw,
  }
}

function cachedMiss(name: string, cache: Cache): Case {
  return {
    group: 'miss, instant loader',
    name,
    run: async (index) => {
      expectId(await cache.getOrSet(`miss:${index}`, () => itemOf(index)), index)
    },
    settle: () => cache.idle(),
    watch: outcomesOf(cache, 'miss'),
  }
}

function rawSet(name: string, client: Client): Case {
  return {
    group: 'set',
    name,
    run: async (index) => {
      await client.set(`raw:${index % HIT_KEYS}`, JSON.stringify(itemOf(index % HIT_KEYS)), { PX: TTL_MS })
    },
    ...raw,
  }
}

function cachedSet(name: string, cache: Cache): Case {
  return {
    group: 'set',
    name,
    run: async (index) => {
      const { delivered } = await cache.set(`item:${index % HIT_KEYS}`, itemOf(index % HIT_KEYS))
      if (!delivered) throw new Error('a write was not delivered')
    },
    settle: () => cache.idle(),
    watch: () => () => undefined,
  }
}

/** Figures of lookups that ended otherwise than they claim would be worth nothing. */
function outcomesOf(cache: Cache, outcome: 'hit_l2' | 'miss'): Case['watch'] {
  const counted = () => cache.metrics.overall().outcomes[outcome]
  return () => {
    const before = counted()
    return (count) => {
      const seen = counted() - before
      if (seen !== count) throw new Error(`${count} lookups should have ended as ${outcome}, ${seen} did`)
    }
  }
}
