import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createAccess } from '../../src/access/access.ts'
import { createApp, type MonitorApp, permitWith } from '../../src/endpoints/app.ts'
import { mountAssets } from '../../src/endpoints/assets.ts'
import { mountPages } from '../../src/endpoints/page.ts'
import { createMonitor } from '../../src/index.ts'
import { readBuild } from '../../src/pages/dashboard-build.ts'
import { ask, expectProblem, measuredMetrics } from '../support/monitors.ts'

const BASE = '/api/v1/cache'
const SCRIPT = 'console.log("the dashboard")'
const MANIFEST = {
  'src/main.tsx': {
    file: 'assets/main-aa.js',
    src: 'src/main.tsx',
    isEntry: true,
    css: ['assets/main-bb.css'],
  },
  'src/icon.svg': { file: 'assets/icon-cc.svg', src: 'src/icon.svg' },
}

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hitrate-build-'))
  await mkdir(join(folder, 'assets'))
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(MANIFEST))
  await writeFile(join(folder, 'assets/main-aa.js'), SCRIPT)
  await writeFile(join(folder, 'assets/main-bb.css'), 'body { margin: 0 }')
  await writeFile(join(folder, 'assets/icon-cc.svg'), '<svg/>')
  await writeFile(join(folder, 'assets/secret.txt'), 'not part of the build')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** The pages over the build in a folder, for somebody on this machine. */
function appOver(build: URL, name = 'shop'): MonitorApp {
  const access = createAccess({ allowReset: false, production: false })
  const app = createApp((request) => new URL(request.url).pathname.slice(BASE.length) || '/')
  const permit = permitWith(access)
  mountAssets(app, permit, () => readBuild(build))
  mountPages(app, permit, { access, name, base: BASE, build: () => readBuild(build) })
  return app
}

function get(app: MonitorApp, path: string, headers: Record<string, string> = {}): Promise<Response> {
  const request = new Request(`http://localhost${BASE}${path}`, { headers })
  return Promise.resolve(app.fetch(request, { remoteAddress: '127.0.0.1' }))
}

const built = (): MonitorApp => appOver(pathToFileURL(`${folder}/`))

describe('the dashboard at the mount', () => {
  test('is a page that loads the build from below the mount, with or without a slash at its end', async () => {
    for (const path of ['', '/', '/?window=1h&scope=fleet']) {
      const response = await get(built(), path)
      expect(response.status).toBe(200)
      const text = await response.text()
      expect(text).toContain('<script type="module" src="/api/v1/cache/assets/main-aa.js"></script>')
      expect(text).toContain('<link rel="stylesheet" href="/api/v1/cache/assets/main-bb.css">')
      expect(text).toContain('<link rel="icon" href="/api/v1/cache/assets/icon-cc.svg">')
      expect(text).toContain('data-base="/api/v1/cache" data-name="shop" data-signed-in="false"')
    }
  })

  test('its policy lets nothing in but its own files and its own API, and nothing inline', async () => {
    const response = await get(built(), '')
    const policy = response.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    for (const source of ['script-src', 'style-src', 'img-src', 'connect-src', 'form-action']) {
      expect(policy).toContain(`${source} 'self'`)
    }
    expect(policy).not.toContain('unsafe')
    expect(await response.text()).not.toMatch(/<style|\son\w+=|\sstyle=|https?:\/\//)
  })

  test('a name is text, never markup, also as an attribute', async () => {
    const text = await (await get(appOver(pathToFileURL(`${folder}/`), '"><b>shop'), '')).text()
    expect(text).toContain('data-name="&quot;&gt;&lt;b&gt;shop"')
    expect(text).not.toContain('<b>')
  })

  test('where it is not built, the list of endpoints takes its place', async () => {
    const text = await (await get(appOver(pathToFileURL(`${folder}/nothing/`)), '')).text()
    expect(text).toContain('All endpoints, as a page of links')
  })
})

describe('its files', () => {
  test('are served under their types, for ever, to one browser', async () => {
    for (const [name, type] of [
      ['main-aa.js', 'text/javascript; charset=utf-8'],
      ['main-bb.css', 'text/css; charset=utf-8'],
      ['icon-cc.svg', 'image/svg+xml'],
    ] as const) {
      const { status, headers } = await get(built(), `/assets/${name}`)
      expect(status).toBe(200)
      expect(headers.get('content-type')).toBe(type)
      expect(headers.get('cache-control')).toBe('private, max-age=31536000, immutable')
    }
  })

  test('are compressed for those who take it', async () => {
    const response = await get(built(), '/assets/main-aa.js', { 'accept-encoding': 'gzip, br' })
    expect(response.headers.get('content-encoding')).toBe('gzip')
    expect(gunzipSync(new Uint8Array(await response.arrayBuffer())).toString()).toBe(SCRIPT)
    expect(await (await get(built(), '/assets/main-aa.js')).text()).toBe(SCRIPT)
  })

  test.each([
    '/assets/secret.txt',
    '/assets/manifest.json',
    '/assets/..%2Fmanifest.json',
    '/assets/%2e%2e%2f%2e%2e%2fpackage.json',
    '/assets/',
    '/assets/assets/main-aa.js',
  ])('%s is nothing of the build, and is not served', async (path) => {
    const monitor = createMonitor({ metrics: measuredMetrics() })
    expectProblem(await ask(monitor, path), 404)
    const response = await get(built(), path)
    expect(response.status).not.toBe(200)
  })

  test('are only for those who may see the page', async () => {
    const monitor = createMonitor({ metrics: measuredMetrics(), authorize: () => false })
    expectProblem(await ask(monitor, '/assets/main-aa.js'), 403)
    expectProblem(await ask(monitor, ''), 403)
  })
})
