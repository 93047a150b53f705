import type { BrowserContext, Page } from 'playwright-core'
import { expect } from 'vitest'

/** A page, and what went wrong in it. */
export interface WatchedPage {
  readonly page: Page
  /** Errors of the console and of scripts, and requests to anywhere else; empty on a page that is well. */
  readonly troubles: string[]
}

/** Opens an address in a page of its own. */
export async function openPage(context: BrowserContext, url: string): Promise<WatchedPage> {
  const page = await context.newPage()
  const troubles: string[] = []
  const { origin } = new URL(url)
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      troubles.push(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => troubles.push(`script: ${error.message}`))
  page.on('request', (request) => {
    if (!request.url().startsWith(origin)) troubles.push(`request: ${request.url()}`)
  })
  await page.goto(url)
  return { page, troubles }
}

/** Every view as its heading names it. */
export const VIEWS: readonly string[] = [
  'Verdict',
  'Flow',
  'Over time',
  'Patterns',
  'Endpoints × patterns',
  'Low performers',
  'Warming',
  'Redis',
  'Self cost',
]

const SETTLED_WITHIN_MS = 15_000

/** Resolves once no view waits for its first answer. */
export async function settled(page: Page): Promise<void> {
  await page.getByRole('main').waitFor()
  const waiting = page.locator('main [aria-busy="true"]')
  const deadline = Date.now() + SETTLED_WITHIN_MS
  while ((await waiting.count()) > 0) {
    if (Date.now() > deadline) throw new Error(`views that still wait: ${await waiting.allInnerTexts()}`)
    await page.waitForTimeout(50)
  }
}

/** No view waits, none is wider than the screen, and nothing went wrong. */
export async function expectWell({ page, troubles }: WatchedPage): Promise<void> {
  await settled(page)
  expect(troubles).toEqual([])
  expect(await sidewaysOverflow(page)).toEqual([])
}

/** What makes the page wider than the window; empty when nothing does. */
export function sidewaysOverflow(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement
    if (scrollWidth <= clientWidth) return []
    return [...document.querySelectorAll('body *')]
      .filter((element) => element.closest('.scroller, .sections') === null)
      .filter((element) => element.getBoundingClientRect().right > clientWidth)
      .map(
        (element) => `${element.tagName}.${element.getAttribute('class')} in ${element.closest('[id]')?.id}`,
      )
  })
}
