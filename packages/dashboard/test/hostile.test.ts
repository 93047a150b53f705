import { createMetrics } from 'hitrate/metrics'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { violations } from './support/axe.ts'
import { startBrowser, type TestBrowser } from './support/browser.ts'
import { type MonitorServer, serveMonitor } from './support/monitor-server.ts'
import { expectWell, openPage, settled, sidewaysOverflow, type WatchedPage } from './support/watched-page.ts'

/** Names that would do harm on a page that believed them. */
const NAMES = [
  '<img src=x onerror="document.title=1">',
  '</script><script>document.title=1</script>',
  '"onmouseover="document.title=1"',
  "javascript:document.title=1//'",
  'nul\u0000bell\u0007escape\u001b[31mred',
  'new\nline\ttab',
  'gnp.\u202egnp.exe',
  'شهر-رمضان-المبارك',
  'עברית-מימין-לשמאל',
  '\u2067\u2066nested isolates',
  'a\u200bb\u200dc\ufeffd',
  '\ud800lone surrogate',
  '🦊'.repeat(60),
  'long-'.repeat(205),
  '{{constructor}}',
  '__proto__',
]

/** A name as a regular expression that matches it alone. */
function escaped(name: string): string {
  return name.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}

let browser: TestBrowser
let server: MonitorServer
let watched: WatchedPage
beforeAll(async () => {
  browser = await startBrowser()
  const metrics = createMetrics({
    // Each name is a pattern of its own, as it stands.
    patterns: NAMES.map((name) => ({ match: new RegExp(`^${escaped(name)}$`), pattern: name })),
  })
  for (const name of NAMES) {
    for (let time = 0; time < 20; time++) {
      metrics.record({
        operation: 'get',
        key: name,
        endpoint: `/api/${name}`,
        hit: time > 14,
        responseTimeMs: 2,
      })
    }
  }
  const strategies = NAMES.slice(0, 4)
  const run = {
    id: 'run-<b>1</b>',
    status: 'failed' as const,
    startedAt: Date.now(),
    tookMs: 3,
    keysWarmed: 0,
    alreadyFresh: 0,
    failed: 1,
    readLater: null,
    strategies: strategies.map((name) => ({
      name,
      status: 'failed' as const,
      tookMs: 1,
      keysWarmed: 0,
      alreadyFresh: 0,
      failed: 1,
      error: `<script>document.title=1</script> ${name}`,
    })),
  }
  const warmer = {
    strategies,
    start: () => ({ run, done: Promise.resolve(run) }),
    runs: () => [run],
    runOf: () => run,
  }
  server = await serveMonitor({ metrics, warmer, info: () => ({ l1: null, l2: null }) })
  watched = await openPage(browser.context, server.url)
  await settled(watched.page)
})
afterAll(async () => {
  await browser?.[Symbol.asyncDispose]()
  await server?.[Symbol.asyncDispose]()
})

test('hostile names are shown as text on every view, and nothing of them runs', async () => {
  const { page } = watched
  await page.getByRole('button', { name: /Show all/ }).click()
  for (const view of ['patterns', 'endpoints', 'low', 'warming']) {
    expect(await page.locator(`#${view}`).innerText(), view).toContain('<img src=x')
  }
  const openers = page.locator('#patterns .opener')
  for (let row = 0; row < (await openers.count()); row++) {
    await openers.nth(row).click()
    expect(await sidewaysOverflow(page)).toEqual([])
  }
  await page.locator('#warming .opener').first().click()
  await page.locator('#endpoints').getByText('The same as a table').click()
  expect(await page.title()).toBe('cache · Hitrate')
  expect(await page.locator('main img, main script').count()).toBe(0)
  await expectWell(watched)
})

test('control characters and those that turn the direction of writing are seen as signs', async () => {
  const text = await watched.page.locator('#patterns').innerText()
  expect(text).toContain('nul␀bell␇escape␛[31mred')
  expect(text).toContain('gnp.⟨202E⟩gnp.exe')
  for (const character of ['\u0000', '\u001b', '\u202e', '\u2066', '\u200b', '\ud800']) {
    expect(text).not.toContain(character)
  }
})

test('a name of a kilobyte is cut where it is listed, and whole where its row is open', async () => {
  const { page } = watched
  const opener = page.locator('#patterns .opener', { hasText: 'long-long-' })
  expect((await opener.innerText()).length).toBeLessThan(120)
  if ((await opener.getAttribute('aria-expanded')) !== 'true') await opener.click()
  const shown = await page.locator('#patterns .detail-name').innerText()
  expect(shown.length).toBeGreaterThan(100)
})

test('they change nothing at 380 px either, nor for axe', async () => {
  const { page } = watched
  await page.setViewportSize({ width: 380, height: 760 })
  expect(await sidewaysOverflow(page)).toEqual([])
  expect(await violations(page)).toEqual([])
})
