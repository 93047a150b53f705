import type { FleetAnswer, FlowAnswer, PatternsAnswer, StatsAnswer } from '@hitrate/monitor'
import { type RedisServer, startRedis } from '@hitrate/test-support'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { count, duration, percent, textOf } from '../src/format.ts'
import { violations } from './support/axe.ts'
import { startBrowser, type TestBrowser } from './support/browser.ts'
import { type Marketplace, shopping, startMarketplace } from './support/marketplace.ts'
import { expectWell, openPage, settled, sidewaysOverflow, type WatchedPage } from './support/watched-page.ts'

/** A fleet is seen half a minute after the start, and tells what it counted within another. */
const BY_THEN = { timeout: 75_000, interval: 500 }
const SOON = { timeout: 20_000, interval: 100 }

let redis: RedisServer
let browser: TestBrowser
let shops: readonly Marketplace[]
let watched: WatchedPage
beforeAll(async () => {
  ;[redis, browser] = await Promise.all([startRedis(), startBrowser()])
  const start = () => startMarketplace({ REDIS_URL: redis.url })
  shops = await Promise.all([start(), start(), start()])
  for (const [place, shop] of shops.entries()) await shop.visit(shopping(20 + 10 * place))
  watched = await openPage(browser.context, first().url)
  await settled(watched.page)
}, 60_000)
afterAll(async () => {
  await browser?.[Symbol.asyncDispose]()
  await Promise.all((shops ?? []).map((shop) => shop.stop()))
  await redis?.[Symbol.asyncDispose]()
})

function first(): Marketplace {
  const [shop] = shops
  if (shop === undefined) throw new Error('no shop was started')
  return shop
}

const statsOf = (shop: Marketplace, scope: string): Promise<StatsAnswer> =>
  shop.ask(`/stats?window=15m&scope=${scope}`)
const fleetTotal = async (): Promise<number> => {
  const { scope, total_requests: total } = await statsOf(first(), 'fleet')
  return scope === 'fleet' ? total : Number.NaN
}
const tile = (label: string) =>
  watched.page.locator('.tile').filter({ has: watched.page.getByText(label, { exact: true }) })
/** What is seen of it; a line before it is spoken only. */
const state = async (): Promise<string> =>
  (await watched.page.locator('.fleet-state').innerText()).split('\n').at(-1) ?? ''

describe('a page over three processes on one Redis', () => {
  test('offers the fleet, by keyboard, and keeps it in the address', { timeout: 90_000 }, async () => {
    const { page } = watched
    await expect.poll(() => page.getByRole('radio', { name: 'Fleet of 3' }).count(), BY_THEN).toBe(1)
    await page.getByRole('radio', { name: 'This process' }).focus()
    await page.keyboard.press('ArrowRight')
    expect(new URL(page.url()).searchParams.get('scope')).toBe('fleet')
    await page.reload()
    await settled(page)
    await expect.poll(() => page.getByRole('radio', { name: 'Fleet of 3' }).isChecked(), SOON).toBe(true)
    await expect.poll(state, SOON).toBe('3 of 3')
  })

  test('shows what the API says of the fleet, which is more than of one', { timeout: 90_000 }, async () => {
    const own = await Promise.all(shops.map((shop) => statsOf(shop, 'process')))
    const sum = own.reduce((all, { total_requests: total }) => all + total, 0)
    await expect.poll(fleetTotal, BY_THEN).toBe(sum)
    const stats = await statsOf(first(), 'fleet')
    expect(stats.total_requests).toBeGreaterThan(own[0]?.total_requests ?? sum)

    await expect.poll(() => tile('Lookups').innerText(), SOON).toContain(`${textOf(count(sum))} in all`)
    expect(await tile('Hit rate').innerText()).toContain(textOf(percent(stats.hit_rate)))
    expect(await tile('Response time, p95').innerText()).toContain(
      textOf(duration(stats.p95_response_time_ms)),
    )

    const flow = await first().ask<FlowAnswer>('/flow?window=15m&scope=fleet')
    const parts = watched.page.locator('#flow .part')
    await expect
      .poll(() => parts.allInnerTexts(), SOON)
      .toEqual(flow.parts.map((part) => expect.stringContaining(textOf(count(part.count)))))
    const { patterns } = await first().ask<PatternsAnswer>(
      '/stats/patterns?window=15m&sort=miss_cost&scope=fleet',
    )
    const names = watched.page.locator('#patterns tbody .name')
    await expect
      .poll(() => names.allInnerTexts(), SOON)
      .toEqual(patterns.slice(0, 12).map(({ pattern }) => pattern))
  })

  test('lists the processes, and which of them answers', async () => {
    const { self, instances } = await first().ask<FleetAnswer>('/fleet')
    const rows = watched.page.locator('#fleet tbody tr')
    await expect.poll(() => rows.count(), SOON).toBe(3)
    for (const { id, name, version } of instances) {
      const row = await rows.filter({ hasText: name ?? id }).innerText()
      expect(row).toContain('alive')
      expect(row).toContain(version)
      expect(row.includes('this one')).toBe(id === self)
    }
  })

  test('follows the stream of the fleet, and asks for the rest', async () => {
    const asked: string[] = []
    const note = (request: { url(): string }) => asked.push(request.url())
    watched.page.on('request', note)
    await watched.page.reload()
    await settled(watched.page)
    await expect
      .poll(() => asked.filter((url) => url.includes('/stats?')).length, SOON)
      .toBeGreaterThanOrEqual(2)
    watched.page.off('request', note)
    for (const view of [
      '/stream',
      '/health',
      '/stats',
      '/stats/patterns',
      '/stats/endpoints',
      '/stats/low-performers',
      '/l2',
    ]) {
      const urls = asked.filter((url) => new URL(url).pathname.endsWith(view))
      expect(urls.length, view).toBeGreaterThan(0)
      for (const url of urls) expect(new URL(url).searchParams.get('scope'), url).toBe('fleet')
    }
  })

  test('is well, accessible and no wider than 380 px', async () => {
    await expectWell(watched)
    expect(await violations(watched.page)).toEqual([])
    await watched.page.setViewportSize({ width: 380, height: 760 })
    expect(await sidewaysOverflow(watched.page)).toEqual([])
    await watched.page.setViewportSize({ width: 1280, height: 900 })
  })

  test('draws what the stream tells of the fleet', { timeout: 90_000 }, async () => {
    // From the fifth tick on, of one every ten seconds.
    await expect.poll(() => tile('Lookups').locator('.sparkline').count(), BY_THEN).toBe(1)
    await expectWell(watched)
  })

  test('warms for the fleet, and says where', async () => {
    const rows = watched.page.locator('#warming tbody tr')
    const before = await rows.count()
    const sent = watched.page.waitForRequest((request) => request.method() === 'POST')
    await watched.page.getByRole('button', { name: 'Run all now' }).click()
    expect(new URL((await sent).url()).searchParams.get('scope')).toBe('fleet')
    await expect.poll(() => rows.count(), SOON).toBe(before + 1)
    await expect.poll(() => rows.first().innerText(), SOON).toContain('done')
    expect(await rows.first().innerText()).toContain('this one')
  })

  test('names the process that warmed where it is another one', async () => {
    const other = shops[1]
    const { self } = (await other?.ask<FleetAnswer>('/fleet')) ?? { self: null }
    await other?.post('/warm?scope=fleet&wait=true')
    const row = watched.page.locator('#warming tbody tr').first()
    await expect.poll(() => row.innerText(), SOON).toContain(self)
    await watched.page.getByRole('radio', { name: 'This process' }).check()
    await expect
      .poll(() => watched.page.locator('#warming th').allInnerTexts(), SOON)
      .not.toContain('Process')
    await watched.page.getByRole('radio', { name: 'Fleet of 3' }).check()
  })

  test('says which process is missing when one was killed, and still counts it', {
    timeout: 90_000,
  }, async () => {
    const before = await fleetTotal()
    await shops[2]?.kill()
    await expect.poll(state, BY_THEN).toMatch(/^2 of 3, .+ missing for \d+\u202fs$/)
    const { instances } = await first().ask<FleetAnswer>('/fleet')
    const lost = instances.find((instance) => instance.state === 'missing')
    expect(await state()).toContain(lost?.name ?? lost?.id)
    const row = watched.page.locator('#fleet tbody tr').first()
    await expect.poll(() => row.innerText(), SOON).toContain('missing for')
    expect(await row.innerText()).toContain(lost?.name ?? lost?.id)
    expect(await tile('Lookups').innerText()).toContain(`${textOf(count(before))} in all`)
    expect(await violations(watched.page)).toEqual([])
  })

  test('says that the figures are of this process while Redis is away', async () => {
    await redis.kill()
    await expect
      .poll(state, SOON)
      .toBe('The fleet can’t be had now: L2 is out of reach. Figures are of this process.')
    const own = await statsOf(first(), 'process')
    await expect
      .poll(() => tile('Lookups').innerText(), SOON)
      .toContain(`${textOf(count(own.total_requests))} in all`)
    await watched.page.getByRole('radio', { name: 'This process' }).check()
    expect(new URL(watched.page.url()).searchParams.has('scope')).toBe(false)
  })
})

test('a shop without a fleet offers no choice, and says so to who asks for one', async () => {
  await using shop = await startMarketplace()
  const plain = await openPage(browser.context, shop.url)
  await settled(plain.page)
  expect(await plain.page.getByRole('radio', { name: 'This process' }).count()).toBe(0)
  expect(await plain.page.locator('#fleet').count()).toBe(0)
  await plain.page.goto(`${shop.url}?scope=fleet`)
  await expect
    .poll(() => plain.page.locator('.fleet-state').innerText(), SOON)
    .toContain('Figures are of this process.')
  await expectWell(plain)
  await plain.page.close()
})
