import { mkdir, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { startCluster, startRedis } from '@hitrate/test-support'
import { type Cache, createCache } from 'hitrate'
import { redisStore } from 'hitrate/redis'
import { createClient, createCluster } from 'redis'
import { type Provenance, provenance } from './provenance.ts'
import { type Spread, spreadOf } from './spread.ts'
import { table } from './table.ts'

const RESULTS = new URL('../../results/cluster.json', import.meta.url)
const KEYS = 10_000
const BATCH = 200
const ROUNDS = 15
/** The first rounds are the compiler's. */
const WARM_UP = 3
const BATCHES = 200
const CONCURRENCIES = [1, 8] as const
const KEY = (index: number): string => `product:${index % KEYS}`
/** 800 bytes as JSON. */
const productOf = (key: string) => ({ key, text: 'x'.repeat(800 - key.length - 20) })

/** A way to read many keys at once. */
interface Subject {
  readonly name: string
  read(keys: readonly string[]): Promise<readonly unknown[]>
}

interface Figure {
  readonly name: string
  readonly concurrency: number
  /** Per batch. */
  readonly microseconds: Spread
  readonly cpuMicroseconds: Spread
  /** To Hitrate on one server, round by round. */
  readonly ratio: Spread
  readonly cpuRatio: Spread
}

interface ClusterResults extends Provenance {
  readonly keys: number
  readonly batch: number
  readonly figures: readonly Figure[]
}

/**
 * Batches over three primaries: `getMany` of 200 of 10 000 keys against the same on one server, and against the client's
 * own `mGet` on both. Then invalidation by pattern and of all, counted exactly.
 */
export async function cluster(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { save: { type: 'boolean', default: false } } })
  await using redis = await startRedis()
  await using three = await startCluster({ primaries: 3, replicas: 0 })
  const caches = [redis.url, three.url].map((url) =>
    createCache({ name: 'bench', l1: false, ttl: '1h', jitter: 0, l2: redisStore(url, { timeout: '5s' }) }),
  )
  const [onOne, onThree] = caches
  if (onOne === undefined || onThree === undefined) throw new Error('two caches were to be made')
  const client = createClient({ url: redis.url })
  const clusterClient = createCluster({
    rootNodes: three.url
      .slice('redis-cluster://'.length)
      .split(',')
      .map((host) => ({ url: `redis://${host}` })),
  })
  try {
    await Promise.all([
      client.connect(),
      clusterClient.connect(),
      ...caches.map((cache) => cache.ready({ timeout: '10s' })),
    ])
    const raw = (key: string) => `raw:${key}`
    const all = Array.from({ length: KEYS }, (_, index) => KEY(index))
    for (const key of all) {
      const text = JSON.stringify(productOf(key))
      await Promise.all([client.set(raw(key), text), clusterClient.set(raw(key), text)])
    }
    for (const cache of caches) await fill(cache, all)
    const parsed = (texts: readonly (string | null)[]) =>
      texts.map((text) => (text === null ? undefined : JSON.parse(text)))
    const figures = await takeTurns([
      { name: 'Hitrate, one server', read: (keys) => onOne.getMany(keys) },
      { name: 'Hitrate, three primaries', read: (keys) => onThree.getMany(keys) },
      {
        name: 'node-redis mGet + JSON.parse, one server',
        read: async (keys) => parsed(await client.mGet(keys.map(raw))),
      },
      {
        name: 'node-redis cluster mGet + JSON.parse',
        read: async (keys) => parsed(await clusterClient.mGet(keys.map(raw))),
      },
    ])
    console.log(`\n${report(figures)}\n`)
    for (const line of await invalidations(onThree, all)) console.log(line)
    if (!values.save) return
    const results: ClusterResults = { ...(await provenance(redis)), keys: KEYS, batch: BATCH, figures }
    await mkdir(new URL('.', RESULTS), { recursive: true })
    await writeFile(RESULTS, `${JSON.stringify(results, undefined, 2)}\n`)
    console.log('\nkept in bench/results/cluster.json')
  } finally {
    client.destroy()
    clusterClient.destroy()
    for (const cache of caches) await cache.close()
  }
}

async function fill(cache: Cache, keys: readonly string[]): Promise<void> {
  for (let from = 0; from < keys.length; from += 500) {
    const part = keys.slice(from, from + 500)
    const { count } = await cache.setMany(
      part.map((key) => ({ key, value: productOf(key), tags: ['bench'] })),
    )
    if (count !== part.length) throw new Error(`${count} of ${part.length} values were stored`)
  }
}

interface Turn {
  readonly microseconds: number
  readonly cpuMicroseconds: number
}

async function takeTurns(subjects: readonly Subject[]): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const concurrency of CONCURRENCIES) {
    console.log(`${concurrency} at a time, ${BATCHES} batches of ${BATCH} a turn, ${ROUNDS} rounds`)
    const turns = new Map<Subject, Turn[]>(subjects.map((subject) => [subject, []]))
    for (let round = -WARM_UP; round < ROUNDS; round++) {
      const first = (round + WARM_UP) % subjects.length
      for (const subject of [...subjects.slice(first), ...subjects.slice(0, first)]) {
        const turn = await measure(subject, concurrency)
        if (round >= 0) turns.get(subject)?.push(turn)
      }
      if (round >= 0) console.log(`  round ${round + 1} of ${ROUNDS}`)
    }
    const reference = [...turns.values()][0] ?? []
    for (const [{ name }, own] of turns) {
      const ratio = (of: (turn: Turn) => number) =>
        spreadOf(
          own.flatMap((turn, round) =>
            reference.slice(round, round + 1).map((other) => of(turn) / of(other)),
          ),
        )
      figures.push({
        name,
        concurrency,
        microseconds: spreadOf(own.map(({ microseconds }) => microseconds)),
        cpuMicroseconds: spreadOf(own.map(({ cpuMicroseconds }) => cpuMicroseconds)),
        ratio: ratio(({ microseconds }) => microseconds),
        cpuRatio: ratio(({ cpuMicroseconds }) => cpuMicroseconds),
      })
    }
  }
  return figures
}

/** Throws when a key that was stored is not found: who answers wrongly is not measured. */
async function measure({ name, read }: Subject, concurrency: number): Promise<Turn> {
  let batch = 0
  const worker = async (): Promise<void> => {
    while (batch < BATCHES) {
      // Strides that visit all keys, other ones together each time.
      const start = batch++ * 7_919
      const keys = Array.from({ length: BATCH }, (_, at) => KEY(start + at * 37))
      const values = await read(keys)
      if (values.length !== BATCH || values.includes(undefined))
        throw new Error(`${name} missed keys that are stored`)
    }
  }
  const cpu = process.cpuUsage()
  const began = performance.now()
  await Promise.all(Array.from({ length: concurrency }, worker))
  const elapsed = performance.now() - began
  const { user, system } = process.cpuUsage(cpu)
  return { microseconds: (elapsed * 1_000) / BATCHES, cpuMicroseconds: (user + system) / BATCHES }
}

async function invalidations(cache: Cache, keys: readonly string[]): Promise<string[]> {
  const found = async () => (await cache.getMany(keys)).filter((value) => value !== undefined).length
  const matching = keys.filter((key) => /^product:1/.test(key)).length
  const pattern = await cache.invalidate({ pattern: 'product:1*' })
  const left = await found()
  const all = await cache.invalidate('all')
  return [
    `pattern product:1*: ${pattern.count} of ${matching} deleted, ${left} of ${keys.length - matching} others left`,
    `all: delivered ${all.delivered}, ${await found()} of ${keys.length} found afterwards`,
  ]
}

function report(figures: readonly Figure[]): string {
  const spread = ({ median, q1, q3 }: Spread, digits: number): string =>
    `${median.toFixed(digits)} (${q1.toFixed(digits)}-${q3.toFixed(digits)})`
  return CONCURRENCIES.map((concurrency) =>
    table(
      [`${BATCH} keys, ${concurrency} at a time`, 'µs', 'CPU µs', 'times', 'times the CPU'],
      figures
        .filter((figure) => figure.concurrency === concurrency)
        .map(({ name, microseconds, cpuMicroseconds, ratio, cpuRatio }) => [
          name,
          spread(microseconds, 0),
          spread(cpuMicroseconds, 0),
          spread(ratio, 2),
          spread(cpuRatio, 2),
        ]),
    ),
  ).join('\n\n')
}
