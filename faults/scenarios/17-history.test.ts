import { setTimeout as sleep } from 'node:timers/promises'
import { startRedis } from '@hitrate/test-support'
import { expect, test } from 'vitest'
import { DISTURBANCES, Disturber } from '../src/disturbances.ts'
import { record } from '../src/figures.ts'
import { startFleet } from '../src/fleet.ts'
import {
  check,
  describeIllegal,
  type History,
  staleness,
  type Terms,
  whenAllIsDelivered,
} from '../src/history.ts'
import { progress } from '../src/progress.ts'
import { startProxy } from '../src/proxy.ts'
import { errorsOf, percentile, worstWait } from '../src/samples.ts'
import { LONG, patience, scaled } from '../src/scale.ts'
import { unsettled } from '../src/settled.ts'

const PROCESSES = 4
const STALE_BOUND_MS = 2_000
const SLACK_MS = 300
/** A watchdog needs some deadlines and a heartbeat to give a silent link up, and the new one is flushed at once. */
const SETTLES_MS = 3_000
/** Of one round: each has keys of its own, and is checked when it is over. */
const ROUND_MS = scaled(8_000, 20_000)
const TOTAL_SECONDS = scaled(16, 30 * 60)

/**
 * `serve`: a process without a link goes on serving what it has, so what it read while it was disturbed is excused.
 * `bypass`: it does not, and nothing is excused.
 */
const MODES = ['serve', 'bypass'] as const

test.each(MODES)(
  'random work of four processes and random faults: no lookup gets what was void (%s)',
  { timeout: patience(TOTAL_SECONDS) },
  async (onDisconnect) => {
    await using redis = await startRedis()
    const proxies = await Promise.all(Array.from({ length: PROCESSES }, () => startProxy(redis.url)))
    await using stack = new AsyncDisposableStack()
    for (const proxy of proxies) stack.use(proxy)
    await using fleet = await startFleet({
      processes: PROCESSES,
      url: (index) => proxies[index]?.url ?? redis.url,
      cache: { ttl: '2s', staleFor: '10s', earlyRefresh: 0.5, onDisconnect },
      origin: { takes: 10 },
    })
    await fleet.all('ready', 5_000)
    const seed = Number(process.env.SEED ?? Date.now() % 1_000_000)
    const rounds = Math.max(1, Math.round((TOTAL_SECONDS * 1_000) / MODES.length / ROUND_MS))
    const figures = { lookups: 0, changes: 0, worst: 0, errors: 0, took: [] as number[] }
    for (let round = 0; round < rounds; round++) {
      const keys = Array.from({ length: 40 }, (_, index) => `${'xyz'[index % 3]}${round}:${index}`)
      const disturber = new Disturber({ redis, proxies, fleet })
      for (const [index, worker] of fleet.workers.entries()) {
        const own = seed + round * PROCESSES + index
        await worker.ask('traffic', { rate: scaled(150, 200), keys, changes: 4, seed: own })
      }
      const until = performance.now() + ROUND_MS
      const told: string[] = []
      for (let at = seed + round; performance.now() < until; at += 7) {
        const disturbance = DISTURBANCES[at % DISTURBANCES.length]
        if (disturbance === undefined) break
        told.push(disturbance.name)
        await disturber.disturb(disturbance, at % PROCESSES, SETTLES_MS)
        await sleep(600)
      }
      await fleet.all('calm')
      const { history, samples, stalled } = await fleet.report()
      const excused = onDisconnect === 'serve' ? disturber.excused : undefined
      const bound = STALE_BOUND_MS + SLACK_MS + stalled
      const context = `SEED=${seed}, round ${round}: ${told.join(', ')}`
      const expectLegal = (whole: History, terms: Terms): void => {
        const found = check(whole, terms).slice(0, 3)
        expect(
          found.map((one) => describeIllegal(one, whole)),
          context,
        ).toEqual([])
      }
      expectLegal(history, { bound, ...(excused === undefined ? {} : { excused }) })
      await sleep(SETTLES_MS)
      for (const key of keys) await fleet.all('look', key, 1)
      const last = await fleet.report()
      expectLegal(whenAllIsDelivered(history, last.history), { bound: 0 })
      figures.lookups += history.answers.length
      figures.changes += history.invalidations.length
      figures.worst = Math.max(figures.worst, worstWait(samples))
      figures.errors += errorsOf(samples).length
      figures.took.push(...staleness(history))
      if (LONG)
        progress(`17 ${onDisconnect}: round ${round + 1} of ${rounds}, ${figures.lookups} lookups checked`)
    }
    record({
      scenario: `17 random work and faults (${onDisconnect})`,
      worstAddedWait: figures.worst,
      errors: figures.errors,
      more: `${figures.lookups} lookups and ${figures.changes} changes legal; old reads for p50 ${percentile(figures.took, 0.5).toFixed(1)} ms, p99 ${percentile(figures.took, 0.99).toFixed(1)} ms, worst ${Math.max(...figures.took).toFixed(1)} ms`,
    })
    expect(figures.errors).toBe(0)
    expect(await unsettled(fleet)).toEqual([])
  },
)
