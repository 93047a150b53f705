import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createMonitor } from '../src/index.ts'
import { ask, manualWarmer, measuredMetrics } from './support/monitors.ts'

const PATHS = [
  '',
  '/health',
  '/stats',
  '/stats/patterns',
  '/stats/endpoints',
  '/stats/top-patterns',
  '/stats/low-performers',
  '/series',
  '/fleet',
  '/flow',
  '/events',
  '/l2',
  '/self',
  '/about',
  '/stream',
  '/warm/runs',
  '/alerts',
  '/info',
  '/metrics',
  '/openapi.json',
]
const NAMES = [
  'window',
  'strict',
  'pattern',
  'sort',
  'limit',
  'threshold',
  'min_requests',
  'metric',
  'step',
  'by',
  'endpoint',
  'wait',
  '__proto__',
  'constructor',
]

const monitor = createMonitor({
  metrics: measuredMetrics(),
  warmer: manualWarmer(),
  info: () => ({ l1: null, l2: null }),
})

/** What is near to being right finds more than noise does. */
const value = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.integer().map(String),
  fc.double().map(String),
  fc.constantFrom(
    '5m',
    '1h',
    '24h',
    'true',
    '1',
    'feed:*',
    '*?*?*',
    'hit_rate',
    'hit_rate,l1_entries',
    'requests_per_second,',
    'pattern',
    'endpoint',
    '/api/search',
    '10s',
    '0s',
    '0.5',
    '%',
    '[',
    '',
    '999999d',
  ),
)
const parameters = fc.array(
  fc.tuple(fc.oneof(fc.constantFrom(...NAMES), fc.string({ unit: 'binary' })), value),
  {
    maxLength: 4,
  },
)

test('no query makes the monitor fail: it is 200, or 400 naming a parameter', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...PATHS), parameters, async (path, given) => {
      const query = given.map(
        ([name, text]) => `${encodeURIComponent(wellFormed(name))}=${encodeURIComponent(wellFormed(text))}`,
      )
      const { status, json } = await ask(monitor, `${path}?${query.join('&')}`)
      expect([200, 400]).toContain(status)
      if (status === 400)
        expect(json).toMatchObject({ parameter: expect.any(String), accepted: expect.any(String) })
    }),
    { numRuns: 500 },
  )
})

test('no raw query string makes the monitor fail', async () => {
  const raw = fc.string({ unit: fc.constantFrom(...'%&=?[]:*+;/aw5m"<é\u0000') })
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...PATHS), raw, async (path, query) => {
      expect((await ask(monitor, `${path}?${query}`)).status).toBeLessThan(500)
    }),
    { numRuns: 500 },
  )
})

test('no path makes the monitor fail', async () => {
  const path = fc.string({ unit: fc.constantFrom(...'%/.:*{}2fF\\aé') })
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('/', '/warm/runs/', '/stats/'), path, async (start, rest) => {
      expect((await ask(monitor, start + rest)).status).toBeLessThan(500)
    }),
    { numRuns: 500 },
  )
})

test('no JSON body makes the monitor fail', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.json(), fc.string()), async (body) => {
      const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body }
      expect((await ask(monitor, '/warm', init)).status).toBeLessThan(500)
    }),
    { numRuns: 300 },
  )
})

/** Lone surrogates can't stand in a URL. */
function wellFormed(text: string): string {
  return text.toWellFormed()
}
