import type { AlertsOptions } from '@hitrate/monitor'
import { startRedis } from '@hitrate/test-support'
import { createCache } from 'hitrate'
import { createMetrics } from 'hitrate/metrics'
import { redisStore } from 'hitrate/redis'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { violations } from './support/axe.ts'
import { startBrowser, type TestBrowser } from './support/browser.ts'
import { serveMonitor } from './support/monitor-server.ts'
import { startReceiver } from './support/receiver.ts'
import { expectWell, openPage, settled, sidewaysOverflow } from './support/watched-page.ts'

const SOON = { timeout: 30_000, interval: 100 }

/** The rules as they are, but in seconds. */
const QUICK: AlertsOptions = {
  interval: '1s',
  rules: {
    l2_lost: { for: '1s' },
    low_hit_rate: { window: '10s', for: '1s', minSamples: 50 },
    health: false,
    breaker_flapping: false,
    slow_p95: false,
  },
}

let browser: TestBrowser
beforeAll(async () => {
  browser = await startBrowser()
})
afterAll(() => browser?.[Symbol.asyncDispose]())

/** Lookups one after the other, until it is stopped. */
function trafficOn(lookup: () => Promise<unknown>): { stop(): Promise<void> } {
  let running = true
  const run = async (): Promise<void> => {
    while (running) {
      await lookup()
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  }
  const ended = run()
  return {
    async stop() {
      running = false
      await ended
    },
  }
}

const strip = (page: Page) => page.locator('#alerts')

/** What is in the strip stays readable in both colours and at 380 px. */
async function expectReadable(page: Page): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme })
    expect(await violations(page)).toEqual([])
  }
  const size = page.viewportSize()
  await page.setViewportSize({ width: 380, height: 760 })
  expect(await sidewaysOverflow(page)).toEqual([])
  if (size !== null) await page.setViewportSize(size)
}

test('a Redis that freezes is told with what to do and the way to its view, and once it thaws as resolved', async () => {
  await using redis = await startRedis()
  await using cache = createCache({ name: 'shop', l2: redisStore(redis.url) })
  await cache.ready()
  await using server = await serveMonitor({ cache, alerts: QUICK })
  const traffic = trafficOn(() =>
    cache.getOrSet(`product:${Math.floor(Math.random() * 50)}`, () => 1, { ttl: '2s' }),
  )
  const { page } = await openPage(browser.context, `${server.url}?window=live`)
  await settled(page)
  await expect.poll(() => strip(page).innerText(), SOON).toContain('Nothing is wrong.')

  redis.freeze()
  await expect.poll(() => strip(page).innerText(), SOON).toContain('1 firing.')
  const alert = strip(page).locator('.alert.firing')
  const text = await alert.innerText()
  expect(text).toMatch(/L2 is configured and out of reach for \d+\u202fs/)
  expect(text).toContain('Look whether the server of L2 runs')
  await expectReadable(page)
  await alert.getByRole('link', { name: 'See Redis' }).click()
  expect(new URL(page.url()).hash).toBe('#l2')
  await expect.poll(() => page.locator('#l2').innerText(), SOON).toContain('Out of reach')

  redis.thaw()
  await expect.poll(() => strip(page).innerText(), SOON).toContain('Nothing is wrong.')
  expect(await strip(page).locator('.alert').count()).toBe(0)
  await strip(page).getByText('Resolved lately: 1').click()
  expect(await strip(page).locator('.alert.resolved').innerText()).toMatch(
    /L2 is in reach.* from \d\d:\d\d:\d\d to \d\d:\d\d:\d\d/,
  )
  await traffic.stop()
  await page.close()
})

test('a hit rate ruined by keys nobody asked for before is told with its pattern, and clears with it', async () => {
  await using cache = createCache({ name: 'shop' })
  const products = cache.keyspace('product:{id:int}', { load: ({ id }) => ({ id }) })
  await using server = await serveMonitor({ cache, alerts: QUICK })
  const watched = await openPage(browser.context, `${server.url}?window=live`)
  const { page } = watched
  let next = 1_000
  const crawler = trafficOn(() => products.get({ id: next++ }))
  const alert = strip(page).locator('.alert.firing')
  await expect.poll(() => alert.count(), SOON).toBe(1)
  expect(await alert.innerText()).toMatch(
    /0 % of \d+ lookups of product:\* were hits in 10s \(threshold: < 20 %\)/,
  )
  await alert.getByRole('link', { name: 'See Low performers' }).click()
  await expect.poll(() => page.locator('#low').innerText(), SOON).toContain('product:*')
  await crawler.stop()

  const shoppers = trafficOn(() => products.get({ id: next - 1 }))
  await expect.poll(() => alert.count(), SOON).toBe(0)
  await expect.poll(() => strip(page).innerText(), SOON).toContain('Resolved lately: 1')
  await shoppers.stop()
  await expectWell(watched)
  await page.close()
})

test('what is so, but not for long enough to be told, is called pending and not well', async () => {
  const metrics = createMetrics()
  for (let id = 0; id < 200; id++)
    metrics.record({ operation: 'get', key: `product:${id}`, hit: false, responseTimeMs: 1 })
  await using server = await serveMonitor({
    metrics,
    alerts: { interval: '1s', rules: { health: false } },
  })
  const { page } = await openPage(browser.context, server.url)
  await expect.poll(() => strip(page).innerText(), SOON).toContain('1 pending.')
  expect(await strip(page).innerText()).not.toContain('Nothing is wrong')
  expect(await strip(page).locator('.alert.pending').innerText()).toContain('product:*')
  await page.close()
})

test('the test button delivers to every webhook, and says of each what came of it', async () => {
  await using good = await startReceiver()
  await using broken = await startReceiver(500)
  await using server = await serveMonitor({
    metrics: createMetrics(),
    alerts: { webhooks: [{ url: good.url, secret: 'a-secret-of-some-length' }, { url: broken.url }] },
  })
  const { page } = await openPage(browser.context, server.url)
  await settled(page)
  expect(await strip(page).innerText()).not.toContain('Nothing is wrong')
  await strip(page).getByRole('button', { name: 'Send a test' }).click()
  const told = strip(page).locator('.webhooks [role="status"]')
  await expect.poll(() => told.innerText(), SOON).toContain(`${good.address}: delivered in`)
  expect(await told.innerText()).toContain(`${broken.address}: not delivered, answered 500`)
  expect(good.received.map((body) => JSON.parse(body).event)).toEqual(['test'])
  expect(broken.received).toHaveLength(1)
  const rows = await strip(page).locator('.webhooks li').allInnerTexts()
  expect(rows).toHaveLength(2)
  expect(rows[0]).toMatch(/… signed: 0 delivered, 0 failed, 0 waiting$/)
  expect(rows[1]).toContain('not signed')
  expect(await strip(page).innerText()).not.toContain('secret')
  await expectReadable(page)
  await page.close()
})

test('a webhook that nobody answers is said to be out of reach', async () => {
  const gone = await startReceiver()
  await gone[Symbol.asyncDispose]()
  await using server = await serveMonitor({
    metrics: createMetrics(),
    alerts: { webhooks: [{ url: gone.url }] },
  })
  const { page } = await openPage(browser.context, server.url)
  await strip(page).getByRole('button', { name: 'Send a test' }).click()
  const told = strip(page).locator('.webhooks [role="status"]')
  await expect.poll(() => told.innerText(), SOON).toContain(`${gone.address}: not delivered, ECONNREFUSED`)
  await page.close()
})

test('who may not send a test sees the webhooks without the button; without alerts there is no strip', async () => {
  await using receiver = await startReceiver()
  const metrics = createMetrics()
  await using server = await serveMonitor({
    metrics,
    alerts: { webhooks: [{ url: receiver.url }] },
    authorize: (_request, action) => action.startsWith('read:'),
  })
  const { page } = await openPage(browser.context, server.url)
  await settled(page)
  await expect.poll(() => strip(page).innerText(), SOON).toContain(receiver.address)
  expect(await strip(page).getByRole('button').count()).toBe(0)
  await page.close()

  await using silent = await serveMonitor({ metrics, alerts: false })
  const plain = await openPage(browser.context, silent.url)
  await settled(plain.page)
  expect(await strip(plain.page).count()).toBe(0)
  expect(await plain.page.getByRole('navigation').getByRole('link', { name: 'Alerts' }).count()).toBe(0)
  await plain.page.close()
})
