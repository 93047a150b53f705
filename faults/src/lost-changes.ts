import { setTimeout as sleep } from 'node:timers/promises'
import type { Totals } from 'hitrate/metrics'
import { expect } from 'vitest'
import type { Fleet, Worker } from './fleet.ts'
import type { Inherited } from './inherited.ts'
import { machineNow } from './machine-time.ts'
import type { Looked } from './messages.ts'
import { attached } from './outage.ts'

/** One of each kind of change, and the key it is made to. */
const KEYS = ['d:deleted', 's:set', 'e:expired', 't:tagged', 'p:matched'] as const
const REPAIRED_WITHIN_MS = 3_000

export interface LostChangesPlan {
  /** Two processes, at least. */
  readonly fleet: Fleet
  /** Ends the given name so that the key lies on the server that is struck. Default: as it is. */
  readonly named?: (key: string) => string
  /** From then on the replica hears late what the primary is told. */
  lag(): void
  /** How late. */
  readonly lagMs: number
  strike(): Promise<unknown>
  inherited(): Promise<Inherited>
  promoted(): Promise<unknown>
}

/** What processes that should have had an answer say of L2. */
async function toldBy(maker: Worker, other: Worker, read: Looked): Promise<string> {
  const [one, two] = [await maker.ask('stats'), await other.ask('stats')]
  const of = ({ incidents, tiers: { l2 } }: Totals) => ({
    incidents,
    read: l2.read.results,
    write: l2.write.results,
  })
  return JSON.stringify({ read, maker: of(one.totals), other: of(two.totals) })
}

/**
 * Changes that a primary has confirmed and takes to its grave: whoever made them makes them again, and no process reads
 * what they voided. Returns how long after the promotion that was so.
 */
export async function checkLostChanges(plan: LostChangesPlan): Promise<number> {
  const { fleet, named = (key) => key } = plan
  const [maker, other] = [fleet.worker(0), fleet.worker(1)]
  const keys = KEYS.map(named)
  const [deleted = '', set = '', expired = ''] = keys
  const old = new Map<string, string | undefined>()
  for (const key of keys) old.set(key, (await maker.ask('look', key, 1))[0]?.id)
  for (const key of keys) {
    const read = await other.ask('get', key)
    expect(read.id, `${key} read by another: ${await toldBy(maker, other, read)}`).toBe(old.get(key))
  }
  await sleep(500)

  plan.lag()
  const changes = [
    maker.ask('remove', [deleted]),
    maker.ask('set', set),
    maker.ask('expire', [expired]),
    maker.ask('invalidate', { tags: ['t'] }, 'delete'),
    maker.ask('invalidate', { pattern: 'p:*' }, 'delete'),
  ]
  for (const { delivered } of await Promise.all(changes)) expect(delivered).toBe(true)
  await plan.strike()
  const inherited = await plan.inherited()
  for (const key of keys) expect(inherited.valueOf(key), `${key} was to be lost`).toBe(old.get(key))

  await plan.promoted()
  const promotedAt = machineNow()
  const fresh = async (): Promise<string[]> => {
    const wrong: string[] = []
    for (const key of keys) {
      const { id, outcome } = await other.ask('get', key)
      if (id === old.get(key) && outcome !== 'stale') wrong.push(key)
    }
    return wrong
  }
  await expect.poll(fresh, { timeout: REPAIRED_WITHIN_MS, interval: 5 }).toEqual([])
  const repaired = machineNow() - promotedAt
  await attached(fleet)
  await sleep(plan.lagMs)
  expect(await fresh()).toEqual([])
  return repaired
}
