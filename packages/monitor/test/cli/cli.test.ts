import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createCache } from 'hitrate'
import { createMetrics, type Metrics } from 'hitrate/metrics'
import { manualClock } from 'hitrate/testing'
import { createWarmer } from 'hitrate/warming'
import { describe, expect, test, vi } from 'vitest'
import { run } from '../../src/cli/run.ts'
import { bearerToken, createMonitor, type MonitorOptions } from '../../src/index.ts'
import { cli, cliArguments, serve, serveMonitor } from '../support/cli.ts'
import { measuredMetrics } from '../support/monitors.ts'
import { lookups, watch } from '../support/watched.ts'

/** Each test starts processes, some five of them. */
vi.setConfig({ testTimeout: 60_000 })

const metricsOf = (traffic: (metrics: ReturnType<typeof createMetrics>) => void): Metrics => {
  const metrics = createMetrics({ clock: manualClock() })
  traffic(metrics)
  return metrics
}

async function serveMetrics(metrics: Metrics, more: Pick<MonitorOptions, 'authorize' | 'production'> = {}) {
  return serveMonitor(createMonitor({ metrics, production: false, alerts: false, ...more }))
}

describe('hitrate health', () => {
  const slow = lookups(100, 90, 10)
  test.each([
    ['healthy', lookups(100, 90), 0],
    [
      'warning',
      (metrics: ReturnType<typeof createMetrics>) =>
        [slow, lookups(8, 8, 300)].forEach((f) => void f(metrics)),
      1,
    ],
    ['degraded', lookups(100, 10), 2],
  ] as const)('says %s, also by its exit code', async (status, traffic, code) => {
    await using server = await serveMetrics(metricsOf(traffic))
    const ended = await cli(['health', '--url', server.url])
    expect(ended).toMatchObject({ code, stderr: '' })
    expect(ended.stdout.split('\n')[0]).toBe(status)
    expect(ended.stdout).toMatch(/10\d lookups, hit rate \d+\.\d %, avg [\d.]+ ms, p95 [\d.]+ ms/)
    const json = await cli(['health', '--json', '--url', server.url])
    expect(json.code).toBe(code)
    expect(JSON.parse(json.stdout)).toMatchObject({ status, sample: 'sufficient' })
  })

  test('names what is wrong, value and threshold', async () => {
    await using server = await serveMetrics(metricsOf(lookups(100, 10)))
    const { stdout } = await cli(['health', '--url', server.url])
    expect(stdout).toContain('- Low hit rate: 10.0 % of 100 lookups were hits (threshold: < 50 %)')
  })

  test('without a token tells of a monitor in production its status alone', async () => {
    await using server = await serveMetrics(measuredMetrics(), { production: true })
    const { code, stdout } = await cli(['health', '--url', server.url])
    expect(code).toBe(0)
    expect(stdout).toBe('healthy\nNothing else is told without a token.\n')
  })
})

describe('hitrate stats and patterns', () => {
  test('are aligned tables with units', async () => {
    await using server = await serveMetrics(measuredMetrics())
    const stats = await cli(['stats', '--window', '1h', '--url', `${server.url}/api/v1/cache/`])
    expect(stats).toMatchObject({ code: 0, stderr: '' })
    expect(stats.stdout).toContain('Window of 1 h, figures since 2026-01-01 00:00:00 UTC')
    expect(stats.stdout).toMatch(/^Lookups +90$/m)
    expect(stats.stdout).toMatch(/^Hits +52 +57\.8 %$/m)
    expect(stats.stdout).toMatch(/^Response time +\d\.\d\d ms +\d\.\d\d ms/m)

    const { stdout } = await cli(['patterns', '--url', server.url])
    const lines = stdout.trimEnd().split('\n')
    expect(lines[0]).toMatch(/^Pattern +Lookups +Hit rate +p95 +Load avg +Value avg +ttl$/)
    expect(lines[1]).toMatch(/^feed:discover:page:\* +40 +90\.0 % +1\.\d\d ms +0\.00 ms +100 B +-$/)
    expect(lines.at(-1)).toMatch(/^All +90 +57\.8 %$/)
    expect(new Set(lines.slice(0, -1).map(({ length }) => length)).size).toBe(1)
  })

  test('--json is the answer of the API, as it came', async () => {
    await using server = await serveMetrics(measuredMetrics())
    for (const [command, path] of [
      ['stats', '/stats'],
      ['patterns', '/stats/patterns'],
    ] as const) {
      const answer = await (await fetch(`${server.url}/api/v1/cache${path}?window=1h`)).text()
      const ended = await cli([command, '--json', '--window=1h', '--url', server.url])
      expect(ended).toEqual({ code: 0, stdout: `${answer}\n`, stderr: '' })
    }
  })

  test('nothing of a key is a command to the terminal', async () => {
    const key = '\u001b[31mred\u009b2J:1'
    const metrics = createMetrics({ patterns: [{ match: /red/, pattern: '\u001b[31mred\u009b2J:*' }] })
    metrics.record({ operation: 'get', key, hit: true, responseTimeMs: 1 })
    await using server = await serveMetrics(metrics)
    const { stdout } = await cli(['patterns', '--url', server.url])
    expect(stdout).toContain('red')
    expect(stdout).not.toContain('\u001b')
    expect(stdout).not.toContain('\u009b')
  })
})

describe('hitrate alerts', () => {
  test('shows what is wrong, since when, and what to do', async () => {
    const watched = watch({ rules: { health: false } })
    await watched.pass(6, lookups(20, 1))
    await using server = await serveMonitor(watched.monitor)
    const { code, stdout } = await cli(['alerts', '--url', server.url])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^firing +low_hit_rate +product:\* +5\.0 % +20\.0 % +2026-01-01 00:00:50 UTC/m)
    expect(stdout).toContain('5 % of 720 lookups of product:* were hits in 15m (threshold: < 20 %)')
    expect(stdout).toContain('/stats/low-performers')
    const json = await cli(['alerts', '--json', '--url', server.url])
    expect(JSON.parse(json.stdout)).toMatchObject({ enabled: true, current: [{ rule: 'low_hit_rate' }] })
  })

  test('says when nothing is, and when nobody looks', async () => {
    await using calm = await serveMonitor(watch().monitor)
    expect((await cli(['alerts', '--url', calm.url])).stdout).toBe('Nothing is wrong.\n')
    await using off = await serveMonitor(watch(false).monitor)
    expect((await cli(['alerts', '--url', off.url])).stdout).toBe(
      'Alerts are switched off in this monitor.\n',
    )
  })
})

describe('hitrate warm', () => {
  async function serveWarmer(gate: Promise<void> = Promise.resolve()) {
    const cache = createCache({ name: 'shop' })
    const products = cache.keyspace('product:{id:int}', { load: ({ id }) => ({ id }) })
    const warmer = createWarmer({
      cache,
      strategies: [
        {
          name: 'best sellers',
          run: async (work) => {
            await work.load(products, [{ id: 1 }, { id: 2 }])
            await gate
          },
        },
        { name: 'broken', run: () => Promise.reject(new Error('no route')) },
      ],
    })
    return { cache, server: await serveMonitor(createMonitor({ cache, warmer, production: false })) }
  }

  test('shows how far it is until it is done, and reports', async () => {
    const gate = Promise.withResolvers<void>()
    const { cache, server } = await serveWarmer(gate.promise)
    await using _cache = cache
    await using _server = server
    const child = spawn(process.execPath, [...cliArguments(['warm', 'best sellers', '--url', server.url])], {
      env: {},
    })
    let stdout = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    await expect
      .poll(() => stdout, { timeout: 30_000 })
      .toContain('warming, 0 of 1 strategies done, 2 keys: best sellers\n')
    gate.resolve()
    const [code] = await once(child, 'close')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^best sellers +done +2 +0 +0 +0 +[\d.]+ m?s$/m)
    expect(stdout).toMatch(/^done: 2 keys warmed in [\d.]+ m?s$/m)
  })

  test('what was not warmed ends with 1 and the reason; --json is the report of the run', async () => {
    const { cache, server } = await serveWarmer()
    await using _cache = cache
    await using _server = server
    const ended = await cli(['warm', '--url', server.url])
    expect(ended.code).toBe(1)
    expect(ended.stdout).toMatch(/^broken +failed/m)
    expect(ended.stdout).toContain('broken: no route')
    const json = await cli(['warm', '--json', '--url', server.url])
    expect(json.code).toBe(1)
    expect(JSON.parse(json.stdout)).toMatchObject({
      strategies: [{ already_fresh: 2 }, { status: 'failed' }],
    })
  })

  test('an unknown strategy is a usage error that lists those there are', async () => {
    const { cache, server } = await serveWarmer()
    await using _cache = cache
    await using _server = server
    const ended = await cli(['warm', 'nope', '--url', server.url])
    expect(ended).toMatchObject({ code: 64, stdout: '' })
    expect(ended.stderr).toBe(
      'hitrate: strategies.0: "nope" is not accepted; accepted: one of best sellers, broken\n',
    )
  })
})

describe('who may not ask', () => {
  test('a token comes from the option or the environment; without the right one it ends with 3', async () => {
    await using server = await serveMetrics(measuredMetrics(), { authorize: bearerToken('let-me-in') })
    const url = ['--url', server.url]
    expect((await cli(['stats', ...url, '--token', 'let-me-in'])).code).toBe(0)
    expect((await cli(['stats'], { HITRATE_TOKEN: 'let-me-in', HITRATE_URL: server.url })).code).toBe(0)
    const refused = await cli(['stats', ...url, '--token', 'wrong-one'])
    expect(refused).toMatchObject({ code: 3, stdout: '' })
    expect(refused.stderr).toContain('answered 401: A token is needed')
    expect(refused.stderr).not.toContain('wrong-one')
  })

  test('a token never follows a redirect', async () => {
    let followed = 0
    await using elsewhere = await serve((_request, response) => {
      followed++
      response.end('{}')
    })
    await using server = await serve((_request, response) => {
      response.writeHead(302, { location: elsewhere.url }).end()
    })
    expect(await cli(['stats', '--url', server.url, '--token', 'let-me-in'])).toMatchObject({ code: 3 })
    expect(followed).toBe(0)
  })
})

describe('what is wrong is named with what is accepted', () => {
  test.each<[readonly string[], string]>([
    [[], 'no command given; accepted: stats, patterns, health, warm, alerts'],
    [['stat', '--url', 'http://a'], '"stat" is no command; accepted: stats, patterns'],
    [
      ['stats', '--url', 'http://a', '--windw', '5m'],
      '--windw is no option; accepted: --url, --token, --window',
    ],
    [['stats'], '--url (or HITRATE_URL) is missing; accepted: an address such as'],
    [
      ['stats', '--url', 'localhost:8000'],
      '--url: "localhost:8000" is not accepted; accepted: an address such as',
    ],
    [['stats', '--url', 'http://me:hunter2@a'], '--url: a user or password in it is not accepted'],
    [
      ['stats', '--url', 'http://a', '--token', 'hunter2 x'],
      '--token (or HITRATE_TOKEN): 9 characters that are not',
    ],
    [['stats', '--url'], '--url wants a value'],
    [['stats', '--json=yes', '--url', 'http://a'], '--json takes no value'],
    [['warm', '--watch', '--url', 'http://a'], 'warm does not know --watch'],
    [['health', 'now', '--url', 'http://a'], 'health takes no further words, got "now"'],
  ])('hitrate %j', async (args, message) => {
    const ended = await cli(args)
    expect(ended).toMatchObject({ code: 64, stdout: '' })
    expect(ended.stderr).toContain(`hitrate: ${message}`)
    expect(ended.stderr).not.toContain('hunter2')
  })

  test('a window that is none, by the monitor itself', async () => {
    await using server = await serveMetrics(measuredMetrics())
    const ended = await cli(['stats', '--window', 'forever', '--url', server.url])
    expect(ended.code).toBe(64)
    expect(ended.stderr).toContain(
      'window: "forever" is not accepted; accepted: a whole number with its unit',
    )
  })

  test('a monitor that is not there, or is something else, ends with 3', async () => {
    const gone = await serve(() => undefined)
    await gone[Symbol.asyncDispose]()
    const unreachable = await cli(['health', '--url', gone.url])
    expect(unreachable.code).toBe(3)
    expect(unreachable.stderr).toContain("can't be reached: ECONNREFUSED")
    for (const body of ['<html>', '{"ok":true}', '[]', 'null']) {
      await using other = await serve((_request, response) => response.end(body))
      const ended = await cli(['health', '--url', other.url])
      expect(ended.code).toBe(3)
      expect(ended.stderr).toContain('did not answer as a monitor does (--url takes the path')
    }
  })

  test('--help says it all, on the standard output', async () => {
    const { code, stdout, stderr } = await cli(['--help'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    for (const word of [
      'stats',
      'patterns',
      'health',
      'warm',
      'alerts',
      '--url',
      '--token',
      '--window',
      '--scope',
      '--watch',
      '--json',
    ]) {
      expect(stdout).toContain(word)
    }
    expect(stdout).toMatch(/64 +the command line/)
  })
})

describe('--watch', () => {
  test('asks again and again, also through a time without an answer', async () => {
    const monitor = createMonitor({ metrics: measuredMetrics(), production: false, alerts: false })
    let asked = 0
    await using server = await serve(async (_request, response) => {
      asked++
      if (asked === 2) {
        response.destroy()
        return
      }
      const answer = await monitor.fetch(new Request('http://localhost/api/v1/cache/stats'), {
        remoteAddress: '127.0.0.1',
      })
      response.end(await answer.text())
    })
    const child = spawn(
      process.execPath,
      [...cliArguments(['stats', '--watch', '--json', '--url', server.url])],
      { env: {} },
    )
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    await expect.poll(() => stdout.split('\n').length, { timeout: 40_000 }).toBeGreaterThan(2)
    child.kill('SIGINT')
    await once(child, 'close')
    expect(stderr).toContain("can't be reached")
    for (const line of stdout.trimEnd().split('\n')) expect(JSON.parse(line)).toHaveProperty('total_requests')
  })
})

describe('colours', () => {
  async function printed(isTTY: boolean, env: Record<string, string>): Promise<string> {
    await using server = await serveMetrics(metricsOf(lookups(100, 10)))
    let text = ''
    const stdout = { isTTY, write: (part: string) => (text += part) }
    expect(await run(['health', '--url', server.url], { env, stdout, stderr: stdout })).toBe(2)
    return text
  }

  test('are there on a terminal, and not elsewhere or with NO_COLOR', async () => {
    expect(await printed(true, {})).toContain('\u001b[31mdegraded\u001b[0m')
    expect(await printed(true, { NO_COLOR: '' })).toContain('\u001b[31m')
    expect(await printed(true, { NO_COLOR: '1' })).not.toContain('\u001b')
    expect(await printed(false, {})).not.toContain('\u001b')
  })
})
