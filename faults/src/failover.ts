import { setTimeout as sleep } from 'node:timers/promises'
import type { Fleet } from './fleet.ts'
import type { Answered } from './history.ts'
import { machineNow } from './machine-time.ts'
import type { Report, TrafficOptions } from './messages.ts'
import { KEYS } from './outage.ts'
import { during, errorsOf, longestDark, percentile, worstWait } from './samples.ts'
import { scaled } from './scale.ts'

/** By then every key has been read: see the rate. */
const WARM_MS = 1_000
const BEFORE_MS = scaled(1_000, 5_000)
const AFTER_MS = scaled(1_500, 5_000)

export interface FailoverPlan {
  readonly fleet: Fleet
  readonly traffic?: Partial<TrafficOptions>
  /** Keys whose server is struck. Default all. */
  readonly struck?: ReadonlySet<string>
  strike(): Promise<unknown> | unknown
  /** Resolves when another server is the primary. */
  promoted(): Promise<unknown>
  /** Brings the old primary back; resolves when it has found its place. */
  heal(): Promise<unknown>
}

/** What callers saw of a server that was lost and replaced under steady traffic, and came back. */
export interface Failover {
  readonly report: Report
  readonly struckAt: number
  readonly promotedAt: number
  readonly errors: readonly string[]
  readonly worstAddedWait: number
  /** How long L2 answered no lookup of a struck key, in the process where it was longest. */
  readonly dark: number
  /** From the promotion until L2 answered those again; negative where it had been noticed before we did. */
  readonly back: number
  /** Lookups of keys whose servers were not struck. */
  readonly healthy: { readonly before: Service; readonly during: Service }
}

/** How well L2 served. */
export interface Service {
  readonly lookups: number
  /** Of them so many were answered by L2. */
  readonly hits: number
  /** Of those. */
  readonly p99: number
}

/** Traffic, a primary that is lost in the middle of it, its successor, and its return. */
export async function runFailover(plan: FailoverPlan): Promise<Failover> {
  const { fleet, struck = new Set(KEYS) } = plan
  await fleet.all('ready', 10_000)
  for (const [index, worker] of fleet.workers.entries()) {
    await worker.ask('traffic', { rate: 150, keys: KEYS, seed: index + 1, ...plan.traffic })
  }
  await sleep(WARM_MS)
  const warmAt = machineNow()
  await sleep(BEFORE_MS)
  const struckAt = machineNow()
  await plan.strike()
  await plan.promoted()
  const promotedAt = machineNow()
  await sleep(AFTER_MS)
  await plan.heal()
  await sleep(AFTER_MS)
  await fleet.all('calm')
  const report = await fleet.report()
  const { answers } = report.history
  const darkness = fleet.workers.map(({ name }) =>
    longestDark(
      answers.filter(({ process, key }) => process === name && struck.has(key)),
      struckAt,
    ),
  )
  const lit = Math.max(...darkness.map(({ until }) => until))
  const others = answers.filter(({ key }) => !struck.has(key))
  return {
    report,
    struckAt,
    promotedAt,
    errors: errorsOf(report.samples),
    worstAddedWait: worstWait(during(report.samples, { from: struckAt })),
    dark: Math.max(...darkness.map(({ from, until }) => until - from)),
    back: lit - promotedAt,
    healthy: {
      before: service(others.filter(({ began }) => began >= warmAt && began < struckAt)),
      during: service(others.filter(({ began }) => began >= struckAt && began < lit)),
    },
  }
}

function service(answers: readonly Answered[]): Service {
  const hits = answers.filter(({ outcome }) => outcome === 'hit_l2')
  const took = hits.map(({ began, ended }) => ended - began)
  return { lookups: answers.length, hits: hits.length, p99: percentile(took, 0.99) }
}
