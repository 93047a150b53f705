import { createCache } from '../../src/cache/cache.ts'
import type { Cache, CacheOptions } from '../../src/cache/types.ts'
import { OUTCOMES, type Outcome } from '../../src/metrics/recorder.ts'
import { type ChaosL2, chaosL2 } from '../../src/testing/chaos-store.ts'
import { type ManualClock, manualClock } from '../../src/testing/manual-clock.ts'
import { type MemoryL2, memoryL2 } from '../../src/testing/memory-l2.ts'
import type { Milliseconds } from '../../src/units.ts'
import { type Around, type Operation, wrapStore } from '../fence/wrap-store.ts'

/** One of several processes: its cache, and what it suffers of L2 by itself. */
export interface Process {
  readonly cache: Cache
  readonly chaos: ChaosL2
  /** What L2 carried out for it, in order. */
  readonly carriedOut: Operation[]
}

/** Two processes over one L2, on one clock, connected; without jitter, so that instants are exact. */
export interface Fleet {
  readonly clock: ManualClock
  readonly l2: MemoryL2
  readonly here: Process
  readonly there: Process
}

export async function twoProcesses(
  options: CacheOptions = {},
  /** What has befallen L2 here before the process starts. */
  before: (chaos: ChaosL2) => void = () => undefined,
): Promise<Fleet> {
  const clock = manualClock()
  const l2 = memoryL2()
  const start = (befall: (chaos: ChaosL2) => void): Process => {
    const carriedOut: Operation[] = []
    const note: Around = (operation, work) => {
      carriedOut.push(operation)
      return work()
    }
    const chaos = chaosL2(wrapStore(l2, note))
    befall(chaos)
    return { chaos, carriedOut, cache: createCache({ clock, jitter: 0, ttl: '1h', l2: chaos, ...options }) }
  }
  const fleet = { clock, l2, here: start(before), there: start(() => undefined) }
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

/** Of each call to L2. */
export const DEADLINE: Milliseconds = 250

/** `a` is in L2 and in both L1s. */
export async function sharing(options: CacheOptions = {}): Promise<Fleet> {
  const fleet = await twoProcesses(options)
  await fleet.there.cache.set('a', 'old', { tags: ['t'] })
  await fleet.here.cache.get('a')
  return fleet
}

/** What a lookup of `a` here comes to within a deadline of L2's. */
export async function look(
  { clock, here }: Fleet,
  load?: () => string,
  patience: Milliseconds = DEADLINE,
): Promise<{
  readonly value: unknown
  readonly outcome: Outcome | undefined
  readonly took: Milliseconds
}> {
  const { cache } = here
  const began = clock.now()
  const timed = async () => {
    const asked = load === undefined ? () => cache.get('a') : () => cache.getOrSet('a', load)
    const [value, outcome] = await lookedUp(cache, asked)
    return { value, outcome, took: clock.now() - began }
  }
  const looking = timed()
  await clock.advance(patience)
  return looking
}

/** All that befell L2 here is over. */
export async function recovers({ clock, here }: Fleet): Promise<void> {
  here.chaos.heal()
  await clock.advance(0)
}

/** What it comes to while the clock goes on. */
export async function settled<T>({ clock }: Pick<Fleet, 'clock'>, work: Promise<T>): Promise<T> {
  let over = false
  const end = (): void => {
    over = true
  }
  work.then(end, end)
  for (let step = 0; !over && step < 1_000; step++) await clock.advance(10)
  return work
}
