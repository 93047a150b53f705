import { redisStore } from 'hitrate/redis'
import { BOARD_CHECKS, LINK_CHECKS, STORE_CHECKS, type TrackedStoresUnderTest } from 'hitrate/testing'
import { describe, test } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { ALL, type Change, type MarkerName, type Store, type TrackingMode } from '../../src/stores/store.ts'
import { redisAndRaw } from './raw-redis.ts'
import { storeContext } from './store-context.ts'

const { redis, raw } = await redisAndRaw()

async function open(prefix: string, tracking: TrackingMode, changes: Change[]): Promise<Store> {
  const context = storeContext(systemClock, { tracking, onChange: (change) => void changes.push(change) })
  const store = redisStore(redis.url, { keyPrefix: prefix }).open(context)
  await store.connected()
  return store
}

/** Runs on an empty server, with two connections of their own. */
async function check(
  prefix: string,
  run: (subject: TrackedStoresUnderTest) => Promise<void>,
  tracking: TrackingMode = 'all',
): Promise<void> {
  await raw.flushAll()
  const [told, otherTold]: [Change[], Change[]] = [[], []]
  const [store, other] = [await open(prefix, tracking, told), await open(prefix, tracking, otherTold)]
  const markerKey = (name: MarkerName) => (name === ALL ? `${prefix}:1:a` : `${prefix}:1:t:${name}`)
  try {
    await run({
      store,
      other,
      now: systemClock.now,
      pass: (by) => serverTimePasses(by),
      evict: async (key) => void (await raw.del(`${prefix}:1:e:${key}`)),
      evictMarker: async (name) => void (await raw.del(markerKey(name))),
      flush: async () => void (await raw.flushAll()),
      changesOf: (one) => (one === store ? told : otherTold),
      // An answer comes after all that was told before it.
      settled: async () => void (await Promise.all([store.info(), other.info()])),
    })
  } finally {
    await Promise.all([store.close(), other.close()])
  }
}

/** Asks the server for its time until it is later by so much: there is no other way to wait for its clock. */
async function serverTimePasses(by: number): Promise<void> {
  const time = async () => {
    const [seconds, micros] = await raw.time()
    return Number(seconds) * 1_000 + Number(micros) / 1_000
  }
  const until = (await time()) + by + 2
  while ((await time()) < until) await new Promise((resolve) => setImmediate(resolve))
}

describe('the Redis store', () => {
  for (const { name, run } of [...STORE_CHECKS, ...LINK_CHECKS, ...BOARD_CHECKS]) {
    test(name, () => check('conformance', run))
  }
})

describe('the Redis store that tells of what it is asked for', () => {
  for (const { name, run } of LINK_CHECKS) test(name, () => check('conformance', run, 'asked'))
})

describe('the Redis store under a prefix that could be a glob or a hash tag', () => {
  for (const { name, run } of STORE_CHECKS.filter(({ name }) => /scan|glob/.test(name))) {
    test(name, () => check('shop.{a}-b_c:1', run))
  }
})
