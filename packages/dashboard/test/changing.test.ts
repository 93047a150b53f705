import type { WarmRunsAnswer } from '@hitrate/monitor'
import { startRedis } from '@hitrate/test-support'
import { createMetrics } from 'hitrate/metrics'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startBrowser, type TestBrowser } from './support/browser.ts'
import { shopping, startMarketplace } from './support/marketplace.ts'
import { serveMonitor } from './support/monitor-server.ts'
import { expectWell, openPage, settled } from './support/watched-page.ts'

const SOON = { timeout: 20_000, interval: 100 }

let browser: TestBrowser
beforeAll(async () => {
  browser = await startBrowser()
})
afterAll(() => browser?.[Symbol.asyncDispose]())

test('traffic is seen as it comes, and while paused it is not', async () => {
  await using shop = await startMarketplace()
  const { page } = await openPage(browser.context, `${shop.url}?window=live`)
  await settled(page)
  const shown = async (): Promise<number> => {
    const text = await page.locator('.tile', { hasText: 'Lookups' }).innerText()
    return Number(/(\d+) in all/.exec(text)?.[1] ?? Number.NaN)
  }
  expect(await shown()).toBe(0)
  expect(await page.locator('.sentence').innerText()).toContain('No lookups')
  await shop.visit(shopping(5))
  await expect.poll(shown, SOON).toBeGreaterThan(30)
  await page.getByRole('button', { name: 'Pause' }).click()
  const paused = await shown()
  await shop.visit(shopping(5))
  await page.waitForTimeout(3_000)
  expect(await shown()).toBe(paused)
  expect(await page.locator('.freshness').innerText()).toContain('paused')
  await page.getByRole('button', { name: 'Resume' }).click()
  await expect.poll(shown, SOON).toBeGreaterThan(paused)
  await page.close()
})

test('a warm run is started from the page, watched, and reported', async () => {
  await using shop = await startMarketplace()
  const watched = await openPage(browser.context, shop.url)
  const { page } = watched
  await settled(page)
  const runs = page.locator('#warming tbody tr')
  const before = (await shop.ask<WarmRunsAnswer>('/warm/runs')).runs.length
  await page.getByRole('button', { name: 'Run all now' }).click()
  await expect.poll(() => runs.count(), SOON).toBe(before + 1)
  await expect.poll(() => runs.first().innerText(), SOON).toContain('done')
  await page.getByRole('button', { name: 'Run trending searches' }).click()
  await expect.poll(() => runs.count(), SOON).toBe(before + 2)
  const [newest] = (await shop.ask<WarmRunsAnswer>('/warm/runs')).runs
  expect(newest?.strategies.map(({ name }) => name)).toEqual(['trending searches'])
  await runs.first().getByRole('button').click()
  expect(await page.locator('#warming .sub-row').innerText()).toContain('trending searches')
  await expectWell(watched)
  await page.close()
})

test('Redis that is killed and comes back is seen in the verdict, the pill, the tile, the view and the events', async () => {
  await using redis = await startRedis()
  await using shop = await startMarketplace({ REDIS_URL: redis.url })
  const watched = await openPage(browser.context, `${shop.url}?window=live`)
  const { page } = watched
  await shop.visit(shopping(10))
  const tile = page.locator('.tile', { has: page.getByText('L2', { exact: true }) })
  await expect.poll(() => tile.innerText(), SOON).toContain('Ready')
  expect(await page.locator('#l2').innerText()).toContain('read')
  await expectWell(watched)

  await redis.kill()
  let traffic = true
  const visiting = (async () => {
    while (traffic) await shop.visit(shopping(2))
  })()
  await expect.poll(() => tile.innerText(), SOON).toContain('Lost')
  await expect.poll(() => page.locator('.sentence').innerText(), SOON).toContain('L2 is out of reach')
  await expect.poll(() => page.locator('.bar .pill').innerText(), SOON).toContain('Degraded')
  await page.locator('.bar summary.pill').click()
  expect(await page.locator('.reasons').innerText()).toMatch(/L2/)
  await expect.poll(() => page.locator('#l2').innerText(), SOON).toContain('Out of reach')
  await expect
    .poll(() => page.locator('.mark-event.l2_lost, .mark-event.breaker_opened').count(), SOON)
    .toBeGreaterThan(0)

  await redis.restart()
  await expect.poll(() => tile.innerText(), { timeout: 45_000 }).toContain('Ready')
  await expect.poll(() => page.locator('.sentence').innerText(), SOON).not.toContain('out of reach')
  traffic = false
  await visiting
  await page.close()
})

test('a monitor that is gone leaves the last figures, says how old they are, and is found again', async () => {
  const metrics = createMetrics()
  for (let id = 0; id < 40; id++) {
    metrics.record({ operation: 'get', key: `product:${id % 5}`, hit: id > 4, responseTimeMs: 1 })
  }
  const first = await serveMonitor({ metrics })
  const { page } = await openPage(browser.context, `${first.url}?window=live`)
  await settled(page)
  const sentence = await page.locator('.sentence').innerText()
  expect(sentence).toContain('87.5')
  await first[Symbol.asyncDispose]()
  const freshness = page.locator('.freshness')
  await expect.poll(() => freshness.innerText(), SOON).toMatch(/last data \d+.s ago, trying again/)
  expect(await page.locator('.sentence').innerText()).toBe(sentence)
  await using _ = await serveMonitor({ metrics }, Number(new URL(first.url).port))
  await expect.poll(() => freshness.innerText(), SOON).not.toContain('trying again')
  await page.close()
})

test('a page that nobody sees asks for nothing', async () => {
  await using server = await serveMonitor({ metrics: createMetrics() })
  const { page } = await openPage(browser.context, `${server.url}?window=live`)
  await settled(page)
  let asked = 0
  page.on('request', () => {
    asked++
  })
  // Headless Chromium shows every page: what the browser would say of a hidden one is said for it.
  await page.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true })
    document.dispatchEvent(new Event('visibilitychange'))
    window.dispatchEvent(new Event('visibilitychange'))
  })
  await page.waitForTimeout(500)
  asked = 0
  await page.waitForTimeout(5_000)
  expect(asked).toBe(0)
  await page.close()
})
