import { chaosL2, type ManualClock, manualClock, memoryL2 } from 'hitrate/testing'
import { createCache } from '../../src/cache/cache.ts'
import type { Cache, CacheOptions } from '../../src/cache/types.ts'
import type { Fleet } from '../../src/fleet/types.ts'
import type { StoreFactory } from '../../src/stores/store.ts'

export const TICK = 10_000
/** After this every bucket of before is told and added up, whoever the keeper is. */
export const SEEN = 40_000

export interface Process {
  readonly cache: Cache
  readonly fleet: Fleet
}

/** Several processes on one L2, each behind a chaos of its own. */
export function fleetOnClock(size: number, options: CacheOptions = {}) {
  const clock = manualClock()
  const server = memoryL2()
  const open = (l2: StoreFactory = server, more: CacheOptions = {}): Process => {
    const cache = createCache({ clock, jitter: 0, l1: false, name: 'shop', l2, ...options, ...more })
    const { fleet } = cache
    if (fleet === undefined) throw new Error('no fleet')
    return { cache, fleet }
  }
  const lines = Array.from({ length: size }, () => chaosL2(server))
  return { clock, server, open, lines, processes: lines.map((line) => open(line)) }
}

/** Lookups of a key that nothing is stored under. */
export async function look({ cache }: Process, key: string, times = 1): Promise<void> {
  for (let time = 0; time < times; time++) await cache.get(key)
}

/** In steps, so that promises get their turn. */
export async function pass(clock: ManualClock, by: number): Promise<void> {
  for (let left = by; left > 0; left -= TICK / 2) await clock.advance(Math.min(left, TICK / 2))
}

/** Lookups in all, as the process sees the fleet. */
export async function seenBy({ fleet }: Process, window = '1h'): Promise<number> {
  const view = await fleet.view({ window })
  return view.scope === 'fleet' ? view.figures.overall({ window }).totalRequests : Number.NaN
}
