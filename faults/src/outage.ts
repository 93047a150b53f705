import { setTimeout as sleep } from 'node:timers/promises'
import type { Fleet } from './fleet.ts'
import { machineNow } from './machine-time.ts'
import type { Report, Sample, TrafficOptions } from './messages.ts'
import { during, errorsOf, timeToRecover, worstWait } from './samples.ts'
import { scaled } from './scale.ts'

/** L2 calls are bounded by it, unless a scenario says otherwise: the cache's own default. */
export const DEADLINE_MS = 250
/** From a fault until the breaker must have opened: one deadline, and time to be counted. */
const OPENS_WITHIN_MS = 1_000
const RECOVERS_WITHIN_MS = 30_000

export interface OutagePlan {
  readonly fleet: Fleet
  readonly traffic?: Partial<TrafficOptions>
  strike(): Promise<void> | void
  /** How long the fault lasts. Default 2.5 s, in the long set 20 s. */
  readonly lasts?: number
  heal(): Promise<void> | void
}

/** What callers saw of a fault under steady traffic. */
export interface Outage {
  readonly report: Report
  /** From the fault until the shared tier answered again. */
  readonly struck: readonly Sample[]
  /** Of those: once the breaker must have opened, until the fault was over. */
  readonly open: readonly Sample[]
  readonly worstAddedWait: number
  readonly errors: readonly string[]
  readonly recovered: number
}

/** What a busy machine adds to any wait: of the processes on a call's way each may have stood still for as long. */
export function slack({ stalled }: Pick<Report, 'stalled'>): number {
  return 150 + 3 * stalled
}

/** Keys enough that callers seldom meet at one, few enough that all of them are read within a second. */
export const KEYS: readonly string[] = Array.from(
  { length: 60 },
  (_, index) => `${'abc'[index % 3]}:${index}`,
)

/** Traffic, a fault in the middle of it, and its end; returns when the shared tier answers again, and some time later. */
export async function runOutage({
  fleet,
  traffic,
  strike,
  lasts = scaled(2_500, 20_000),
  heal,
}: OutagePlan): Promise<Outage> {
  await fleet.all('ready', 10_000)
  for (const [index, worker] of fleet.workers.entries()) {
    await worker.ask('traffic', { rate: 150, keys: KEYS, seed: index + 1, ...traffic })
  }
  await sleep(500)
  const struckAt = machineNow()
  await strike()
  await sleep(lasts)
  await heal()
  const healedAt = machineNow()
  const back = await answeredAgain(fleet)
  await sleep(300)
  await fleet.all('calm')
  const report = await fleet.report()
  const struck = during(report.samples, { from: struckAt, to: back })
  return {
    report,
    struck,
    open: during(report.samples, { from: struckAt + OPENS_WITHIN_MS, to: healedAt }),
    worstAddedWait: worstWait(during(report.samples, { from: struckAt })),
    errors: errorsOf(report.samples),
    recovered: timeToRecover(report.samples, healedAt),
  }
}

/** Resolves with the time at which every process has been answered by the shared tier; gives up after 30 s. */
export async function answeredAgain(fleet: Fleet): Promise<number> {
  const before = await hits(fleet)
  const deadline = machineNow() + RECOVERS_WITHIN_MS
  for (;;) {
    const now = await hits(fleet)
    const at = machineNow()
    if (now.every((count, index) => count > (before[index] ?? 0)) || at > deadline) return at
    await sleep(20)
  }
}

async function hits(fleet: Fleet): Promise<number[]> {
  return (await fleet.all('stats')).map(({ totals }) => totals.requests.hit_l2)
}

/** Resolves when every process uses all servers there are; rejects after 10 s. `ready` says at once how it is, once it was tried. */
export async function attached(fleet: Fleet): Promise<void> {
  const deadline = machineNow() + 10_000
  for (;;) {
    const states = await fleet.all('ready', 1_000)
    if (!states.includes('unavailable')) return
    if (machineNow() > deadline) throw new Error(`not attached after 10 s: ${states.join(', ')}`)
    await sleep(20)
  }
}
