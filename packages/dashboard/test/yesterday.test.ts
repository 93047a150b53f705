import { createMetrics, type MetricsCollector } from 'hitrate/metrics'
import { type ManualClock, manualClock } from 'hitrate/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startBrowser, type TestBrowser } from './support/browser.ts'
import { serveMonitor } from './support/monitor-server.ts'
import { settled } from './support/watched-page.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

let browser: TestBrowser
beforeAll(async () => {
  browser = await startBrowser()
})
afterAll(() => browser?.[Symbol.asyncDispose]())

interface Book {
  readonly clock: ManualClock
  readonly metrics: MetricsCollector
}

/**
 * A metrics book of so many hours, ten lookups a minute. It ends five minutes into a quarter of an hour, at about now: the
 * page compares with this machine's clock.
 * @param hitsAt how many of a minute's ten lookups are hits
 */
function bookOf(hours: number, hitsAt: (minutesAgo: number) => number): Book {
  const end = Math.floor(Date.now() / (15 * MINUTE)) * 15 * MINUTE + 5 * MINUTE
  const clock = manualClock({ start: end - hours * HOUR })
  const metrics = createMetrics({ clock })
  for (let ago = hours * 60; ago > 0; ago--) {
    const hits = hitsAt(ago)
    for (let id = 0; id < 10; id++)
      metrics.record({ operation: 'get', key: `product:${id}`, hit: id < hits, responseTimeMs: 1 })
    clock.advanceSync(MINUTE)
  }
  return { clock, metrics }
}

/** What the tile says, once the page knows of the day before. */
async function hitRateTile({ clock, metrics }: Book, window: string): Promise<string> {
  await using server = await serveMonitor({ metrics, clock, alerts: false })
  const page = await browser.context.newPage()
  const dayAnswered = page.waitForResponse((response) => response.url().includes('step=15m'))
  await page.goto(`${server.url}?window=${window}`)
  await settled(page)
  await (await dayAnswered).finished()
  const tile = page.locator('.tile', { hasText: 'Hit rate' })
  // What was answered is drawn in the next frame.
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))))
  const text = await tile.innerText()
  await page.close()
  return text
}

/** 40 % in the quarter of an hour that began a day ago, 80 % after it, 90 % in the last hours. */
const CHANGED = (ago: number): number => (ago > 1_430 ? 4 : ago > 1_200 ? 8 : 9)

describe('the hit rate against this time yesterday', () => {
  test('is compared over the same quarter of an hour', async () => {
    const text = await hitRateTile(bookOf(26, CHANGED), '15m')
    expect(text).toContain('90.0')
    expect(text).toContain('+50.0 points against this time yesterday')
  })

  test('is compared over the same hour where an hour is looked at', async () => {
    // A quarter of an hour of 40 %, and three of 80 %.
    expect(await hitRateTile(bookOf(26, CHANGED), '1h')).toContain('+20.0 points against this time yesterday')
  })

  test('says less as less', async () => {
    const text = await hitRateTile(
      bookOf(26, (ago) => (ago > 1_200 ? 8 : 5)),
      '15m',
    )
    expect(text).toContain('−30.0 points against this time yesterday')
  })

  test.each(['6h', '24h'])('is not compared over %s, of which yesterday’s is forgotten', async (window) => {
    expect(await hitRateTile(bookOf(26, CHANGED), window)).not.toContain('yesterday')
  })

  test('is not compared before a day has gone by', async () => {
    expect(
      await hitRateTile(
        bookOf(23, () => 9),
        '15m',
      ),
    ).not.toContain('yesterday')
  })

  test('is not compared with too few lookups', async () => {
    const clock = manualClock({ start: Date.now() - 26 * HOUR })
    const metrics = createMetrics({ clock })
    for (let hour = 0; hour < 26; hour++) {
      metrics.record({ operation: 'get', key: 'product:1', hit: true, responseTimeMs: 1 })
      clock.advanceSync(HOUR)
    }
    expect(await hitRateTile({ clock, metrics }, '15m')).not.toContain('yesterday')
  })
})
