import type { Cache } from '../cache/types.ts'
import { type Clock, systemClock } from '../clock.ts'
import { CacheError, describe } from '../errors.ts'
import type { Logger } from '../logger.ts'
import type { Strategy } from './strategy.ts'

export interface WarmerOptions {
  /** Where `warmKey`, `warmBatch` and a strategy's `set` store. Strategies load through keyspaces of it. */
  readonly cache: Pick<Cache, 'name' | 'warm'>
  /** May be empty where only `warmKey` and `warmBatch` are used. */
  readonly strategies: readonly Strategy[]
  /**
   * Of one run: strategies at a time, and calls of the cache under way in all of them together. A call carries up to
   * 25 keys, so the origin is asked for 25 times this at the most at a time; see also the cache's `maxLoads`.
   * Whole, 1 or more; default 4.
   */
  readonly concurrency?: number
  /** How many of the last runs `runs()` knows. Whole, 1 or more; default 20. */
  readonly keep?: number
  /** Closes the warmer when it fires. */
  readonly signal?: AbortSignal
  /** Gets a line when ready, and when a run starts and ends. Default none. */
  readonly logger?: Logger
  /** Default the system's. */
  readonly clock?: Clock
}

/** The options with their defaults, checked and copied. */
interface ResolvedOptions {
  readonly cache: Pick<Cache, 'name' | 'warm'>
  readonly strategies: ReadonlyMap<string, Strategy>
  readonly concurrency: number
  readonly keep: number
  readonly signal: AbortSignal | undefined
  readonly logger: Logger | undefined
  readonly clock: Clock
}

function refuse(name: string, accepted: string, given: unknown): never {
  throw new CacheError('invalid_option', `${name} must be ${accepted}, not ${describe(given)}`)
}

function checkCount(name: string, value: unknown): void {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1) return
  refuse(name, 'a whole number, 1 or more', value)
}

function strategiesByName(strategies: readonly Strategy[]): ReadonlyMap<string, Strategy> {
  if (!Array.isArray(strategies)) refuse('strategies', 'an array of { name, run }', strategies)
  const byName = new Map<string, Strategy>()
  for (const strategy of strategies) {
    if (typeof strategy !== 'object' || strategy === null) refuse('a strategy', '{ name, run }', strategy)
    const { name } = strategy
    if (typeof name !== 'string' || name.trim() === '') refuse('a strategy name', 'a non-empty string', name)
    if (typeof strategy.run !== 'function')
      refuse(`run of the strategy ${describe(name)}`, 'a function', strategy.run)
    if (byName.has(name)) refuse('a strategy name', 'unique in its warmer', name)
    byName.set(name, Object.freeze({ name, run: (run) => strategy.run(run) } satisfies Strategy))
  }
  return byName
}

/** Throws `invalid_option`. */
export function resolveOptions(options: WarmerOptions): ResolvedOptions {
  const { cache, strategies, concurrency = 4, keep = 20, signal, logger, clock = systemClock } = options
  if (typeof cache?.warm !== 'function') refuse('cache', 'a cache, as createCache gives it', cache)
  checkCount('concurrency', concurrency)
  checkCount('keep', keep)
  return Object.freeze({
    cache,
    strategies: strategiesByName(strategies),
    concurrency,
    keep,
    signal,
    logger,
    clock,
  })
}
