import type {
  AlertsAnswer,
  EndpointsAnswer,
  FlowAnswer,
  LowPerformersAnswer,
  PatternsAnswer,
  SelfAnswer,
  StatsAnswer,
} from '@hitrate/monitor'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bytes, count, duration, percent, textOf } from '../src/format.ts'
import { violations } from './support/axe.ts'
import { startBrowser, type TestBrowser } from './support/browser.ts'
import { type Marketplace, shopping, startMarketplace } from './support/marketplace.ts'
import {
  expectWell,
  openPage,
  settled,
  sidewaysOverflow,
  VIEWS,
  type WatchedPage,
} from './support/watched-page.ts'

/** A shop in memory that was visited and then left alone: its figures stand still. */
let shop: Marketplace
let browser: TestBrowser
let watched: WatchedPage
beforeAll(async () => {
  ;[shop, browser] = await Promise.all([startMarketplace(), startBrowser()])
  await shop.visit(shopping(60))
  watched = await openPage(browser.context, shop.url)
  await settled(watched.page)
})
afterAll(async () => {
  await browser?.[Symbol.asyncDispose]()
  await shop?.stop()
})

const statsOf = (): Promise<StatsAnswer> => shop.ask('/stats?window=15m')
const patternsOf = (): Promise<PatternsAnswer> => shop.ask('/stats/patterns?window=15m&sort=miss_cost')

describe('a page over a shop that was visited', () => {
  test('shows every view under its heading, inside landmarks', async () => {
    const { page } = watched
    for (const view of VIEWS) {
      expect(await page.getByRole('heading', { name: view, exact: true, level: 2 }).count(), view).toBe(1)
    }
    expect(await page.getByRole('main').count()).toBe(1)
    expect(await page.getByRole('banner').count()).toBe(1)
    expect(await page.getByRole('navigation', { name: 'Views' }).count()).toBe(1)
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toContain('marketplace')
  })

  test('says what the API says: verdict and tiles', async () => {
    const stats = await statsOf()
    const tiles = watched.page.locator('.tiles')
    const tile = (label: string) =>
      tiles.locator('.tile').filter({ has: watched.page.getByText(label, { exact: true }) })
    const hits = textOf(percent(stats.hit_rate))
    expect(await watched.page.locator('.sentence').innerText()).toContain(hits)
    expect(await tile('Hit rate').innerText()).toContain(hits)
    expect(await tile('Lookups').innerText()).toContain(`${textOf(count(stats.total_requests))} in all`)
    expect(await tile('Response time, p95').innerText()).toContain(
      textOf(duration(stats.p95_response_time_ms)),
    )
    expect(await tile('Loads avoided').innerText()).toContain(
      textOf(count(stats.cache_hits + stats.outcomes.coalesced)),
    )
    expect(await tile('Origin errors').innerText()).toContain(`of ${textOf(count(stats.load.count))} loads`)
    expect(await tile('L2').innerText()).toContain('memory only')
  })

  test('says what the API says: flow', async () => {
    const flow = await shop.ask<FlowAnswer>('/flow?window=15m')
    const parts = watched.page.locator('#flow .part')
    const shown = await parts.allInnerTexts()
    expect(shown).toHaveLength(flow.parts.length)
    flow.parts.forEach((part, place) => {
      expect(shown[place]).toContain(textOf(percent(part.share)))
      expect(shown[place]).toContain(textOf(count(part.count)))
    })
  })

  test('says what the API says: patterns, by miss cost, with a line each', async () => {
    const { patterns, total } = await patternsOf()
    const rows = watched.page.locator('#patterns tbody tr')
    expect(await rows.count()).toBe(total)
    expect(await rows.locator('.name').allInnerTexts()).toEqual(patterns.map(({ pattern }) => pattern))
    for (const [place, { hit_rate: hitRate, avg_size_bytes: size }] of patterns.entries()) {
      const text = await rows.nth(place).innerText()
      expect(text).toContain(textOf(percent(hitRate)))
      if (size > 0) expect(text).toContain(textOf(bytes(size)))
    }
    await expect.poll(() => watched.page.locator('#patterns .sparkline').count()).toBeGreaterThan(3)
  })

  test('says what the API says: endpoints, in the map and in the table behind it', async () => {
    const { endpoints } = await shop.ask<EndpointsAnswer>('/stats/endpoints?window=15m')
    const view = watched.page.locator('#endpoints')
    const heaviest = endpoints
      .flatMap(({ endpoint, patterns }) => patterns.map((use) => ({ endpoint, ...use })))
      .toSorted((a, b) => b.load_time_ms - a.load_time_ms)[0]
    expect(heaviest).toBeDefined()
    const loading = textOf(duration(heaviest?.load_time_ms ?? 0))
    expect(await view.locator('.heat-cell').first().textContent()).toContain(
      `${heaviest?.endpoint} × ${heaviest?.pattern}: ${loading}`,
    )
    await view.getByText('The same as a table').click()
    const first = view.locator('tbody tr').first()
    expect(await first.innerText()).toContain(loading)
    await view.getByText('The same as a table').click()
  })

  test('says what the API says: low performers with their advice', async () => {
    const { patterns } = await shop.ask<LowPerformersAnswer>('/stats/low-performers?window=15m')
    expect(patterns.length).toBeGreaterThan(0)
    const shown = await watched.page.locator('#low .performers > li').allInnerTexts()
    expect(shown).toHaveLength(patterns.length)
    patterns.forEach(({ pattern, recommendation, hit_rate: hitRate }, place) => {
      for (const part of [pattern, recommendation, textOf(percent(hitRate))])
        expect(shown[place]).toContain(part)
    })
  })

  test('says what the API says: what measuring costs', async () => {
    const { patterns } = await shop.ask<SelfAnswer>('/self')
    expect(await watched.page.locator('#self').innerText()).toContain(
      `${patterns.tracked} of ${patterns.max}`,
    )
  })

  test('says who watches, and that nothing is wrong', async () => {
    const { rules } = await shop.ask<AlertsAnswer>('/alerts')
    const text = await watched.page.locator('#alerts').innerText()
    expect(text).toContain(`${rules.length} rules watch`)
  })

  test('draws three charts, has the start among its events, and the data behind them as a table', async () => {
    const view = watched.page.locator('#time')
    expect(await view.locator('canvas').count()).toBe(3)
    expect(await view.getByRole('button', { name: /started|begin/i }).count()).toBeGreaterThan(0)
    await view.getByText('The same as a table').click()
    await expect.poll(() => view.locator('.behind tbody tr').count()).toBeGreaterThan(0)
    await view.getByText('The same as a table').click()
  })

  test('an event opens to the figures before and after it', async () => {
    const view = watched.page.locator('#time')
    await view.locator('.mark-event').first().click()
    const told = view.getByRole('region', { name: 'Before and after' })
    expect(await told.locator('tbody tr').count()).toBe(4)
    await told.getByRole('button', { name: 'Close' }).click()
    expect(await told.count()).toBe(0)
  })

  test('a pattern opens to its latency, outcomes, reasons and endpoints', async () => {
    const view = watched.page.locator('#patterns')
    const opener = view.getByRole('button', { name: 'product:*' })
    await opener.click()
    expect(await opener.getAttribute('aria-expanded')).toBe('true')
    const detail = view.locator('.detail')
    const text = await detail.innerText()
    for (const part of ['product:{id}', 'p99', 'Miss', 'not asked for before', '/api/products/:id']) {
      expect(text).toContain(part)
    }
    expect(await violations(watched.page)).toEqual([])
    await opener.click()
    expect(await detail.count()).toBe(0)
  })

  test('is well: nothing in the console, nothing from elsewhere, nothing sideways', () => expectWell(watched))

  test.each(['light', 'dark'] as const)('has nothing that axe objects to (%s)', async (colorScheme) => {
    await watched.page.emulateMedia({ colorScheme })
    expect(await violations(watched.page)).toEqual([])
    await watched.page.emulateMedia({ colorScheme: 'light' })
  })

  test.each(['live', '15m', '1h', '6h', '24h'])('is usable at 380 px (%s)', async (window) => {
    const narrow = await openPage(browser.context, `${shop.url}?window=${window}`)
    await narrow.page.setViewportSize({ width: 380, height: 760 })
    await expectWell(narrow)
    await narrow.page.locator('#patterns .opener').first().click()
    expect(await sidewaysOverflow(narrow.page)).toEqual([])
    if (window === '15m') expect(await violations(narrow.page)).toEqual([])
    await narrow.page.close()
  })
})

describe('the address', () => {
  test('keeps the window: it can be sent to somebody, and going back goes back', async () => {
    const { page } = await openPage(browser.context, shop.url)
    await page.getByRole('radio', { name: '1 h', exact: true }).check()
    expect(new URL(page.url()).searchParams.get('window')).toBe('1h')
    await page.getByRole('radio', { name: 'Live', exact: true }).check()
    expect(new URL(page.url()).searchParams.get('window')).toBe('live')
    await page.reload()
    expect(await page.getByRole('radio', { name: 'Live' }).isChecked()).toBe(true)
    await page.goBack()
    await expect.poll(() => page.getByRole('radio', { name: '1 h' }).isChecked()).toBe(true)
    await page.close()
  })

  test('with a window nobody knows means the usual one', async () => {
    const { page } = await openPage(
      browser.context,
      `${shop.url}/?window=${encodeURIComponent('"><script>')}`,
    )
    expect(await page.getByRole('radio', { name: '15 min' }).isChecked()).toBe(true)
    await page.close()
  })

  test('keeps how patterns are sorted', async () => {
    const { page } = await openPage(browser.context, shop.url)
    await settled(page)
    await page.locator('#patterns').getByRole('button', { name: 'Share' }).click()
    expect(new URL(page.url()).searchParams.get('sort')).toBe('-share')
    const { patterns } = await patternsOf()
    const most = Math.max(...patterns.map(({ total_requests: total }) => total))
    const first = patterns.filter(({ total_requests: total }) => total === most).map(({ pattern }) => pattern)
    expect(first).toContain(await page.locator('#patterns tbody .name').first().innerText())
    expect(await page.locator('#patterns th[aria-sort="descending"]').innerText()).toContain('Share')
    await page.close()
  })
})

describe('by keyboard alone', () => {
  test('the first stop skips to the figures, and every stop can be seen', async () => {
    const { page } = await openPage(browser.context, shop.url)
    await settled(page)
    await page.keyboard.press('Tab')
    expect(await page.locator(':focus').innerText()).toBe('To the figures')
    const stops = new Set<string>()
    for (let stop = 0; stop < 40; stop++) {
      await page.keyboard.press('Tab')
      const { name, outline } = await page.evaluate(() => {
        const element = document.activeElement
        if (element === null) return { name: '', outline: '' }
        const drawn = element.matches('.segment input') ? element.nextElementSibling : element
        const { outlineStyle } = getComputedStyle(drawn ?? element)
        return { name: `${element.tagName} ${element.textContent ?? ''}`, outline: outlineStyle }
      })
      stops.add(name)
      expect(outline, name).toBe('solid')
    }
    expect(stops.size).toBeGreaterThan(15)
    await page.close()
  })

  test('arrows choose the window, move the moment of the charts, and open a row', async () => {
    const { page } = await openPage(browser.context, shop.url)
    await settled(page)
    await page.getByRole('radio', { name: '15 min' }).focus()
    await page.keyboard.press('ArrowRight')
    expect(new URL(page.url()).searchParams.get('window')).toBe('1h')
    await page.keyboard.press('ArrowLeft')
    const moment = page.getByRole('slider', { name: /Lookups by outcome/ })
    await moment.focus()
    await page.keyboard.press('Home')
    const first = await moment.getAttribute('aria-valuetext')
    expect(await moment.getAttribute('aria-valuenow')).toBe('0')
    expect(first).toMatch(/^\d\d:\d\d:\d\d: L1 hit/)
    await page.keyboard.press('End')
    expect(await moment.getAttribute('aria-valuetext')).not.toBe(first)
    const opener = page.locator('#patterns .opener').first()
    await opener.focus()
    await page.keyboard.press('Enter')
    expect(await opener.getAttribute('aria-expanded')).toBe('true')
    await page.close()
  })
})

describe('colours', () => {
  test('follow the system, and the switch over it, and are remembered', async () => {
    const { page } = await openPage(browser.context, shop.url)
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    const light = await background()
    await page.emulateMedia({ colorScheme: 'dark' })
    const dark = await background()
    expect(dark).not.toBe(light)
    await page.getByRole('button', { name: /Colours/ }).click()
    expect(await background()).toBe(light)
    await page.reload()
    expect(await background()).toBe(light)
    await page.getByRole('button', { name: /Colours/ }).click()
    expect(await background()).toBe(dark)
    await page.getByRole('button', { name: /Colours/ }).click()
    await page.close()
  })
})
