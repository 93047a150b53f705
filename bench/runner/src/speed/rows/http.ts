import { isDeepStrictEqual } from 'node:util'
import { freePort } from '@hitrate/test-support'
import { type Marketplace, startMarketplace } from '../../marketplace.ts'
import { spreadOf } from '../../spread.ts'
import { type AskedProcess, startProcess } from '../asked-process.ts'
import type { BareFound, BareOrder } from '../children/bare-route.ts'
import type { LoadFound, LoadOrder } from '../children/load.ts'
import { cpuOfProcess } from '../process-cpu.ts'
import type { Figure, TrialResult } from '../results.ts'
import type { Row, RowPace } from '../row.ts'
import { type Timed, verdictOf } from '../verdict.ts'

const CONNECTIONS = 20
const TURN_MS = 800
/** A turn lasts as long as several of others: fewer are enough. */
const ROUNDS_PER_ROUND = 1 / 3

const CACHED = 'marketplace, cached'
const UNCACHED = 'marketplace, CACHE=off'
const BARE = 'bare Fastify route'
const GOALS = [
  { of: CACHED, to: BARE, atLeast: 0.8 },
  { of: CACHED, to: UNCACHED, atLeast: 20 },
] as const

const title = 'A cached page over HTTP'

export const http: Row = {
  name: 'http',
  title,
  guarded: true,
  measure: async (pace) => {
    const load = startProcess<LoadOrder, LoadFound>(new URL('../children/load.ts', import.meta.url))
    const cached = await startMarketplace(await freePort(), {})
    const uncached = await startMarketplace(await freePort(), { CACHE: 'off' })
    const bare = startProcess<BareOrder, BareFound>(new URL('../children/bare-route.ts', import.meta.url))
    try {
      const paths = await pagesOf(cached)
      const answers = await Promise.all(
        paths.map(async ({ path }) => [path.split('?')[0], await bodyOf(cached, path)]),
      )
      const { url } = await bare.ask(Object.fromEntries(answers))
      const servers = [
        { name: CACHED, url: cached.url, pid: cached.pid, setUp: 'npm start, TRAFFIC=off, in memory' },
        { name: UNCACHED, url: uncached.url, pid: uncached.pid, setUp: 'the same with CACHE=off' },
        { name: BARE, url, pid: bare.pid, setUp: 'Fastify’s defaults, the same answer from a constant' },
      ]
      const trials: TrialResult[] = []
      for (const page of paths.slice(0, pace.trials)) trials.push(await trialOf(page, servers, load, pace))
      return {
        name: 'http',
        title,
        operation: `GET of a cached page, ${CONNECTIONS} connections on loopback, keep-alive`,
        trials,
      }
    } finally {
      for (const { stop } of [load, cached, uncached, bare]) await stop()
    }
  },
}

interface Page {
  readonly name: string
  readonly path: string
}

interface Server {
  readonly name: string
  readonly url: string
  readonly pid: number
  readonly setUp: string
}

async function pagesOf(shop: Marketplace): Promise<readonly Page[]> {
  const catalogue: unknown = await bodyOf(shop, '/api/catalogue?codes=1')
  const codes: unknown =
    typeof catalogue === 'object' && catalogue !== null && 'codes' in catalogue ? catalogue.codes : undefined
  if (!Array.isArray(codes)) throw new Error('the catalogue lists no codes')
  return [
    { name: 'discover feed', path: '/api/feeds/discover?page=1' },
    { name: 'product', path: `/api/products/${encodeURIComponent(String(codes[0]))}` },
  ]
}

async function bodyOf({ url }: { readonly url: string }, path: string): Promise<unknown> {
  const response = await fetch(`${url}${path}`)
  if (!response.ok) throw new Error(`${url}${path} answered ${response.status}`)
  return response.json()
}

async function trialOf(
  { name, path }: Page,
  servers: readonly Server[],
  load: AskedProcess<LoadOrder, LoadFound>,
  { rounds, warmUpMs }: RowPace,
): Promise<TrialResult> {
  await expectSame(servers, path)
  const turns = new Map<string, Timed[]>(servers.map((server) => [server.name, []]))
  const counted = Math.max(3, Math.round(rounds * ROUNDS_PER_ROUND))
  const uncounted = Math.ceil(warmUpMs / TURN_MS)
  for (let round = -uncounted; round < counted; round++) {
    const first = (round + uncounted) % servers.length
    for (const server of [...servers.slice(first), ...servers.slice(0, first)]) {
      const turn = await turnOf(server, path, load)
      if (round >= 0) turns.get(server.name)?.push(turn)
    }
    process.stderr.write(`\r  ${name}: round ${round + 1} of ${counted}`)
  }
  process.stderr.write('\n')
  await expectSame(servers, path)
  const figures = servers.map((server): Figure => {
    const own = turns.get(server.name) ?? []
    const cpu = own.flatMap(({ cpuNanoseconds }) => cpuNanoseconds ?? [])
    return {
      name: server.name,
      setUp: server.setUp,
      nanoseconds: spreadOf(own.map(({ nanoseconds }) => nanoseconds)),
      ...(cpu.length === 0 ? {} : { cpuNanoseconds: spreadOf(cpu) }),
    }
  })
  return { name, figures, verdicts: GOALS.map((goal) => verdictOf(goal, (of) => turns.get(of) ?? [])) }
}

/** All have the same to say, and say from where. */
async function expectSame(servers: readonly Server[], path: string): Promise<void> {
  const expected = { [CACHED]: 'hit', [UNCACHED]: 'bypass' }
  const [body, ...others] = await Promise.all(servers.map((server) => bodyOf(server, path)))
  for (const other of others) {
    if (!isDeepStrictEqual(other, body)) throw new Error(`${path} is not the same everywhere`)
  }
  for (const { name, url } of servers.filter((server) => server.name in expected)) {
    const response = await fetch(`${url}${path}`)
    await response.arrayBuffer()
    const status = response.headers.get('cache-status') ?? ''
    const wanted = name === CACHED ? expected[CACHED] : expected[UNCACHED]
    if (!status.includes(wanted)) throw new Error(`${name} answered ${path} with ${status}, not ${wanted}`)
  }
}

async function turnOf(
  { url, pid }: Server,
  path: string,
  load: AskedProcess<LoadOrder, LoadFound>,
): Promise<Timed> {
  const before = await cpuOfProcess(pid)
  const { requests, milliseconds } = await load.ask({
    url: `${url}${path}`,
    connections: CONNECTIONS,
    milliseconds: TURN_MS,
  })
  const after = await cpuOfProcess(pid)
  return {
    nanoseconds: (milliseconds * 1e6) / requests,
    ...(before === undefined || after === undefined ? {} : { cpuNanoseconds: (after - before) / requests }),
  }
}
