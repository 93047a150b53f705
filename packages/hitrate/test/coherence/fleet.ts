import { createCache } from '../../src/cache/cache.ts'
import type { Cache, CacheOptions } from '../../src/cache/types.ts'
import { OUTCOMES, type Outcome } from '../../src/metrics/recorder.ts'
import { type ChaosL2, chaosL2 } from '../../src/testing/chaos-store.ts'
import { type ManualClock, manualClock } from '../../src/testing/manual-clock.ts'
import { type MemoryL2, memoryL2 } from '../../src/testing/memory-l2.ts'

/** One of several processes: its cache, and what it suffers of L2 by itself. */
export interface Process {
  readonly cache: Cache
  readonly chaos: ChaosL2
}

/** Two processes over one L2, on one clock, connected; without jitter, so that instants are exact. */
export interface Fleet {
  readonly clock: ManualClock
  readonly l2: MemoryL2
  readonly here: Process
  readonly there: Process
}

export async function twoProcesses(options: CacheOptions = {}): Promise<Fleet> {
  const clock = manualClock()
  const l2 = memoryL2()
  const start = (): Process => {
    const chaos = chaosL2(l2)
    return { chaos, cache: createCache({ clock, jitter: 0, ttl: '1h', l2: chaos, ...options }) }
  }
  const fleet = { clock, l2, here: start(), there: start() }
  await clock.advance(0)
  return fleet
}

/** What a lookup answers, and how it counted. */
export async function lookedUp(
  { metrics }: Cache,
  lookup: () => Promise<unknown>,
): Promise<readonly [value: unknown, outcome: Outcome | undefined]> {
  const before = metrics.overall().outcomes
  const value = await lookup()
  const after = metrics.overall().outcomes
  return [value, OUTCOMES.find((outcome) => after[outcome] > before[outcome])]
}
