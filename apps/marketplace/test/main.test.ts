import { type AddressInfo, createServer } from 'node:net'
import { startPostgres, startRedis } from '@hitrate/test-support'
import pg from 'pg'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type Child, run, startMain } from './support/child.ts'

// Each test starts programs, most of them with a database of their own.
vi.setConfig({ testTimeout: 60_000 })

const children: Child[] = []
const started = (child: Child): Child => {
  children.push(child)
  return child
}
afterEach(async () => {
  for (const child of children.splice(0)) {
    child.process.kill('SIGKILL')
    await child.ended
  }
})

const READY = /marketplace ready: API (http:\/\/\S+)\/api, dashboard (\S+?)"/

/** The log's messages, without what comes and goes in the background. */
function messages({ stdout }: Child): readonly string[] {
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line): { readonly msg: string } => JSON.parse(line))
    .map(({ msg }) => msg)
}

describe('npm start', () => {
  it('brings everything up from nothing, says so line by line, and ends with 0 on SIGTERM', async () => {
    const npm = started(run('npm', ['start'], { PORT: '0' }))
    const [, url, dashboard] = await npm.saw(READY)
    await npm.saw(/cache warming done: \d+ keys in \d+ ms/)
    expect(await (await fetch(`${url}/api/v1/cache/health`)).json()).toMatchObject({ status: 'healthy' })
    expect((await fetch(dashboard ?? '')).status).toBe(200)
    expect(messages(npm).slice(0, 6)).toEqual([
      'database ready (PGlite, in memory)',
      'catalogue ready (generated: 2000 products, 120 sellers, 24 categories, 1000 users)',
      'cache ready (memory)',
      'cache warming service ready (4 strategies)',
      'cache warming started',
      expect.stringMatching(/^marketplace ready: API http:/),
    ])

    npm.process.kill('SIGTERM')
    expect(await npm.ended).toBe(0)
    expect(messages(npm).slice(-2)).toEqual(['marketplace stopping (SIGTERM)', 'marketplace stopped'])
    await expect(fetch(`${url}/api`)).rejects.toThrow()
  })

  it('sends simulated shoppers unless TRAFFIC is off', async () => {
    const main = started(startMain({ TRAFFIC: 'demo' }))
    const [, url] = await main.saw(READY)
    const patterns = async () => {
      const answer = await fetch(`${url}/api/v1/cache/stats/patterns`)
      const { patterns: seen }: { patterns: { pattern: string }[] } = JSON.parse(await answer.text())
      return seen.map(({ pattern }) => pattern)
    }
    await expect.poll(patterns, { timeout: 15_000 }).toContain('product:*')
    main.process.kill('SIGTERM')
    expect(await main.ended).toBe(0)
  })
})

describe('a start that cannot succeed', () => {
  it('names each wrong variable in a line, and opens nothing', async () => {
    const main = started(startMain({ PORT: 'http', CACHE: 'maybe' }))
    expect(await main.ended).toBe(1)
    expect(main.stdout).toBe('')
    expect(main.stderr).toBe(
      'PORT: "http" given; accepted: a whole number from 0 (any free port) to 65535\nCACHE: "maybe" given; accepted: on or off\n',
    )
  })

  it('says that a port is taken, and ends', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    const { port } = await new Promise<AddressInfo>((resolve) =>
      server.on('listening', () => {
        const address = server.address()
        if (typeof address === 'object' && address !== null) resolve(address)
      }),
    )
    const main = started(startMain({ PORT: String(port) }))
    expect(await main.ended).toBe(1)
    expect(main.stderr).toBe(
      `HOST, PORT: can't listen on 127.0.0.1, port ${port}: listen EADDRINUSE: address already in use 127.0.0.1:${port}\n`,
    )
    server.close()
  })

  it('says that a database does not answer, without its password', async () => {
    const main = started(startMain({ DATABASE_URL: 'postgres://shop:hunter2@127.0.0.1:1/shop' }))
    expect(await main.ended).toBe(1)
    expect(main.stderr).toBe("DATABASE_URL: the database can't be used: connect ECONNREFUSED 127.0.0.1:1\n")
  })
})

describe('with CACHE=off', () => {
  it('every lookup bypasses the cache, and nothing is warmed', async () => {
    const main = started(startMain({ CACHE: 'off' }))
    const [, url] = await main.saw(READY)
    for (let request = 0; request < 2; request++) {
      const answer = await fetch(`${url}/api/products/10001`)
      expect(answer.headers.get('cache-status')).toBe('hitrate; fwd=bypass')
    }
    expect(messages(main)).toContain('cache off: every lookup bypasses it, nothing is warmed')
    expect(messages(main)).not.toContain('cache warming started')
  })
})

describe('with a PostgreSQL and a Redis', () => {
  it('two processes share both: a change in one shows in the other at once', async () => {
    await using postgres = await startPostgres()
    await using redis = await startRedis()
    const environment = { DATABASE_URL: postgres.url, REDIS_URL: redis.url }
    const [one, other] = [started(startMain(environment)), started(startMain(environment))]
    const [[, here], [, there]] = await Promise.all([one.saw(READY), other.saw(READY)])
    expect(messages(one).join()).toMatch(
      new RegExp(`cache ready \\(redis \\d+\\.\\d+\\.\\d+ standalone at 127\\.0\\.0\\.1:${redis.port}\\)`),
    )

    const price = async (url: string | undefined) => {
      const { price: shown }: { price: number } = JSON.parse(
        await (await fetch(`${url}/api/products/10001`)).text(),
      )
      return shown
    }
    const before = await price(here)
    expect(await price(there)).toBe(before)
    await fetch(`${here}/api/products/10001`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ price: before + 1 }),
    })
    expect(await price(here)).toBe(before + 1)
    // Another process hears of it by its own link, a moment later.
    await expect.poll(() => price(there), { timeout: 5_000 }).toBe(before + 1)
    for (const child of [one, other]) child.process.kill('SIGTERM')
    expect(await Promise.all([one.ended, other.ended])).toEqual([0, 0])
  })

  it('starts and serves while Redis is down', async () => {
    const redis = await startRedis()
    await redis.stop()
    const main = started(startMain({ REDIS_URL: redis.url }))
    const [, url] = await main.saw(READY)
    expect(messages(main)).toContain('cache ready (memory; Redis does not answer yet)')
    expect((await fetch(`${url}/api/products/10001`)).status).toBe(200)
    main.process.kill('SIGTERM')
    expect(await main.ended).toBe(0)
  })

  it('finishes requests on SIGTERM, and does not wait for a database that never answers', async () => {
    await using postgres = await startPostgres()
    const main = started(startMain({ DATABASE_URL: postgres.url, CACHE: 'off' }))
    const [, url] = await main.saw(READY)
    const lock = new pg.Client({ connectionString: postgres.url })
    await lock.connect()
    await lock.query('begin; lock table marketplace.products in access exclusive mode')

    const waiting = fetch(`${url}/api/products/10001`)
    await expect
      .poll(async () => (await lock.query('select 1 from pg_locks where not granted')).rowCount)
      .toBe(1)
    main.process.kill('SIGTERM')
    await main.saw(/marketplace stopping/)
    await lock.query('commit')
    expect((await waiting).status).toBe(200)
    expect(await main.ended).toBe(0)

    const stuck = started(startMain({ DATABASE_URL: postgres.url, CACHE: 'off' }))
    const [, stuckUrl] = await stuck.saw(READY)
    await lock.query('begin; lock table marketplace.products in access exclusive mode')
    const never = fetch(`${stuckUrl}/api/products/10001`).catch(() => 'cut off')
    await expect
      .poll(async () => (await lock.query('select 1 from pg_locks where not granted')).rowCount)
      .toBe(1)
    const from = performance.now()
    stuck.process.kill('SIGTERM')
    expect(await stuck.ended).toBe(0)
    expect(performance.now() - from).toBeLessThan(10_000)
    expect(await never).toBe('cut off')
    await lock.end()
  })
})
