import { createCache } from '../../src/cache/cache.ts'
import type { Cache, CacheOptions } from '../../src/cache/types.ts'
import type { Outcome } from '../../src/metrics/recorder.ts'
import { type ManualClock, manualClock } from '../../src/testing/manual-clock.ts'
import type { Milliseconds } from '../../src/units.ts'

/** A cache whose time the test moves; without jitter, so that instants are exact. */
export function cacheOnClock(options: CacheOptions = {}): {
  readonly cache: Cache
  readonly clock: ManualClock
} {
  const clock = manualClock()
  return { clock, cache: createCache({ clock, jitter: 0, ...options }) }
}

/** The outcomes that occurred, with how often. */
export function outcomesOf({ metrics }: Cache): Partial<Record<Outcome, number>> {
  return Object.fromEntries(Object.entries(metrics.overall().outcomes).filter(([, count]) => count > 0))
}

/** The miss reasons that occurred, with how often. */
export function reasonsOf({ metrics }: Cache): Partial<Record<string, number>> {
  return Object.fromEntries(Object.entries(metrics.overall().missReasons).filter(([, count]) => count > 0))
}

/** Resolves when the clock has moved on by `delay`. */
export function elapsed(delay: Milliseconds, clock: ManualClock): Promise<void> {
  return new Promise((resolve) => clock.timer(delay, resolve))
}

/** The value once the cache's clock has moved on by `took`. */
export async function slowly<T>(value: T, took: Milliseconds, clock: ManualClock): Promise<T> {
  await elapsed(took, clock)
  return value
}
