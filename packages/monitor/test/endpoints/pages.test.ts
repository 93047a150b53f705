import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createMonitor } from '../../src/index.ts'
import { ask, measuredMetrics } from '../support/monitors.ts'

/** What the design lists, as OpenAPI writes it; nothing more, nothing less. */
const ENDPOINTS = [
  'get /',
  'get /about',
  'get /alerts',
  'get /endpoints',
  'get /events',
  'get /fleet',
  'get /flow',
  'get /health',
  'get /info',
  'get /l2',
  'get /metrics',
  'get /openapi.json',
  'get /self',
  'get /series',
  'get /stats',
  'get /stats/endpoints',
  'get /stats/low-performers',
  'get /stats/patterns',
  'get /stats/top-patterns',
  'get /stream',
  'get /warm/runs',
  'get /warm/runs/{id}',
  'post /alerts/test',
  'post /reset-metrics',
  'post /warm',
]

const monitor = createMonitor({
  cache: { name: '<b>shop</b>', metrics: measuredMetrics(), info: async () => ({ l1: null, l2: null }) },
})

interface OpenApi {
  readonly openapi: string
  readonly servers: readonly { readonly url: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> }
}

interface Operation {
  readonly summary?: string
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required?: boolean }[]
  readonly responses: Readonly<Record<string, { readonly description: string; readonly content: object }>>
}

async function contract(): Promise<OpenApi> {
  return JSON.parse((await ask(monitor, '/openapi.json')).text)
}

describe('GET /openapi.json', () => {
  test('lists exactly the endpoints there are, below the mount', async () => {
    const { openapi, servers, paths } = await contract()
    expect(openapi).toBe('3.1.0')
    expect(servers).toEqual([{ url: '/api/v1/cache' }])
    const listed = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((m) => `${m} ${path}`),
    )
    expect(listed.sort()).toEqual(ENDPOINTS)
  })

  test('describes every operation: a summary, an answer, and its refusals as problem JSON', async () => {
    for (const methods of Object.values((await contract()).paths)) {
      for (const { summary, responses } of Object.values(methods)) {
        expect(summary).toBeTruthy()
        expect(Object.keys(responses)).toEqual(expect.arrayContaining(['200', '400', '401', '403', '500']))
        expect(responses['400']?.content).toHaveProperty(['application/problem+json'])
      }
    }
  })

  test('every reference it makes can be followed', async () => {
    const document = await contract()
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)]
    expect(references.length).toBeGreaterThan(0)
    for (const [, name] of references) expect(document.components.schemas).toHaveProperty([name ?? ''])
  })

  test('no query parameter is required, and each is named as the design names it', async () => {
    const { paths } = await contract()
    const queryOf = (path: string): readonly string[] =>
      (paths[path]?.get?.parameters ?? [])
        .filter((p) => p.in === 'query' && p.required !== true)
        .map((p) => p.name)
    expect(queryOf('/health')).toEqual(['window', 'strict', 'scope'])
    expect(queryOf('/stats/patterns')).toEqual(['pattern', 'sort', 'limit', 'window', 'scope'])
    expect(queryOf('/series')).toEqual([
      'metric',
      'window',
      'step',
      'by',
      'pattern',
      'endpoint',
      'limit',
      'scope',
    ])
    expect(queryOf('/stats/low-performers')).toEqual([
      'threshold',
      'min_requests',
      'limit',
      'window',
      'scope',
    ])
  })
})

describe('GET /endpoints', () => {
  test('is a page that names every endpoint and links those that can be asked for by a link', async () => {
    const { status, headers, text } = await ask(monitor, '/endpoints')
    expect(status).toBe(200)
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8')
    for (const endpoint of ENDPOINTS) expect(text).toContain(endpoint.split(' ')[1])
    expect(text).toContain('href="/api/v1/cache/stats/low-performers"')
    expect(text).not.toContain('href="/api/v1/cache/warm"')
  })

  test('loads and runs nothing: no script, and a policy that knows its one style by hash', async () => {
    const { headers, text } = await ask(monitor, '/endpoints')
    expect(text).not.toMatch(/<script|\son\w+=|\sstyle=|https?:\/\//)
    const style = /<style>([\s\S]*)<\/style>/.exec(text)?.[1] ?? ''
    const hash = createHash('sha256').update(style).digest('base64')
    const policy = headers.get('content-security-policy')
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain(`style-src 'sha256-${hash}'`)
    expect(policy).toContain("frame-ancestors 'none'")
  })

  test('names are text, never markup', async () => {
    const { text } = await ask(monitor, '/endpoints')
    expect(text).toContain('&lt;b&gt;shop&lt;/b&gt;')
    expect(text).not.toContain('<b>shop')
  })

  test('follows the mount wherever it is', async () => {
    for (const [path, link] of [
      ['/', '/stats'],
      ['/internal/cache', '/internal/cache/stats'],
    ] as const) {
      const mounted = createMonitor({ metrics: measuredMetrics(), path })
      const url = `http://localhost${path === '/' ? '' : path}/endpoints`
      const page = await (await mounted.fetch(new Request(url), { remoteAddress: '127.0.0.1' })).text()
      expect(page).toContain(`href="${link}"`)
      const stats = await mounted.fetch(new Request(`http://localhost${link}`), {
        remoteAddress: '127.0.0.1',
      })
      expect(stats.status).toBe(200)
    }
  })
})
