import { setTimeout as sleep } from 'node:timers/promises'
import { type RedisServer, startRedis } from '@hitrate/test-support'
import type { Catalogue } from '../catalogue/catalogue.ts'
import { generatedCatalogue } from '../catalogue/generated.ts'
import { type OutageArguments, OutageError } from './arguments.ts'
import { makeChanges } from './changes.ts'
import type { Live } from './live.ts'
import { OutageRecord, type OutageResult } from './record.ts'
import { type Shop, startShops } from './shops.ts'
import { PHASES, TIMELINE } from './timeline.ts'
import { sendVisitors } from './visitors.ts'
import { observe, resetStatistics, warmed, watch } from './watching.ts'

/** Two share a Redis: one finds there what the other has loaded. */
const SHOPS = 2

/** Few enough that visitors keep seeing them: by Zipf's law two of five views are of the first ten of a thousand. */
const CHANGED_PRODUCTS = 10

const RUN_IN_MS = 2_000
const RUN_IN_RATE = 100

/**
 * Starts a Redis and two marketplaces, and shows what visitors meet while Redis is frozen, killed and started again.
 * Nothing of it is left when it ends, however it ends.
 * @param signal ends it early; what was seen so far is the result
 * @throws {OutageError} when it can't be shown: a program is missing, or a shop doesn't start
 */
export async function showOutage(
  options: OutageArguments,
  live: Live,
  signal: AbortSignal,
): Promise<OutageResult> {
  await using redis = await ownRedis()
  live.event(undefined, `Redis listens on port ${redis.port}; starting ${SHOPS} marketplaces on it`)
  let elapsed = (): number | undefined => undefined
  await using shops = await startShops({
    count: SHOPS,
    redisUrl: redis.url,
    onLog: (shop, message) => live.event(elapsed(), `${shop}: ${message}`),
    signal,
  })
  const catalogue = await generatedCatalogue().load(() => undefined)
  await warmed(shops.all, signal)
  await letThemRunIn(shops.all, catalogue, signal)
  await resetStatistics(shops.all)

  const record = new OutageRecord(PHASES[0], await observe(shops.all))
  elapsed = () => record.elapsed
  const traffic = sendTraffic({ shops: shops.all, catalogue, rate: options.rate, record })
  const seconds = setInterval(() => live.second(record.second()), 1_000)
  try {
    await runTimeline(options, { redis, record, live, signal })
  } finally {
    await traffic.stop()
    clearInterval(seconds)
  }
  return record.result()
}

/** New processes are slow for a moment, which would be taken for what is normal. */
async function letThemRunIn(
  shops: readonly Shop[],
  catalogue: Catalogue,
  signal: AbortSignal,
): Promise<void> {
  const visitors = sendVisitors({ shops, catalogue, rate: RUN_IN_RATE, asking: () => () => undefined })
  await sleep(RUN_IN_MS, undefined, { signal }).catch(() => undefined)
  await visitors.stop()
}

async function ownRedis(): Promise<RedisServer> {
  try {
    return await startRedis()
  } catch (error) {
    // What to install, or what the server said.
    throw new OutageError(error instanceof Error ? error.message : String(error))
  }
}

/** Lets happen to Redis what the timeline says, when it says so; ends early on the signal. */
async function runTimeline(
  { seconds }: OutageArguments,
  parts: {
    readonly redis: RedisServer
    readonly record: OutageRecord
    readonly live: Live
    readonly signal: AbortSignal
  },
): Promise<void> {
  const { redis, record, live, signal } = parts
  let end = 0
  for (const phase of PHASES) {
    if (signal.aborted) return
    if (phase !== PHASES[0]) record.begin(phase)
    live.event(record.elapsed, TIMELINE[phase].event)
    await TIMELINE[phase].begin(redis)
    end += seconds[phase]
    const left = Math.max(0, end - record.elapsed)
    await sleep(left * 1000, undefined, { signal }).catch(() => undefined)
  }
}

/** Visitors, changes, and the questions of how the shops are. */
function sendTraffic(parts: {
  readonly shops: readonly Shop[]
  readonly catalogue: Catalogue
  readonly rate: number
  readonly record: OutageRecord
}): { stop(): Promise<void> } {
  const { shops, catalogue, rate, record } = parts
  const changed = catalogue.products.slice(0, CHANGED_PRODUCTS).map(({ id }) => id)
  const failure = (text: string | undefined): void => {
    if (text !== undefined) record.failure(text)
  }
  const changes = makeChanges(shops, changed, failure)
  const watching = watch(shops, (observation) => record.observed(observation), failure)
  const visitors = sendVisitors({
    shops,
    catalogue,
    rate,
    asking() {
      const askedAt = performance.now()
      const ended = record.asking()
      return ({ path, tookMs, body, failure: why }) => {
        const failed = why !== undefined
        ended({ tookMs, failed, outdated: !failed && changes.isOutdated(path, body, askedAt) }, why)
      }
    },
  })
  return {
    async stop() {
      await Promise.all([visitors.stop(), changes.stop(), watching.stop()])
    },
  }
}
