import type { HealthAnswer, InfoAnswer } from '@hitrate/monitor'
import {
  type RedisCluster,
  type SentinelGroup,
  startCluster,
  startSentinelGroup,
} from '@hitrate/test-support'
import { describe, expect, it, vi } from 'vitest'
import { startForTest, type TestMarketplace, warmed } from './support/marketplace.ts'

// Six servers and two databases are started, and a failover is waited for; all of it many times longer on a busy machine.
vi.setConfig({ testTimeout: 180_000 })

const API = '/api/v1/cache'
const NOTICED = { timeout: 45_000, interval: 50 }

/** So many in a row are no luck: of a cluster with a lost shard every third would miss. */
const HITS_IN_A_ROW = 30

/** Through L2 too: it was asked while the other marketplace's value was on its way there, and waited for it. */
const isHitOfL2 = (outcome: string): boolean => outcome === 'hit_l2' || outcome === 'coalesced'

/** What happened to the visits, one after the other, each of a product that nobody had looked at before. */
interface Visits extends AsyncDisposable {
  /** How the second marketplace came by the page that the first had just loaded: `hit_l2`, `coalesced`, `miss`. */
  readonly outcomes: readonly string[]
  /** Answers other than 200. */
  readonly failures: readonly string[]
  /** Resolves once so many of the latest visits were hits of L2. */
  hitsInARow(count: number): Promise<void>
}

async function visit(one: TestMarketplace, other: TestMarketplace): Promise<Visits> {
  const { body } = await one.ask<{ readonly codes: readonly string[] }>('/api/catalogue?codes=1')
  const outcomes: string[] = []
  const failures: string[] = []
  let stopped = false
  const look = async (shop: TestMarketplace, id: string): Promise<string> => {
    const { status, headers } = await shop.ask(`/api/products/${id}`)
    if (status !== 200) failures.push(`${status} of ${shop.url} for ${id}`)
    return /desc="(\w+)"/.exec(headers.get('server-timing') ?? '')?.[1] ?? 'none'
  }
  const visiting = (async () => {
    for (const id of body.codes) {
      if (stopped) return
      await look(one, id)
      outcomes.push(await look(other, id))
      // A steady trickle that outlasts the failover.
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    failures.push('no products left to visit')
  })()
  return {
    outcomes,
    failures,
    async hitsInARow(count) {
      await expect
        .poll(() => outcomes.length >= count && outcomes.slice(-count).every(isHitOfL2), NOTICED)
        .toBe(true)
    },
    async [Symbol.asyncDispose]() {
      stopped = true
      await visiting
    },
  }
}

/** Servers behind one URL. */
interface Group {
  readonly url: string
  readonly mode: 'sentinel' | 'cluster'
  /** Addresses of the primaries, the one first that is killed. */
  readonly nodes: readonly string[]
  /** Resolves once another server is primary. */
  killPrimary(): Promise<void>
}

const sentinelGroup = async (group: SentinelGroup): Promise<Group> => {
  const primary = await group.primary()
  return {
    url: group.url,
    mode: 'sentinel',
    nodes: [`127.0.0.1:${group.exposedPort(primary)}`],
    async killPrimary() {
      await primary.kill()
      await group.untilPrimary((server) => server !== primary)
    },
  }
}

const cluster = async (servers: RedisCluster): Promise<Group> => {
  const primaries = await servers.primaries()
  return {
    url: servers.url,
    mode: 'cluster',
    nodes: primaries.map(({ exposedPort }) => `127.0.0.1:${exposedPort}`),
    async killPrimary() {
      const [primary] = primaries
      const replica = primary === undefined ? undefined : await servers.replicaOf(primary)
      if (primary === undefined || replica === undefined) throw new Error('the cluster has no replica')
      await primary.kill()
      await servers.untilPrimary(replica)
    },
  }
}

/** The outcomes of visits from the kill until L2 answers all of them again. */
async function outcomesDuring(
  kill: () => Promise<void>,
  one: TestMarketplace,
  other: TestMarketplace,
): Promise<readonly string[]> {
  await using visits = await visit(one, other)
  await visits.hitsInARow(HITS_IN_A_ROW)
  const before = visits.outcomes.length
  await kill()
  await visits.hitsInARow(HITS_IN_A_ROW)
  expect(visits.failures).toEqual([])
  const meanwhile = visits.outcomes.slice(before, -HITS_IN_A_ROW)
  // What was lost for a time is loaded: nobody waits for it, and nobody is refused.
  expect(meanwhile).toContain('miss')
  return meanwhile
}

async function surviveLossOfPrimary({ url, mode, nodes, killPrimary }: Group): Promise<readonly string[]> {
  const [one, other] = [await startForTest({ REDIS_URL: url }), await startForTest({ REDIS_URL: url })]
  try {
    await Promise.all([warmed(one), warmed(other)])
    const ready = one.log.map(({ msg }) => msg).find((line) => line.startsWith('cache ready'))
    expect(ready).toMatch(new RegExp(`^cache ready \\(redis \\d+\\.\\d+\\.\\d+ ${mode} at `))
    for (const node of nodes) expect(ready).toContain(node)

    const meanwhile = await outcomesDuring(killPrimary, one, other)
    for (const shop of [one, other]) {
      const health = async () => (await shop.ask<HealthAnswer>(`${API}/health`)).body.reasons
      await expect.poll(health, NOTICED).not.toContain('l2_unavailable')
      const { status, body } = await shop.ask<InfoAnswer>(`${API}/info`)
      expect(status).toBe(200)
      expect(body).toMatchObject({ mode, lost_nodes: [], slots_covered: mode === 'cluster' ? 16_384 : null })
      expect(body.nodes).toHaveLength(nodes.length)
      expect(body.nodes).not.toEqual(expect.arrayContaining([expect.objectContaining({ address: nodes[0] })]))
    }
    return meanwhile
  } finally {
    await Promise.all([one.close(), other.close()])
  }
}

describe('a primary that is killed under traffic', () => {
  it('of a Sentinel group: every page is served, and those of the next primary come from L2 again', async () => {
    await using group = await startSentinelGroup()
    await surviveLossOfPrimary(await sentinelGroup(group))
  })

  it('of a cluster: every page is served, and the other shards go on answering meanwhile', async () => {
    await using servers = await startCluster()
    expect(await surviveLossOfPrimary(await cluster(servers))).toContain('hit_l2')
  })
})
