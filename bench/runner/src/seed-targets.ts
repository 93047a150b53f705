import { parseArgs } from 'node:util'
import { startRedis } from '@hitrate/test-support'
import autocannon from 'autocannon'
import { createCache } from 'hitrate'
import { redisStore } from 'hitrate/redis'
import { type Marketplace, startMarketplace } from './marketplace.ts'
import { type Percentiles, percentilesOf } from './percentiles.ts'
import { table } from './table.ts'

const CONNECTIONS = 10
const SECONDS = 5
const ROUNDS = 30
const BATCH = 100

/** What the original took on a hit, at p95, in milliseconds. */
const PAGES = [
  { name: 'feed', path: '/api/feeds/discover?page=1', targetMs: 5 },
  { name: 'product', path: undefined, targetMs: 2 },
  { name: 'search', path: undefined, targetMs: 15 },
] as const

/**
 * The original system's figures, measured anew: pages on a cache hit over HTTP from ten connections on loopback, with
 * the cache in memory and with Redis behind it; writes; a batch of 100 writes against 100 writes one by one.
 */
export async function seedTargets(args: readonly string[]): Promise<void> {
  parseArgs({ args: [...args], options: {} })
  await using redis = await startRedis()
  const rows: string[][] = []
  for (const [tiers, env] of [
    ['memory', {}],
    ['memory + redis', { REDIS_URL: redis.url }],
  ] as const) {
    console.log(`marketplace, cache in ${tiers}: ${CONNECTIONS} connections, ${SECONDS} s a page`)
    const shop = await startMarketplace(18_080, env)
    try {
      rows.push(...(await measurePages(shop, tiers)))
    } finally {
      await shop.stop()
    }
  }
  console.log(
    `\n${table(['page on a hit', 'cache', 'requests', 'p50 ms', 'p95 ms', 'p99 ms', 'target p95', ''], rows)}`,
  )
  console.log(`\nwrites to Redis: ${ROUNDS} rounds of ${BATCH}`)
  console.log(`\n${await measureWrites(redis.url)}`)
}

async function measurePages(shop: Marketplace, tiers: string): Promise<string[][]> {
  const [product] = await productIds(shop.url)
  const word = await searchWord(shop.url)
  const paths: Readonly<Record<string, string>> = {
    product: `/api/products/${encodeURIComponent(product ?? '')}`,
    search: `/api/search?q=${encodeURIComponent(word)}`,
  }
  const rows: string[][] = []
  for (const { name, path, targetMs } of PAGES) {
    const url = `${shop.url}${path ?? paths[name]}`
    await expectHit(url)
    const { count, p50, p95, p99 } = await hammer(url)
    const verdict = p95 < targetMs ? 'reached' : 'MISSED'
    console.log(`  ${name}: ${count} requests, p95 ${p95.toFixed(2)} ms`)
    rows.push([name, tiers, String(count), ms(p50), ms(p95), ms(p99), `< ${targetMs}`, verdict])
  }
  return rows
}

/** Asks twice: the second answer must come from the cache, or there is nothing to measure. */
async function expectHit(url: string): Promise<void> {
  for (const attempt of [1, 2]) {
    const response = await fetch(url)
    await response.arrayBuffer()
    const status = response.headers.get('cache-status') ?? ''
    if (!response.ok || (attempt === 2 && !status.includes('hit'))) {
      throw new Error(
        `${url} answered ${response.status} with Cache-Status ${JSON.stringify(status)}, expected a hit`,
      )
    }
  }
}

function hammer(url: string): Promise<Percentiles> {
  return new Promise((resolve, reject) => {
    const samples: number[] = []
    const run = autocannon({ url, connections: CONNECTIONS, duration: SECONDS }, (error, result) => {
      if (error) reject(error)
      else if (result.non2xx + result.errors > 0)
        reject(new Error(`${url}: ${result.non2xx + result.errors} failed`))
      else resolve(percentilesOf(samples))
    })
    run.on('response', (_client, _status, _bytes, responseTime) => samples.push(responseTime))
  })
}

async function measureWrites(url: string): Promise<string> {
  await using cache = createCache({ name: 'bench', l2: redisStore(url), l1: false })
  const { l2 } = await cache.ready()
  if (l2 !== 'ready') throw new Error(`Redis is ${l2}`)
  const value = { id: 1, title: 'x'.repeat(700), price: 12.5, tags: ['a', 'b'] }
  const key = (round: number, index: number): string => `product:${round}-${index}`
  const single: number[] = []
  const oneByOne: number[] = []
  const batch: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now()
    for (let index = 0; index < BATCH; index++) {
      const sent = performance.now()
      const { delivered } = await cache.set(key(round, index), value, { ttl: '5m' })
      if (!delivered) throw new Error('a write was not delivered')
      single.push(performance.now() - sent)
    }
    oneByOne.push(performance.now() - began)
    const entries = Array.from({ length: BATCH }, (_, index) => ({ key: key(round, index), value }))
    const started = performance.now()
    const { count } = await cache.setMany(entries)
    batch.push(performance.now() - started)
    if (count !== BATCH) throw new Error(`${count} of ${BATCH} were written`)
  }
  const write = percentilesOf(single)
  const hundred = percentilesOf(oneByOne)
  const together = percentilesOf(batch)
  const times = hundred.p50 / together.p50
  return table(
    ['write', 'p50 ms', 'p95 ms', 'target', ''],
    [
      ['set, awaited', ms(write.p50), ms(write.p95), '~ 2 ms', write.p95 < 2 ? 'reached' : 'MISSED'],
      [`${BATCH} x set, one by one`, ms(hundred.p50), ms(hundred.p95), '', ''],
      [
        `setMany of ${BATCH}`,
        ms(together.p50),
        ms(together.p95),
        '13 times faster',
        `${times.toFixed(1)} times: ${times >= 13 ? 'reached' : 'MISSED'}`,
      ],
    ],
  )
}

async function productIds(url: string): Promise<readonly string[]> {
  const catalogue: unknown = await (await fetch(`${url}/api/catalogue?codes=1`)).json()
  if (
    typeof catalogue === 'object' &&
    catalogue !== null &&
    'codes' in catalogue &&
    Array.isArray(catalogue.codes)
  ) {
    return catalogue.codes.map(String)
  }
  throw new Error('the catalogue lists no codes')
}

async function searchWord(url: string): Promise<string> {
  const trending: unknown = await (await fetch(`${url}/api/search/trending`)).json()
  const found = /"(?:query|term|q)":"([^"]+)"/.exec(JSON.stringify(trending))?.[1]
  if (found === undefined) throw new Error('no trending search to ask for')
  return found
}

function ms(value: number): string {
  return value.toFixed(2)
}
