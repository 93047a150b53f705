import { type RedisCluster, startCluster } from '@hitrate/test-support'
import { redisStore } from 'hitrate/redis'
import { BOARD_CHECKS, LINK_CHECKS, STORE_CHECKS, type TrackedStoresUnderTest } from 'hitrate/testing'
import { createCluster } from 'redis'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { clusterKeySpace } from '../../src/stores/redis/keys.ts'
import type { Change, Store, TrackingMode } from '../../src/stores/store.ts'
import { storeContext } from './store-context.ts'

const PREFIX = 'conformance'
const space = clusterKeySpace(PREFIX)

let cluster: RedisCluster
let raw: Awaited<ReturnType<typeof connectRaw>>

async function connectRaw() {
  const client = createCluster({ rootNodes: [{ url: `redis://127.0.0.1:${cluster.nodes[0]?.exposedPort}` }] })
  client.on('error', () => undefined)
  await client.connect()
  return client
}

beforeAll(async () => {
  cluster = await startCluster({ replicas: 0 })
  raw = await connectRaw()
})
afterAll(async () => {
  raw.destroy()
  await cluster.stop()
})

async function open(tracking: TrackingMode, changes: Change[]): Promise<Store> {
  const context = storeContext(systemClock, { tracking, onChange: (change) => void changes.push(change) })
  const store = redisStore(cluster.url, { keyPrefix: PREFIX }).open(context)
  await store.connected()
  return store
}

const flush = () => Promise.all(raw.masters.map(async (node) => (await raw.nodeClient(node)).flushAll()))

/** Runs on an empty cluster, with two connections to each server. */
async function check(
  run: (subject: TrackedStoresUnderTest) => Promise<void>,
  tracking: TrackingMode = 'all',
): Promise<void> {
  await flush()
  const [told, otherTold]: [Change[], Change[]] = [[], []]
  const [store, other] = [await open(tracking, told), await open(tracking, otherTold)]
  try {
    await run({
      store,
      other,
      now: systemClock.now,
      pass: serverTimePasses,
      evict: async (key) => void (await raw.del(space.entries + key)),
      evictMarker: async (name) => void (await raw.del(space.marker(name))),
      flush: async () => void (await flush()),
      changesOf: (one) => (one === store ? told : otherTold),
      // An answer comes after all that was told before it.
      settled: async () => void (await Promise.all([store.info(), other.info()])),
    })
  } finally {
    await Promise.all([store.close(), other.close()])
  }
}

/** Asks all servers for their time until it is later by so much: there is no other way to wait for their clocks. */
async function serverTimePasses(by: number): Promise<void> {
  for (const node of raw.masters) {
    const client = await raw.nodeClient(node)
    const time = async () => {
      const [seconds, micros] = await client.time()
      return Number(seconds) * 1_000 + Number(micros) / 1_000
    }
    const until = (await time()) + by + 2
    while ((await time()) < until) await new Promise((resolve) => setImmediate(resolve))
  }
}

describe('the Redis store on a cluster', () => {
  for (const { name, run } of [...STORE_CHECKS, ...LINK_CHECKS, ...BOARD_CHECKS]) test(name, () => check(run))
})

describe('the Redis store on a cluster that tells of what it is asked for', () => {
  for (const { name, run } of LINK_CHECKS) test(name, () => check(run, 'asked'))
})
