import { gzipSync } from 'node:zlib'
import { bearerToken } from '@hitrate/monitor'
import { createMetrics } from 'hitrate/metrics'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { violations } from './support/axe.ts'
import { startBrowser, type TestBrowser } from './support/browser.ts'
import { serveMonitor } from './support/monitor-server.ts'
import { expectWell, openPage, settled } from './support/watched-page.ts'

const TOKEN = 'correct-horse-battery-staple'
const SOON = { timeout: 15_000, interval: 100 }

let browser: TestBrowser
beforeAll(async () => {
  browser = await startBrowser()
})
afterAll(() => browser?.[Symbol.asyncDispose]())

test('with a token set, a browser signs in with it, sees everything, and signs out again', async () => {
  await using server = await serveMonitor({
    metrics: createMetrics(),
    authorize: bearerToken(TOKEN),
    production: true,
  })
  const { page } = await openPage(browser.context, server.url)
  expect(await page.getByRole('heading', { level: 2 }).count()).toBe(0)
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    expect(await violations(page)).toEqual([])
  }

  await page.getByLabel('Token').fill('wrong')
  await page.getByRole('button', { name: 'Sign in' }).click()
  expect(await page.getByRole('alert').innerText()).toContain('not the token')
  await page.getByLabel('Token').fill(TOKEN)
  await page.keyboard.press('Enter')
  await settled(page)
  await expect.poll(() => page.locator('.bar').innerText(), SOON).toContain('production')

  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByLabel('Token').waitFor()
  await page.close()
})

test('a session that ends under an open page is said, with the way back in', async () => {
  let now = Date.now()
  const authorize = bearerToken(TOKEN, { now: () => now })
  await using server = await serveMonitor({ metrics: createMetrics(), authorize, production: true })
  const { page } = await openPage(browser.context, `${server.url}?window=live`)
  await page.getByLabel('Token').fill(TOKEN)
  await page.keyboard.press('Enter')
  await settled(page)
  await page.getByRole('radio', { name: 'Live', exact: true }).check()
  now += 13 * 3_600_000
  await expect.poll(() => page.locator('#patterns').innerText(), SOON).toContain('Your session has ended')
  await page.locator('#patterns').getByRole('link', { name: 'Sign in again' }).click()
  await page.getByLabel('Token').waitFor()
  await page.close()
})

test('what is not open to the reader says so in its place, and the rest is there', async () => {
  await using server = await serveMonitor({
    metrics: createMetrics(),
    info: () => ({ l1: null, l2: null }),
    authorize: (_request, action) => action === 'read:stats' || action === 'read:health',
  })
  const watched = await openPage(browser.context, server.url)
  const { page } = watched
  await expectWell(watched)
  const tile = page.locator('.tile', { has: page.getByText('L2', { exact: true }) })
  expect(await page.locator('#patterns').innerText()).toContain('No lookups in this window')
  await expect.poll(() => tile.innerText(), SOON).toContain('not known')
  expect(await page.locator('#self').getByRole('button', { name: 'Reset' }).count()).toBe(0)
  await page.close()
})

test('without traffic every view says what it waits for', async () => {
  await using server = await serveMonitor({ metrics: createMetrics() })
  const { page } = await openPage(browser.context, server.url)
  await settled(page)
  expect(await page.locator('.sentence').innerText()).toContain('No lookups')
  for (const [view, text] of [
    ['flow', 'Nothing flows'],
    ['patterns', 'No lookups in this window'],
    ['endpoints', 'No endpoint has asked yet'],
    ['warming', 'Nothing is warmed'],
    ['l2', 'Memory only'],
  ]) {
    expect(await page.locator(`#${view}`).innerText()).toContain(text)
  }
  expect(await violations(page)).toEqual([])
  await page.close()
})

test('of metrics alone nobody is asked what is stored, and the page is well', async () => {
  await using server = await serveMonitor({ metrics: createMetrics() })
  const watched = await openPage(browser.context, server.url)
  const asked: string[] = []
  watched.page.on('request', (request) => asked.push(new URL(request.url()).pathname))
  await watched.page.reload()
  await settled(watched.page)
  const tile = watched.page.locator('.tile', { has: watched.page.getByText('L2', { exact: true }) })
  await expect.poll(() => tile.innerText(), SOON).toContain('not told here')
  await expect.poll(() => asked.filter((path) => path.endsWith('/stats')).length, SOON).toBeGreaterThan(1)
  expect(asked.filter((path) => path.endsWith('/info'))).toEqual([])
  await expectWell(watched)
  await watched.page.close()
})

test('with too few lookups to judge by, nothing is judged', async () => {
  const metrics = createMetrics()
  for (let id = 0; id < 12; id++)
    metrics.record({ operation: 'get', key: `product:${id}`, hit: false, responseTimeMs: 1 })
  await using server = await serveMonitor({ metrics })
  const { page } = await openPage(browser.context, server.url)
  await settled(page)
  expect(await page.locator('.sentence').innerText()).toContain('too few to judge by')
  await expect.poll(() => page.locator('.bar .pill').innerText()).toContain('Too few lookups')
  expect(await page.locator('.tile.degraded').count()).toBe(0)
  await page.close()
})

test('is painted within a second of being asked for, in at most 120 KiB of script', async () => {
  await using server = await serveMonitor({ metrics: createMetrics() })
  const { page } = await openPage(browser.context, server.url)
  await settled(page)
  await page.reload()
  await settled(page)
  const painted = () =>
    page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null)
  await expect.poll(painted, SOON).not.toBeNull()
  expect(await painted()).toBeLessThan(1_000)
  const script = await page.evaluate(
    () => performance.getEntriesByType('resource').find(({ name }) => name.endsWith('.js'))?.name,
  )
  const response = await fetch(script ?? '', { headers: { 'accept-encoding': 'identity' } })
  expect(gzipSync(Buffer.from(await response.arrayBuffer()), { level: 9 }).length).toBeLessThanOrEqual(
    120 * 1_024,
  )
  await page.close()
})
