import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ReplayArguments, ReplayError } from '../../src/replay/arguments.ts'
import { replay } from '../../src/replay/replay.ts'
import { run } from '../support/child.ts'
import { startForTest, type TestMarketplace } from '../support/marketplace.ts'
import { realData, realDataMissing } from '../support/real-data.ts'

const HEADER = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'marketplace-replay-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function file(name: string, lines: readonly string[]): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, gzipSync([HEADER, ...lines].join('\n')))
  return path
}

interface Replayed {
  readonly ok: boolean
  readonly out: string
  readonly progress: string
}

async function replayed(
  url: string,
  files: readonly string[],
  options: Partial<ReplayArguments> & { readonly token?: string; readonly signal?: AbortSignal } = {},
): Promise<Replayed> {
  const { token, signal = new AbortController().signal, ...rest } = options
  let out = ''
  let progress = ''
  const ok = await replay(
    { files, url, speed: 'max', concurrency: 4, ...rest },
    {
      token,
      signal,
      out: { write: (text) => (out += text) },
      progress: { write: (text) => (progress += text) },
    },
  )
  return { ok, out, progress }
}

describe('a replay of a file', () => {
  let shop: TestMarketplace
  beforeAll(async () => {
    shop = await startForTest({ CACHE_ADMIN_TOKEN: 'let-me-in' })
  })
  afterAll(() => shop?.close())

  const withToken = { headers: { authorization: 'Bearer let-me-in' } }

  /** 60 lines, 6 visits, 10 products. */
  const lines = Array.from(
    { length: 60 },
    (_, index) =>
      `${Math.floor(index / 10)},${10_001 + (index % 10)},"RED MUG, ${index}",1,2011-03-01 08:${10 + Math.floor(index / 10)}:00,1,${12_001 + Math.floor(index / 20)}.0,UK`,
  )

  it('sends each line once: lookups equal lines, misses equal products, in a table', async () => {
    const path = await file('a.csv.gz', [...lines, '6,,NO CODE,1,2011-03-01 09:00:00,1,,UK', 'broken line'])
    const { ok, out, progress } = await replayed(shop.url, [path], { token: 'let-me-in' })
    expect(ok).toBe(true)
    expect(out).toContain(
      'a.csv.gz: 60 lines of orders: 6 visits, 10 products; 1 skipped without a StockCode, 1 unreadable\n  a.csv.gz, line 63 has 1 field where the header has 8\n',
    )
    expect(out).toMatch(/sent all 60 lines in [\d.]+ s: 78 requests, 0 failed/)
    expect(out).toMatch(/product:\* lookups 60 equal the lines sent 60: hits 50 \+ misses 10 \+ coalesced 0/)
    expect(out).toMatch(/^pattern +requests +hits +hit rate +p50 ms +p95 ms +p99 ms$/m)
    expect(out).toMatch(/^product:\* +60 +50 +83\.3 % /m)
    expect(out).toMatch(/^feed:discover:page:\* +6 +/m)
    expect(out).toMatch(/^user:\* +6 +3 /m)
    expect(out).toMatch(/^request +sent +failed +p50 ms +p95 ms +p99 ms +max ms$/m)
    expect(out).toMatch(/^search +6 +0 /m)
    expect(progress).toMatch(/60 of 60 lines \(100 %\)/)
  })

  it('counts anew: a second one finds everything', async () => {
    const path = await file('b.csv.gz', lines)
    const { out } = await replayed(shop.url, [path, path], { token: 'let-me-in' })
    expect(out).toMatch(/product:\* lookups 120 equal the lines sent 120: hits 120 \+ misses 0/)
  })

  it('keeps the pace that it is asked for', async () => {
    const path = await file('c.csv.gz', lines)
    const from = performance.now()
    // Five minutes of orders at 300 times their pace take a second.
    await replayed(shop.url, [path], { token: 'let-me-in', speed: { times: 300 } })
    expect(performance.now() - from).toBeGreaterThanOrEqual(990)
  })

  it('ends early on a signal, and shows what was measured', async () => {
    const path = await file('d.csv.gz', lines)
    const stopping = new AbortController()
    const running = replayed(shop.url, [path], {
      token: 'let-me-in',
      speed: { times: 1 },
      signal: stopping.signal,
    })
    const lookups = async () => (await shop.ask('/api/v1/cache/stats', withToken)).body
    await expect.poll(lookups, { timeout: 15_000 }).toMatchObject({ total_requests: 13 })
    stopping.abort()
    const { ok, out } = await running
    expect(ok).toBe(false)
    expect(out).toMatch(/interrupted: sent 10 of 60 lines in/)
    expect(out).toContain('product:*')
  })

  it('is refused, before anything is sent, when the server does not know the products', async () => {
    const path = await file('e.csv.gz', [...lines, '9,85123A,HEART,1,2011-03-01 10:00:00,1,,UK'])
    await expect(replayed(shop.url, [path], { token: 'let-me-in' })).rejects.toThrow(
      new ReplayError(
        `the marketplace at ${shop.url} has loaded the generated catalogue and doesn't know 1 of the 11 products (85123A); start it with MARKETPLACE_DATA set to the folder whose online-retail/ holds the files`,
      ),
    )
  })

  it('is refused without the token that the server wants', async () => {
    const path = await file('f.csv.gz', lines)
    await expect(replayed(shop.url, [path])).rejects.toThrow(
      /reset-metrics was answered with 40[13].*; set CACHE_ADMIN_TOKEN to the server's/,
    )
  })

  it('is refused when there is no file, nothing in it, no server, or another one', async () => {
    const path = await file('g.csv.gz', lines)
    const empty = await file('h.csv.gz', [])
    await expect(replayed(shop.url, [join(folder, 'none.csv')])).rejects.toThrow(/none\.csv: ENOENT/)
    await expect(replayed(shop.url, [empty])).rejects.toThrow(/no line with a StockCode/)
    await expect(replayed('http://127.0.0.1:1', [path])).rejects.toThrow(
      /no marketplace answers at http:\/\/127\.0\.0\.1:1 \(.+\); start one with npm start/,
    )
    const other = await listening(createServer((_request, response) => void response.end('{"codes":1}')))
    await expect(replayed(other.url, [path])).rejects.toThrow(/is not a marketplace/)
    other.server.close()
  })

  it('counts what fails, goes on, and gives up only when nothing answers any more', async () => {
    const path = await file('i.csv.gz', lines)
    let requests = 0
    const flaky = await listening(
      createServer((request, response) => {
        if (request.url?.startsWith('/api/catalogue') === true) {
          const codes = Array.from({ length: 10 }, (_, index) => String(10_001 + index))
          return void response.end(JSON.stringify({ codes }))
        }
        if (request.url?.startsWith('/api/v1/cache') === true) {
          return void response.end(
            JSON.stringify({
              patterns: [],
              aggregate: {
                total_requests: 0,
                cache_hits: 0,
                hit_rate: 0,
                p50_response_time_ms: 0,
                p95_response_time_ms: 0,
                p99_response_time_ms: 0,
              },
            }),
          )
        }
        response.statusCode = ++requests % 2 === 0 ? 500 : 200
        response.end()
      }),
    )
    const half = await replayed(flaky.url, [path], { concurrency: 1 })
    expect(half.ok).toBe(false)
    expect(half.out).toMatch(/sent all 60 lines .*: 78 requests, 39 failed/)
    expect(half.out).toMatch(/first failure: GET \/api\/users\/12001 was answered with 500/)
    expect(half.out).toContain('product:* has no lookups, though 60 lines were sent')

    flaky.server.removeAllListeners('request')
    flaky.server.on('request', (request, response) => {
      if (request.url?.startsWith('/api/catalogue') === true) {
        const codes = Array.from({ length: 10 }, (_, index) => String(10_001 + index))
        return void response.end(JSON.stringify({ codes }))
      }
      if (request.url?.startsWith('/api/v1/cache') === true) return void response.end('{}')
      request.socket.destroy()
    })
    const gone = await replayed(flaky.url, [path], { concurrency: 1 })
    expect(gone.ok).toBe(false)
    expect(gone.out).toMatch(/the server does not answer any more: sent \d+ of 60 lines/)
    flaky.server.close()
  })
})

describe('npm run replay', () => {
  it('explains itself with --help, and names a wrong argument in one line', async () => {
    const help = run('npm', ['run', '--silent', 'replay', '--', '--help'])
    expect(await help.ended).toBe(0)
    expect(help.stdout).toContain('--speed max|60x|1x')
    const wrong = run('npm', ['run', '--silent', 'replay', '--', 'x.csv', '--speed', 'fast'])
    expect(await wrong.ended).toBe(2)
    expect(wrong.stderr).toMatch(/^--speed: "fast" given; accepted: 'max', or .*\n$/)
  })
})

describe.skipIf(realDataMissing())('a real month, replayed over HTTP as fast as it goes', () => {
  it('counts what the file says: 36 748 lookups, 2 562 misses', async () => {
    const shop = await startForTest({ MARKETPLACE_DATA: realData })
    const { ok, out } = await replayed(shop.url, [join(realData, 'online-retail', '2011-03.csv.gz')], {
      concurrency: 10,
    })
    console.log(out)
    expect(ok).toBe(true)
    const counted =
      /product:\* lookups 36 748 equal the lines sent 36 748: hits ([\d ]+) \+ misses 2 562 \+ coalesced ([\d ]+) /
    const [, hits = '', coalesced = ''] = out.match(counted) ?? []
    const number = (text: string) => Number(text.replaceAll(' ', ''))
    expect(number(hits) + 2_562 + number(coalesced)).toBe(36_748)
    await shop.close()
  }, 120_000)
})

async function listening(server: Server): Promise<{ readonly server: Server; readonly url: string }> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('not listening')
  return { server, url: `http://127.0.0.1:${address.port}` }
}
