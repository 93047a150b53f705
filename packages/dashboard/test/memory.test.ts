import type { CDPSession } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startBrowser, type TestBrowser } from './support/browser.ts'
import { type Marketplace, startMarketplace } from './support/marketplace.ts'
import { expectWell, openPage, settled } from './support/watched-page.ts'

/** Set to run for half an hour, as somebody does who leaves the page open. */
const LONG = process.env.HITRATE_DASHBOARD_LONG === '1'
const MINUTES = LONG ? 30 : 0.75
/** Caches of the page fill first: answers of all windows, and a chart's worth of points. */
const WARM_UP_MS = LONG ? 6 * 60_000 : 20_000

let browser: TestBrowser
let shop: Marketplace
beforeAll(async () => {
  ;[shop, browser] = await Promise.all([startMarketplace({ TRAFFIC: 'demo' }), startBrowser()])
})
afterAll(async () => {
  await browser?.[Symbol.asyncDispose]()
  await shop?.stop()
})

interface Held {
  readonly heapBytes: number
  readonly nodes: number
}

async function heldBy(session: CDPSession): Promise<Held> {
  // Twice: what the first one finalises, the second one frees.
  await session.send('HeapProfiler.collectGarbage')
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  const { nodes } = await session.send('Memory.getDOMCounters')
  return { heapBytes: usedSize, nodes }
}

test(
  `a page left open for ${MINUTES} min grows neither in memory nor in elements`,
  async () => {
    const watched = await openPage(browser.context, `${shop.url}?window=live`)
    const { page } = watched
    await settled(page)
    const session = await page.context().newCDPSession(page)
    await page.waitForTimeout(WARM_UP_MS)
    const before = await heldBy(session)
    await page.waitForTimeout(MINUTES * 60_000)
    const after = await heldBy(session)
    const grown = after.heapBytes - before.heapBytes
    console.log(`held: ${JSON.stringify({ before, after, grown })}`)
    // A tick a second and a dozen answers every two: what was kept of each would be megabytes.
    expect(grown).toBeLessThan(1_500_000)
    expect(after.nodes - before.nodes).toBeLessThan(800)
    await expectWell(watched)
    await page.close()
  },
  WARM_UP_MS + MINUTES * 60_000 + 60_000,
)
