import { startRedis } from '@hitrate/test-support'
import { createCache } from 'hitrate'
import { redisStore } from 'hitrate/redis'
import { expect, test, vi } from 'vitest'
import { alertsSchema } from '../../src/contract/alert-schemas.ts'
import { type AlertsOptions, createMonitor, type Monitor } from '../../src/index.ts'
import { ask } from '../support/monitors.ts'
import { type Receiver, startReceiver } from '../support/receiver.ts'

vi.setConfig({ testTimeout: 60_000 })
const NOTICED = { timeout: 20_000, interval: 50 }

/** What was told of a rule, in order. */
function toldOf({ messages }: Receiver, rule: string): readonly string[] {
  return messages.filter(({ alert }) => alert?.rule === rule).map(({ event }) => event)
}

/** Lookups all the time, of keys that `key` names, until it is stopped. */
function trafficOn(lookup: () => Promise<unknown>): { stop(): Promise<void> } {
  let running = true
  const run = async (): Promise<void> => {
    while (running) {
      await lookup()
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  const ended = Promise.all([run(), run(), run()])
  return {
    async stop() {
      running = false
      await ended
    },
  }
}

/** For how many milliseconds it has been looking since an alert was resolved. */
async function looksSinceResolved(monitor: Monitor): Promise<number> {
  const { evaluated_at, recent } = alertsSchema.parse((await ask(monitor, '/alerts')).json)
  return Date.parse(evaluated_at ?? '') - Date.parse(recent[0]?.resolved_at ?? '')
}

const QUICK: AlertsOptions['rules'] = {
  l2_lost: { for: '1s' },
  low_hit_rate: { window: '10s', for: '1s', minSamples: 50 },
}

test('a Redis that freezes under traffic is told once, and once that it is back', async () => {
  await using redis = await startRedis()
  await using receiver = await startReceiver()
  await using cache = createCache({ name: 'shop', l2: redisStore(redis.url) })
  expect(await cache.ready()).toEqual({ l2: 'ready' })
  const monitor = createMonitor({
    cache,
    alerts: { interval: '1s', rules: QUICK, webhooks: [{ url: receiver.url }] },
  })
  const traffic = trafficOn(() => {
    const id = Math.floor(Math.random() * 500)
    return cache.getOrSet(`product:${id}`, () => ({ id }), { ttl: '1s' })
  })
  await expect.poll(() => cache.metrics.overall().totalRequests, NOTICED).toBeGreaterThan(1_000)
  expect(receiver.received).toEqual([])

  redis.freeze()
  await expect.poll(() => toldOf(receiver, 'l2_lost'), NOTICED).toEqual(['raised'])
  redis.thaw()
  await expect.poll(() => toldOf(receiver, 'l2_lost'), NOTICED).toEqual(['raised', 'resolved'])
  // Exactly once each, also after more looks at the traffic with Redis back.
  await expect.poll(() => looksSinceResolved(monitor), NOTICED).toBeGreaterThan(2_000)
  await traffic.stop()
  await monitor.close()
  expect(toldOf(receiver, 'l2_lost')).toEqual(['raised', 'resolved'])
})

test('a hit rate ruined by keys that nobody asked for before is told once, and once that it is well again', async () => {
  await using receiver = await startReceiver()
  await using cache = createCache({ name: 'shop' })
  const products = cache.keyspace('product:{id:int}', { load: ({ id }) => ({ id }) })
  const monitor = createMonitor({
    cache,
    alerts: { interval: '1s', rules: QUICK, webhooks: [{ url: receiver.url }] },
  })
  const shoppers = trafficOn(() => products.get({ id: Math.floor(Math.random() * 100) }))
  await expect.poll(() => cache.metrics.overall().cacheHits, NOTICED).toBeGreaterThan(1_000)
  expect(receiver.received).toEqual([])
  await shoppers.stop()

  let next = 1_000
  const crawler = trafficOn(() => products.get({ id: next++ }))
  await expect.poll(() => toldOf(receiver, 'low_hit_rate'), NOTICED).toEqual(['raised'])
  await crawler.stop()
  const again = trafficOn(() => products.get({ id: Math.floor(Math.random() * 100) }))
  await expect.poll(() => toldOf(receiver, 'low_hit_rate'), NOTICED).toEqual(['raised', 'resolved'])
  await again.stop()
  await monitor.close()
  expect(receiver.messages.map(({ alert }) => alert?.pattern)).toEqual(['product:*', 'product:*'])
})

test('what two processes on one Redis see is told once, and once that it is well again', async () => {
  await using redis = await startRedis()
  await using receiver = await startReceiver()
  const processes = await Promise.all(
    ['web-0', 'web-1'].map(async (name) => {
      const cache = createCache({ name: 'shop', l2: redisStore(redis.url), fleet: { name } })
      expect(await cache.ready()).toEqual({ l2: 'ready' })
      // Its lease is five seconds long: both have looked by then.
      const low_hit_rate = { window: '10s', for: '2s', minSamples: 50 } as const
      const rules = { low_hit_rate, health: false } as const
      const webhooks = [{ url: receiver.url }]
      return { cache, monitor: createMonitor({ cache, alerts: { interval: '1s', rules, webhooks } }) }
    }),
  )
  const statesOf = () =>
    Promise.all(
      processes.map(async ({ monitor }) => {
        const { current, recent } = alertsSchema.parse((await ask(monitor, '/alerts')).json)
        return [...current, ...recent].map(({ state }) => state)
      }),
    )
  let next = 1_000
  const crawlers = processes.map(({ cache }) => trafficOn(() => cache.get(`product:${next++}`)))
  await expect.poll(statesOf, NOTICED).toEqual([['firing'], ['firing']])
  await Promise.all(crawlers.map((crawler) => crawler.stop()))
  const shoppers = processes.map(({ cache }) =>
    trafficOn(() => cache.getOrSet(`product:${Math.floor(Math.random() * 100)}`, () => 'lamp')),
  )
  await expect.poll(statesOf, NOTICED).toEqual([['resolved'], ['resolved']])
  await Promise.all(shoppers.map((shopper) => shopper.stop()))
  for (const { cache, monitor } of processes) {
    await monitor.close()
    await cache.close()
  }
  expect(toldOf(receiver, 'low_hit_rate')).toEqual(['raised', 'resolved'])
  expect(new Set(receiver.messages.map(({ alert }) => alert?.id)).size).toBe(1)
})
