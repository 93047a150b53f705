import { join } from 'node:path'
import { freePort, type PrometheusServer, startPrometheus, startRedis } from '@hitrate/test-support'
import { type Child, repository, startMain } from './child.ts'

/** The API's mount. */
export const API = '/api/v1/cache'

const TOKEN = 'a-token-that-prometheus-has'
/** How often Prometheus scrapes, and evaluates the rules. */
const INTERVAL_MS = 1_000

/** Two marketplaces that share a Redis, each a process of its own, and a Prometheus that scrapes both with our rules. */
export interface ScrapedFleet extends AsyncDisposable {
  readonly urls: readonly string[]
  readonly prometheus: PrometheusServer
  /** Answers with the body of `GET` of a URL; with the token. */
  get(url: string, headers?: Readonly<Record<string, string>>): Promise<string>
  /** Sends shoppers through both for so long: products that many want at once, pages again and again, a few changes. */
  shop(milliseconds: number): Promise<void>
  /** Resolves when Prometheus has scraped both again, and evaluated the rules over that. */
  scraped(): Promise<void>
}

export async function startScrapedFleet(): Promise<ScrapedFleet> {
  const ends: (() => Promise<unknown>)[] = []
  const end = async (): Promise<void> => {
    for (const one of ends.splice(0).reverse()) await one()
  }
  try {
    const redis = await startRedis()
    ends.push(() => redis.stop())
    const ports = await Promise.all([freePort(), freePort()])
    const children = ports.map((port) =>
      startMain({ PORT: String(port), REDIS_URL: redis.url, CACHE_ADMIN_TOKEN: TOKEN }),
    )
    ends.push(() => Promise.all(children.map(kill)))
    // Beside them: it takes 5 s until it looks at its targets for the first time.
    const prometheus = await startPrometheus(configOf(ports))
    ends.push(() => prometheus.stop())
    await Promise.all(children.map(warmed))
    const urls = ports.map((port) => `http://127.0.0.1:${port}`)

    const get = async (url: string, headers: Readonly<Record<string, string>> = {}): Promise<string> =>
      (await fetch(url, { headers: { authorization: `Bearer ${TOKEN}`, ...headers } })).text()
    return {
      urls,
      prometheus,
      get,
      async shop(milliseconds) {
        const until = performance.now() + milliseconds
        for (let round = 0; performance.now() < until; round++) await visit(urls, round, get)
      },
      async scraped() {
        const since = Date.now()
        await seen(async () => {
          const { activeTargets } = await prometheus.ask<Targets>('/api/v1/targets')
          return (
            activeTargets.length === 2 &&
            activeTargets.every(({ lastScrape }) => Date.parse(lastScrape) > since)
          )
        })
        const scrapedAt = Date.now()
        await seen(async () => {
          const { groups } = await prometheus.ask<RuleGroups>('/api/v1/rules')
          return groups.every(({ lastEvaluation }) => Date.parse(lastEvaluation) > scrapedAt)
        })
      },
      [Symbol.asyncDispose]: end,
    }
  } catch (error) {
    await end()
    throw error
  }
}

interface Targets {
  readonly activeTargets: readonly { readonly lastScrape: string }[]
}

/** What Prometheus tells of the rules it evaluates. */
export interface RuleGroups {
  readonly groups: readonly { readonly lastEvaluation: string; readonly rules: readonly EvaluatedRule[] }[]
}

interface EvaluatedRule {
  readonly type: 'recording' | 'alerting'
  readonly name: string
  readonly query: string
  readonly health: 'ok' | 'err' | 'unknown'
}

function configOf(ports: readonly number[]): object {
  return {
    global: { scrape_interval: `${INTERVAL_MS}ms`, evaluation_interval: `${INTERVAL_MS}ms` },
    rule_files: [join(repository, 'deploy/prometheus/rules.yaml')],
    scrape_configs: [
      {
        job_name: 'marketplace',
        metrics_path: `${API}/metrics`,
        authorization: { credentials: TOKEN },
        static_configs: [{ targets: ports.map((port) => `127.0.0.1:${port}`) }],
      },
    ],
  }
}

async function warmed(child: Child): Promise<void> {
  await child.saw(/marketplace ready/)
  await child.saw(/cache warming done/)
}

async function kill(child: Child): Promise<void> {
  child.process.kill('SIGKILL')
  await child.ended
}

type Get = ScrapedFleet['get']

async function visit(urls: readonly string[], round: number, get: Get): Promise<void> {
  for (const url of urls) {
    // Two want the same product of one process at once, and then the other process finds it in Redis.
    const product = `${url}/api/products/${10_001 + (round % 300)}`
    await Promise.all([get(product), get(product)])
    await get(`${url}/api/feeds/discover?page=${1 + (round % 3)}`)
    await get(`${url}/api/search?q=mug`)
    await get(`${url}/api/sellers/live`)
    if (round % 20 === 0) {
      await fetch(product, {
        method: 'PATCH',
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
        body: JSON.stringify({ stock: round }),
      })
    }
  }
}

/** Asks every 50 ms; the test's own timeout ends it. */
async function seen(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 50))
}
