import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { type FailoverPlan, runFailover } from './failover.ts'
import type { Fleet } from './fleet.ts'
import { check, covers, describeIllegal, type Illegal, type Terms, whenAllIsDelivered } from './history.ts'
import type { Inherited } from './inherited.ts'
import { machineNow } from './machine-time.ts'
import type { ChangeKind, TrafficOptions } from './messages.ts'
import { KEYS } from './outage.ts'

const STALE_BOUND_MS = 2_000
const SLACK_MS = 300
/** From when a new server is there until every process has told it all it knows, and is served by it. */
const SETTLES_MS = 3_000

/** Seldom of all entries at once: nothing would be left to be lost. */
const KINDS: readonly ChangeKind[] = [
  ...Array.from({ length: 6 }, (): ChangeKind[] => ['delete', 'set', 'expire']).flat(),
  ...(['tag', 'tag', 'pattern', 'pattern', 'all'] as const),
]

/** What a history over a failover showed. */
export interface FailoverHistory {
  readonly lookups: number
  readonly changes: number
  /** Confirmed invalidations that the new primary did not know of. */
  readonly lost: number
  /** Lookups that got what such a one had voided. */
  readonly readLost: number
  readonly errors: readonly string[]
}

export interface HistoryPlan extends Omit<FailoverPlan, 'traffic'> {
  readonly fleet: Fleet
  readonly onDisconnect: 'serve' | 'bypass'
  readonly traffic: Partial<TrafficOptions>
  /** What the successor holds; asked when the primary is struck, before there is a new one. */
  inherited(): Promise<Inherited>
}

/**
 * Reads, loads, writes and invalidations of several processes over a failover, all checked. Whatever is illegal, and was
 * not lost by Redis itself, fails the test. When all has settled, nothing may be illegal at all: who invalidated repeats
 * what was lost.
 */
export async function checkFailover(plan: HistoryPlan): Promise<FailoverHistory> {
  const { fleet, onDisconnect, inherited } = plan
  let found: Inherited | undefined
  let settledAt = Number.POSITIVE_INFINITY
  const failover = await runFailover({
    ...plan,
    traffic: { kinds: KINDS, ...plan.traffic },
    async strike() {
      await plan.strike()
      found = await inherited()
    },
    async heal() {
      settledAt = machineNow() + SETTLES_MS
      await plan.heal()
    },
  })
  const { report, struckAt, errors } = failover
  const { history, stalled } = report
  // Who serves while it can't be told may give what others have invalidated.
  const excused = (_: string, at: number): boolean => at >= struckAt && at <= settledAt
  const terms: Terms = {
    bound: STALE_BOUND_MS + SLACK_MS + stalled,
    ...(onDisconnect === 'serve' ? { excused } : {}),
  }
  const isLost = ({ by, answer, birth }: Illegal): boolean =>
    by.ended < failover.promotedAt && found?.without(by, answer.key, birth.id) === true
  const illegal = check(history, terms).filter((one) => !isLost(one))
  expect(illegal.slice(0, 3).map((one) => describeIllegal(one, history))).toEqual([])

  await sleep(SETTLES_MS)
  for (const key of KEYS) await fleet.all('look', key, 1)
  const last = (await fleet.report()).history
  const whole = whenAllIsDelivered(history, last)
  expect(check(whole, { bound: 0 }).map((one) => describeIllegal(one, whole))).toEqual([])

  const births = new Map(history.births.map((birth) => [birth.id, birth]))
  const lost = history.invalidations.filter((by) => {
    if (!by.delivered || by.ended > struckAt) return false
    return KEYS.filter((key) => covers(by, key)).some((key) => {
      const birth = births.get(found?.valueOf(key) ?? '')
      const old = by.by === 'tag' || by.by === 'all' || (birth !== undefined && birth.began < by.began)
      return old && found?.without(by, key, birth?.id ?? '') === true
    })
  })
  return {
    lookups: history.answers.length + last.answers.length,
    changes: history.invalidations.length,
    lost: lost.length,
    readLost: check(history, { bound: 0, ...(onDisconnect === 'serve' ? { excused } : {}) }).filter(isLost)
      .length,
    errors,
  }
}
