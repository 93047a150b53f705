import type { CDPSession } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startBrowser, type TestBrowser } from './support/browser.ts'
import { type Marketplace, startMarketplace } from './support/marketplace.ts'
import { expectWell, openPage, settled } from './support/watched-page.ts'

/** Set to run for half an hour, as somebody does who leaves the page open; in between: `HITRATE_DASHBOARD_MINUTES=3`. */
const LONG = process.env.HITRATE_DASHBOARD_LONG === '1'
const MINUTES = LONG ? 30 : Number(process.env.HITRATE_DASHBOARD_MINUTES ?? 0.75)
/** Caches of the page fill first: answers of all windows, ticks of a minute and a half, and a chart's worth of points. */
const WARM_UP_MS = MINUTES < 2 ? 20_000 : MINUTES < 10 ? 100_000 : 6 * 60_000
/** Looks at what is held, evenly over the time. */
const SAMPLES = Math.max(6, Math.round(MINUTES))

let browser: TestBrowser
let shop: Marketplace
beforeAll(async () => {
  ;[shop, browser] = await Promise.all([startMarketplace({ TRAFFIC: 'demo' }), startBrowser()])
})
afterAll(async () => {
  await browser?.[Symbol.asyncDispose]()
  await shop?.stop()
})

/** What the page holds after garbage was collected. */
interface Held {
  readonly minutes: number
  readonly heapBytes: number
  readonly nodes: number
  readonly listeners: number
}

async function heldBy(session: CDPSession, minutes: number): Promise<Held> {
  // Twice: what the first one finalises, the second one frees.
  await session.send('HeapProfiler.collectGarbage')
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  const { nodes, jsEventListeners } = await session.send('Memory.getDOMCounters')
  return { minutes, heapBytes: usedSize, nodes, listeners: jsEventListeners }
}

/** By how much it grows over the whole time: the median slope between any two looks (Theil and Sen), which one odd look does not move. */
function growthOf(held: readonly Held[], figure: (look: Held) => number): number {
  const slopes = held
    .flatMap((one, place) =>
      held.slice(place + 1).map((other) => (figure(other) - figure(one)) / (other.minutes - one.minutes)),
    )
    .toSorted((a, b) => a - b)
  return (slopes[Math.floor(slopes.length / 2)] ?? Number.NaN) * MINUTES
}

test(
  `a page left open for ${MINUTES} min grows neither in memory nor in elements nor in listeners`,
  async () => {
    const watched = await openPage(browser.context, `${shop.url}?window=live`)
    const { page } = watched
    await settled(page)
    const session = await page.context().newCDPSession(page)
    await page.waitForTimeout(WARM_UP_MS)
    const started = performance.now()
    const held: Held[] = []
    for (let sample = 0; sample <= SAMPLES; sample++) {
      const due = (sample / SAMPLES) * MINUTES * 60_000
      await page.waitForTimeout(Math.max(0, started + due - performance.now()))
      held.push(await heldBy(session, (performance.now() - started) / 60_000))
    }
    const growth = {
      heapBytes: Math.round(growthOf(held, ({ heapBytes }) => heapBytes)),
      nodes: Math.round(growthOf(held, ({ nodes }) => nodes)),
      listeners: Math.round(growthOf(held, ({ listeners }) => listeners)),
    }
    for (const look of held) console.log(JSON.stringify(look))
    console.log(`growth over ${MINUTES} min: ${JSON.stringify(growth)}`)
    // A tick a second and a dozen answers every two: what was kept of each would be megabytes.
    expect(growth.heapBytes).toBeLessThan(1_500_000)
    expect(growth.nodes).toBeLessThan(800)
    expect(growth.listeners).toBeLessThan(50)
    await expectWell(watched)
    await page.close()
  },
  WARM_UP_MS + MINUTES * 60_000 + 60_000,
)
