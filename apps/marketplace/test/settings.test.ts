import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readSettings, SettingsError } from '../src/settings.ts'

/** What is said about the environment. */
function problems(environment: Record<string, string>): readonly string[] {
  try {
    readSettings(environment)
  } catch (error) {
    if (error instanceof SettingsError) return error.problems
    throw error
  }
  return []
}

describe('the settings', () => {
  it('have defaults that need nothing installed and are open to this machine alone', () => {
    expect(readSettings({})).toEqual({
      port: 8000,
      host: '127.0.0.1',
      redisUrl: undefined,
      databaseUrl: undefined,
      dataFolder: undefined,
      traffic: 'demo',
      adminToken: undefined,
      cache: 'on',
      alertWebhook: undefined,
    })
  })

  it('take an empty variable for one that is not set', () => {
    const names = [
      'PORT',
      'HOST',
      'REDIS_URL',
      'DATABASE_URL',
      'MARKETPLACE_DATA',
      'TRAFFIC',
      'CACHE_ADMIN_TOKEN',
      'CACHE',
      'ALERT_WEBHOOK_URL',
      'ALERT_WEBHOOK_SECRET',
    ]
    expect(readSettings(Object.fromEntries(names.map((name) => [name, ''])))).toEqual(readSettings({}))
  })

  it('are read from the environment', () => {
    expect(
      readSettings({
        PORT: '0',
        HOST: '::1',
        REDIS_URL: 'redis://user:secret@cache:6379/2',
        DATABASE_URL: 'postgresql://shop@db/shop',
        TRAFFIC: 'off',
        CACHE_ADMIN_TOKEN: 'let-me-in!',
        CACHE: 'off',
        ALERT_WEBHOOK_URL: 'https://alerts.example/cache?key=1',
        ALERT_WEBHOOK_SECRET: 'sixteen-or-more!',
      }),
    ).toEqual({
      port: 0,
      host: '::1',
      redisUrl: 'redis://user:secret@cache:6379/2',
      databaseUrl: 'postgresql://shop@db/shop',
      dataFolder: undefined,
      traffic: 'off',
      adminToken: 'let-me-in!',
      cache: 'off',
      alertWebhook: {
        url: 'https://alerts.example/cache?key=1',
        secret: 'sixteen-or-more!',
        template: 'json',
      },
    })
  })

  it.each([
    'redis://127.0.0.1:6379',
    'rediss://cache',
    'redis://:p%40ss@[::1]:6379/2',
    'redis-sentinel://a:26379,b:26379/mymaster',
    'redis-sentinel://user:secret@a,b,c/mymaster?database=2&sentinelPassword=other',
    'rediss-sentinel://a,b/mymaster',
    'redis-cluster://a:7000,b:7001',
    'rediss-cluster://:secret@a,b',
  ])('accept %s for REDIS_URL', (url) => {
    expect(readSettings({ REDIS_URL: url }).redisUrl).toBe(url)
  })

  it.each([
    ['PORT', '65536', 'a whole number from 0 (any free port) to 65535'],
    ['PORT', '80a', 'a whole number from 0 (any free port) to 65535'],
    ['PORT', '-1', 'a whole number from 0 (any free port) to 65535'],
    ['HOST', 'not a host', 'an IP address or a host name'],
    ['TRAFFIC', 'on', 'demo or off'],
    ['CACHE', 'OFF', 'on or off'],
    ['DATABASE_URL', 'mysql://db/shop', 'postgres://[user:password@]host[:port]/database'],
  ])('refuse %s=%s in one line that names it, the value and what is accepted', (name, value, accepted) => {
    expect(problems({ [name]: value })).toEqual([
      `${name}: ${JSON.stringify(value)} given; accepted: ${accepted}`,
    ])
  })

  it.each([
    ['localhost:6379', 'text that is not a URL'],
    ['http://cache', 'a URL of scheme "http"'],
    ['redis://cache/shop', 'a URL with the database "shop"'],
    ['redis://a,b', 'a redis:// URL with 2 hosts'],
    ['redis://cache:70000', "a redis:// URL whose host, port or credentials can't be read"],
    ['redis://:p/w@cache', 'a URL with an @ or a # after its hosts'],
    ['redis-sentinel://a:26379', 'a redis-sentinel:// URL with no master name'],
    [
      'redis-sentinel://a,b:x/shop',
      "a redis-sentinel:// URL whose host number 2 of 2, port or credentials can't be read",
    ],
    ['rediss-sentinel://a/shop?db=1', 'a rediss-sentinel:// URL with the parameter "db"'],
    ['redis-cluster://', "a redis-cluster:// URL whose host, port or credentials can't be read"],
    ['redis-cluster://a/2', 'a redis-cluster:// URL with a path'],
    ['redis-cluster://user@a', 'username: a user without a password'],
  ])('refuse %s for REDIS_URL, and say what it is and what is accepted', (url, what) => {
    expect(problems({ REDIS_URL: url })).toEqual([
      `REDIS_URL: ${what} given; accepted: redis://[user:password@]host[:port][/database], redis-sentinel://h1:p,h2:p/master-name or redis-cluster://h1:p,h2:p; rediss... for TLS; %2F %3F %23 %40 for / ? # @ in a password`,
    ])
  })

  it.each([
    'alerts.example',
    'ftp://alerts.example/hunter2',
    'https://me:hunter2@alerts.example',
    'https://',
  ])('refuse %s for ALERT_WEBHOOK_URL without repeating it: its path may be the secret', (url) => {
    expect(problems({ ALERT_WEBHOOK_URL: url })).toEqual([
      'ALERT_WEBHOOK_URL: (not shown) given; accepted: http://host[:port][/path] or https://..., without user and password',
    ])
  })

  it('send to Slack as Slack wants it', () => {
    const { alertWebhook } = readSettings({ ALERT_WEBHOOK_URL: 'https://hooks.slack.com/services/T0/B0/x' })
    expect(alertWebhook).toMatchObject({ template: 'slack', secret: undefined })
  })

  it('refuse a secret that is too short, and one that signs nothing', () => {
    expect(problems({ ALERT_WEBHOOK_URL: 'http://a', ALERT_WEBHOOK_SECRET: 'hunter2' })).toEqual([
      'ALERT_WEBHOOK_SECRET: (not shown) given; accepted: 16 to 1024 visible ASCII characters without spaces',
    ])
    expect(problems({ ALERT_WEBHOOK_SECRET: 'hunter2-hunter2-hunter2' })).toEqual([
      'ALERT_WEBHOOK_SECRET: given without ALERT_WEBHOOK_URL; accepted: both, or the URL alone',
    ])
  })

  it('never repeat a password or a token', () => {
    const said = [
      ...problems({ REDIS_URL: 'http://user:hunter2@cache:6379' }),
      ...problems({ REDIS_URL: 'user:hunter2@cache' }),
      ...problems({ REDIS_URL: 'redis://user:hunter2' }),
      ...problems({ REDIS_URL: 'redis://:hun#ter2hunter2@cache' }),
      ...problems({ REDIS_URL: 'redis-sentinel://:hunter2@a,b:x/shop' }),
      ...problems({ REDIS_URL: 'redis-sentinel://a,b/shop?sentinelPassword=hunter2&db=1' }),
      ...problems({ REDIS_URL: 'redis-cluster://user:hunter2/hunter2@a,b' }),
      ...problems({ DATABASE_URL: 'mysql://root:hunter2@db/shop' }),
      ...problems({ CACHE_ADMIN_TOKEN: 'hunter2 hunter2' }),
      ...problems({ CACHE_ADMIN_TOKEN: 'hunter2'.repeat(147) }),
    ]
    expect(said).toHaveLength(10)
    expect(said.join('\n')).not.toContain('hunter2')
  })

  it('name every variable that is wrong at once', () => {
    expect(problems({ PORT: 'x', CACHE: 'x', TRAFFIC: 'x' })).toHaveLength(3)
  })
})

describe('MARKETPLACE_DATA', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'marketplace-data-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('must be a folder that has all the files, and says what is missing', async () => {
    const said = () => problems({ MARKETPLACE_DATA: folder }).join()
    expect(problems({ MARKETPLACE_DATA: join(folder, 'none') })).toEqual([
      `MARKETPLACE_DATA: ${JSON.stringify(join(folder, 'none'))} given, but there is no such folder; accepted: a folder with online-retail/*.csv.gz and catalogue/olist_*.csv.gz`,
    ])
    expect(said()).toContain('it has no online-retail/*.csv.gz')
    await mkdir(join(folder, 'online-retail'))
    await mkdir(join(folder, 'catalogue'))
    expect(said()).toContain('it has no online-retail/*.csv.gz')
    await writeFile(join(folder, 'online-retail', '2011-03.csv.gz'), '')
    expect(said()).toContain('it lacks catalogue/olist_products_dataset.csv.gz')
    for (const name of [
      'olist_products_dataset',
      'olist_sellers_dataset',
      'product_category_name_translation',
    ]) {
      await writeFile(join(folder, 'catalogue', `${name}.csv.gz`), '')
    }
    expect(readSettings({ MARKETPLACE_DATA: folder }).dataFolder).toBe(folder)
  })

  it('may be relative to where npm was called', () => {
    expect(readSettings({ MARKETPLACE_DATA: '.', INIT_CWD: folder }).dataFolder).toBe(folder)
  })
})
