import { describe, expect, test } from 'vitest'
import { createMonitor } from '../src/index.ts'
import { ask, expectProblem, LOCAL, manualWarmer, measuredMetrics } from './support/monitors.ts'

const monitor = createMonitor({ metrics: measuredMetrics(), warmer: manualWarmer() })

describe('query parameters', () => {
  test.each([
    ['/stats?window=5', 'window', '5', 'such as 5m, 1h, 24h'],
    ['/stats?window=', 'window', '', 'such as 5m, 1h, 24h'],
    ['/stats?window=-5m', 'window', '-5m', 'such as 5m, 1h, 24h'],
    ['/stats?window=1w', 'window', '1w', 'such as 5m, 1h, 24h'],
    ['/stats?window=9s', 'window', '9s', 'from 10s to 24h, the retention'],
    ['/stats?window=25h', 'window', '25h', 'from 10s to 24h, the retention'],
    ['/health?window=2d', 'window', '2d', 'from 10s to 24h, the retention'],
    ['/health?strict=maybe', 'strict', 'maybe', 'true, 1, false or 0'],
    ['/stats/patterns?limit=0', 'limit', '0', 'a whole number from 1 to 1000'],
    ['/stats/patterns?limit=1001', 'limit', '1001', 'a whole number from 1 to 1000'],
    ['/stats/patterns?limit=1e2', 'limit', '1e2', 'a whole number from 1 to 1000'],
    ['/stats/patterns?limit=%201', 'limit', ' 1', 'a whole number from 1 to 1000'],
    ['/stats/endpoints?limit=ten', 'limit', 'ten', 'a whole number from 1 to 1000'],
    ['/stats/top-patterns?limit=1.5', 'limit', '1.5', 'a whole number from 1 to 1000'],
    ['/stats/patterns?sort=size', 'sort', 'size', 'one of total_requests, hit_rate'],
    ['/stats/patterns?pattern=', 'pattern', '', 'a glob of 1 to 200 characters'],
    ['/stats/low-performers?threshold=1.1', 'threshold', '1.1', 'a number from 0 to 1'],
    ['/stats/low-performers?threshold=half', 'threshold', 'half', 'a number from 0 to 1'],
    ['/series?metric=hits', 'metric', 'hits', 'one or more of requests_per_second, hit_rate'],
    ['/series?metric=', 'metric', '', 'one or more of'],
    ['/series?metric=hit_rate,', 'metric', 'hit_rate,', 'separated by commas'],
    ['/series?metric=hit_rate,hit_rate', 'metric', 'hit_rate,hit_rate', 'each once'],
    ['/series?by=key', 'by', 'key', 'one of pattern, endpoint'],
    ['/series?step=0m', 'step', '0m', 'above 0'],
    ['/series?step=1h&window=5m', 'step', '1h', 'at most the window'],
    ['/series?limit=51&by=pattern', 'limit', '51', 'from 1 to 50'],
    ['/series?endpoint=', 'endpoint', '', '1 to 200 characters'],
    ['/series?endpoint=/a&pattern=a:*', 'endpoint', '/a', 'without `pattern`'],
    ['/series?endpoint=/a&by=pattern', 'endpoint', '/a', 'without `by`'],
    ['/series?pattern=a:*&by=endpoint', 'pattern', 'a:*', 'with by=pattern'],
    ['/series?metric=l1_entries&by=pattern', 'metric', 'l1_entries', 'of the whole cache only'],
    ['/series?metric=hit_p95_ms&endpoint=/a', 'metric', 'hit_p95_ms', 'of the whole cache only'],
    ['/events?limit=201', 'limit', '201', 'from 1 to 200'],
    ['/flow?window=9s', 'window', '9s', 'from 10s to 24h, the retention'],
    ['/l2?window=25h', 'window', '25h', 'from 10s to 24h, the retention'],
    ['/self?window=soon', 'window', 'soon', 'such as 5m, 1h, 24h'],
    ['/stats/low-performers?min_requests=0', 'min_requests', '0', 'a whole number from 1'],
  ])(
    '%s is refused: its name, what was given, what is accepted',
    async (path, parameter, value, accepted) => {
      const detail = expect.stringContaining(JSON.stringify(value))
      expectProblem(await ask(monitor, path), 400, {
        parameter,
        value,
        detail,
        accepted: expect.stringContaining(accepted),
      })
    },
  )

  test('one given twice is refused', async () => {
    expectProblem(await ask(monitor, '/stats?window=5m&window=1h'), 400, {
      parameter: 'window',
      value: ['5m', '1h'],
      accepted: expect.stringContaining('given once'),
    })
  })

  test.each([
    ['/stats?windwo=5m', 'windwo', 'window'],
    ['/stats?window=5m&range=fleet', 'range', 'window'],
    ['/stats/patterns?page=2', 'page', 'pattern, sort, limit, window'],
    ['/info?verbose', 'verbose', 'these query parameters: scope'],
    ['/stream?window=5m', 'window', 'these query parameters: scope'],
    ['/about?x=1', 'x', 'these query parameters: scope'],
    ['/series?metrics=hit_rate', 'metrics', 'metric, window, step, by, pattern, endpoint, limit'],
    ['/openapi.json?x=1', 'x', 'no query parameter'],
    ['/endpoints?x=1', 'x', 'no query parameter'],
    ['/stats?__proto__=1', '__proto__', 'window'],
  ])(
    '%s: an unknown name is refused, and the answer lists the known ones',
    async (path, parameter, accepted) => {
      expectProblem(await ask(monitor, path), 400, { parameter, accepted: expect.stringContaining(accepted) })
    },
  )

  test('an unknown name is refused on a POST before anything is done', async () => {
    const metrics = measuredMetrics()
    const answered = await ask(createMonitor({ metrics }), '/reset-metrics?all=1', { method: 'POST' })
    expectProblem(answered, 400, { parameter: 'all' })
    expect(metrics.overall().totalRequests).toBe(90)
  })

  test('what is given comes back cut short', async () => {
    const long = 'x'.repeat(5_000)
    expect((await ask(monitor, `/stats?window=${long}`)).text.length).toBeLessThan(1_000)
    expect((await ask(monitor, `/stats?${long}=1`)).text.length).toBeLessThan(1_000)
    const body = JSON.stringify({ strategies: { deep: [long] } })
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body }
    expect((await ask(monitor, '/warm', init)).text.length).toBeLessThan(1_000)
    expect((await ask(monitor, `/${long}`)).text.length).toBeLessThan(1_000)
  })
})

describe('paths and methods', () => {
  test.each([
    '/nothing',
    '/stats/',
    '/stats/nothing',
    '/Health',
    '/warm/runs/',
    '/series/',
    '/events/1',
    '/metrics/1',
    '//health',
  ])('%s is 404', async (path) => {
    expectProblem(await ask(monitor, path), 404)
  })

  test.each(['http://localhost/', 'http://localhost/health', 'http://localhost/api/v1/cachehealth'])(
    '%s, outside the mount, is 404',
    async (url) => {
      expect((await monitor.fetch(new Request(url), LOCAL)).status).toBe(404)
    },
  )

  test.each([
    ['POST', '/health', 'GET, HEAD, OPTIONS'],
    ['DELETE', '/stats', 'GET, HEAD, OPTIONS'],
    ['PUT', '/warm/runs/run-1', 'GET, HEAD, OPTIONS'],
    ['PATCH', '', 'GET, HEAD, OPTIONS'],
    ['POST', '/stream', 'GET, HEAD, OPTIONS'],
    ['POST', '/series', 'GET, HEAD, OPTIONS'],
    ['GET', '/warm', 'POST, OPTIONS'],
    ['HEAD', '/reset-metrics', 'POST, OPTIONS'],
  ])('%s %s is 405 and says what is allowed', async (method, path, allow) => {
    const answered = await ask(monitor, path, { method })
    expect(answered.status).toBe(405)
    expect(answered.headers.get('allow')).toBe(allow)
    if (method !== 'HEAD') expectProblem(answered, 405)
  })

  test('HEAD answers like GET, without a body', async () => {
    const answered = await ask(monitor, '/stats', { method: 'HEAD' })
    expect(answered).toMatchObject({ status: 200, text: '' })
    expect(answered.headers.get('content-type')).toContain('application/json')
  })

  test('OPTIONS says what is allowed, and lets no other origin in', async () => {
    const init = {
      method: 'OPTIONS',
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
    }
    const answered = await ask(monitor, '/warm', init)
    expect(answered).toMatchObject({ status: 204, text: '' })
    expect(answered.headers.get('allow')).toBe('POST, OPTIONS')
    expect(answered.headers.get('access-control-allow-origin')).toBeNull()
    expectProblem(await ask(monitor, '/nothing', { method: 'OPTIONS' }), 404)
  })
})

describe('bodies', () => {
  const post = (body: RequestInit['body'], type?: string): RequestInit => ({
    method: 'POST',
    body: body ?? null,
    headers: type === undefined ? {} : { 'content-type': type },
  })

  test.each(['{', '{"strategies":', 'discover feed', '\u0000'])('%j is not JSON: 400', async (body) => {
    expectProblem(await ask(monitor, '/warm', post(body, 'application/json')), 400, { parameter: 'body' })
  })

  test.each([
    'application/x-www-form-urlencoded',
    'text/plain',
    'multipart/form-data; boundary=x',
    'application/jsonp',
  ])('%s is 415 and the answer says what is accepted', async (type) => {
    expectProblem(await ask(monitor, '/warm', post('a=1', type)), 415, {
      parameter: 'content-type',
      accepted: 'application/json',
    })
  })

  test('a body without a type is 415', async () => {
    expectProblem(await ask(monitor, '/warm', post(new Blob(['{"strategies":["x"]}']))), 415)
  })

  test('a body over the cap is 413, whether its length is told or not', async () => {
    const large = `{"strategies":["${'x'.repeat(70_000)}"]}`
    const told = {
      ...post(large, 'application/json'),
      headers: { 'content-type': 'application/json', 'content-length': '70100' },
    }
    expectProblem(await ask(monitor, '/warm', told), 413)
    let sent = 0
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent++
        controller.enqueue(new Uint8Array(1_024).fill(0x20))
      },
    })
    const init: RequestInit & { duplex: 'half' } = { ...post(endless, 'application/json'), duplex: 'half' }
    expectProblem(await ask(monitor, '/warm', init), 413)
    expect(sent).toBeLessThan(100)
  })

  test('a body that breaks off is 400, and no failure of the monitor to be logged', async () => {
    const logged: string[] = []
    const logger = { error: (_fields: object, message: string) => void logged.push(message) }
    const broken = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode('{"strategies"')),
      pull: (controller) => controller.error(new Error('aborted')),
    })
    const init: RequestInit & { duplex: 'half' } = { ...post(broken, 'application/json'), duplex: 'half' }
    const listening = createMonitor({ metrics: measuredMetrics(), production: false, logger })
    expectProblem(await ask(listening, '/warm', init), 400, { detail: 'The body broke off' })
    expect(logged).toEqual([])
  })

  test('a forbidden body is not even read', async () => {
    const closed = createMonitor({ metrics: measuredMetrics(), authorize: () => false })
    expectProblem(await ask(closed, '/warm', post('{', 'application/json')), 403)
  })
})

test('every answer, also a refusal, is not to be stored, sniffed or framed', async () => {
  for (const path of ['', '/health', '/stats', '/nothing', '/stats?x=1', '/openapi.json', '/info']) {
    const { headers } = await ask(monitor, path)
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
  }
})
