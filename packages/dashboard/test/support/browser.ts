import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromiumPath } from '@hitrate/test-support'
import { type BrowserContext, chromium } from 'playwright-core'

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export interface BrowserOptions {
  readonly width?: number
  readonly height?: number
  readonly colorScheme?: 'light' | 'dark'
  /** Pixels of the device for one of the page. */
  readonly scale?: number
}

/** A browser of one's own, with an empty profile. */
export interface TestBrowser extends AsyncDisposable {
  readonly context: BrowserContext
}

export async function startBrowser(options: BrowserOptions = {}): Promise<TestBrowser> {
  const { width = 1280, height = 900, colorScheme = 'light', scale = 1 } = options
  const profile = await mkdtemp(join(tmpdir(), 'hitrate-chromium-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: chromiumPath(),
    args: FLAGS,
    headless: true,
    viewport: { width, height },
    deviceScaleFactor: scale,
    colorScheme,
    locale: 'en-GB',
    timezoneId: 'UTC',
  })
  return {
    context,
    async [Symbol.asyncDispose]() {
      await context.close()
      await rm(profile, { recursive: true, force: true })
    },
  }
}
