/**
 * Takes the pictures of docs/images/dashboard: a marketplace on a Redis, in use for a few minutes, that loses the Redis; three
 * of which one is killed; and others without traffic and with too varied searches. It takes nine minutes;
 * `npm run screenshots -- --seconds 60` for less to look at.
 */
import { mkdir } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { startRedis } from '@hitrate/test-support'
import type { Page } from 'playwright-core'
import { startBrowser } from '../test/support/browser.ts'
import { type Marketplace, startMarketplace } from '../test/support/marketplace.ts'
import { startReceiver } from '../test/support/receiver.ts'
import { settled } from '../test/support/watched-page.ts'

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '240' } } })
const SECONDS = Number(values.seconds)
const FOLDER = fileURLToPath(new URL('../../../docs/images/dashboard/', import.meta.url))
/** Between two requests of a simulated shopper, and how many there are: about 60 requests a second. */
const PAUSE_MS = 80
const SHOPPERS = 8
/** What is seen without scrolling, as most pictures show it; the higher one has room for each view beside the bar. */
const SCREEN = { width: 1_360, height: 1_000 }
const HIGH_SCREEN = { width: 1_360, height: 1_400 }
/** Until the alert of a lost L2 is raised: it has to be so for half a minute, and is looked at every ten seconds. */
const UNTIL_RAISED_MS = 45_000
/** Until a process that was started is seen by its fleet, and until one that was killed is missed. */
const UNTIL_SEEN_MS = 75_000
const UNTIL_MISSED_MS = 45_000

await mkdir(FOLDER, { recursive: true })
await using browser = await startBrowser(SCREEN)
const [page = await browser.context.newPage()] = browser.context.pages()

/** Popular things are asked for most: the nth of them 1/n as often as the first. */
function popular(most: number): number {
  return Math.floor(most ** Math.random())
}

function request(): string {
  const chance = Math.random()
  if (chance < 0.22) return `/api/feeds/discover?page=${popular(6)}`
  if (chance < 0.68) return `/api/products/${10_000 + popular(480)}`
  if (chance < 0.78)
    return `/api/search?q=${['mug', 'lamp', 'chair', 'linen', 'oak', 'rug', 'vase'][popular(7) - 1]}`
  if (chance < 0.82) return `/api/search?q=word${Math.floor(Math.random() * 1e6)}`
  if (chance < 0.88) return '/api/sellers/live'
  if (chance < 0.94) return '/api/categories'
  return `/api/users/user-${popular(200)}`
}

/** Shoppers until told to go. */
function shop(marketplaces: readonly Marketplace[], next: () => string): () => Promise<void> {
  const going = new AbortController()
  const shoppers = Array.from({ length: SHOPPERS }, async () => {
    while (!going.signal.aborted) {
      const marketplace = marketplaces[Math.floor(Math.random() * marketplaces.length)]
      await marketplace?.visit([next()]).catch(() => undefined)
      await sleep(PAUSE_MS)
    }
  })
  return async () => {
    going.abort()
    await Promise.all(shoppers)
  }
}

async function open(url: string, window: string, scope = 'process'): Promise<void> {
  await page.setViewportSize(SCREEN)
  await page.goto(`${url}?window=${window}&scope=${scope}`)
  await settled(page)
  // Canvases and the first ticks of the stream.
  await sleep(8_000)
}

async function shoot(name: string, of: Page | string = page): Promise<void> {
  const path = `${FOLDER}${name}.png`
  if (typeof of === 'string') await page.locator(of).screenshot({ path })
  else await of.screenshot({ path })
  console.log(name)
}

{
  await using redis = await startRedis({ settings: { maxmemory: '64mb', 'maxmemory-policy': 'allkeys-lru' } })
  await using marketplace = await startMarketplace({ REDIS_URL: redis.url, TRAFFIC: 'demo' })
  await using receiver = await startReceiver()
  // Another process of the same shop: what it has loaded is found in Redis.
  await using other = await startMarketplace({
    REDIS_URL: redis.url,
    ALERT_WEBHOOK_URL: receiver.url,
    ALERT_WEBHOOK_SECRET: 'for-pictures-only',
  })
  const leave = shop([marketplace, other], request)
  await sleep(SECONDS * 600)
  await fetch(`${marketplace.url}/warm`, { method: 'POST' })
  await sleep(SECONDS * 400)

  await open(marketplace.url, 'live')
  await shoot('overview')
  await page.setViewportSize(HIGH_SCREEN)
  for (const view of ['flow', 'time', 'patterns', 'endpoints', 'warming', 'l2', 'self']) {
    await shoot(view, `#${view}`)
  }
  await page.locator('#patterns .opener').first().click()
  await shoot('pattern-open', '#patterns')
  await page.locator('#patterns .opener').first().click()
  await page.setViewportSize(SCREEN)
  await page.emulateMedia({ colorScheme: 'dark' })
  await page.evaluate(() => window.scrollTo(0, 0))
  await sleep(1_500)
  await shoot('overview-dark')
  await page.emulateMedia({ colorScheme: 'light' })
  await page.setViewportSize({ width: 380, height: 844 })
  await sleep(1_500)
  await shoot('narrow')
  await page.setViewportSize(SCREEN)

  await redis.kill()
  await sleep(UNTIL_RAISED_MS)
  await page.locator('.bar summary.pill').click()
  await shoot('l2-lost')
  await page.locator('.bar summary.pill').click()
  await shoot('l2-lost-redis', '#l2')
  await redis.restart()
  await sleep(25_000)
  await page.setViewportSize(HIGH_SCREEN)
  await page.locator('.mark-event.l2_lost, .mark-event.breaker_opened').last().click()
  await shoot('before-after', '#time')
  await redis.kill()
  await open(other.url, 'live')
  await sleep(UNTIL_RAISED_MS)
  await page.getByRole('button', { name: 'Send a test' }).click()
  await sleep(1_500)
  await shoot('alerts', '#alerts')
  await leave()
}
{
  await using redis = await startRedis()
  const start = () => startMarketplace({ REDIS_URL: redis.url })
  await using one = await start()
  await using two = await start()
  await using three = await start()
  const leave = shop([one, two, three], request)
  await sleep(UNTIL_SEEN_MS)
  await open(one.url, '15m', 'fleet')
  await shoot('fleet-overview')
  await three.kill()
  await sleep(UNTIL_MISSED_MS)
  await page.setViewportSize({ width: 1_360, height: 420 })
  await shoot('fleet-missing')
  await shoot('fleet', '#fleet')
  await leave()
}
{
  await using marketplace = await startMarketplace()
  await open(marketplace.url, '15m')
  await shoot('no-traffic')
  const leave = shop([marketplace], () => `/api/search?q=word${Math.floor(Math.random() * 1e9)}`)
  await sleep(15_000)
  await open(marketplace.url, 'live')
  await shoot('degraded')
  await shoot('low', '#low')
  await leave()
}
