import { channel } from 'node:diagnostics_channel'
import type { Clock } from '../clock.ts'
import type { Outcome } from '../metrics/recorder.ts'
import type { Milliseconds } from '../units.ts'
import { type Entry, freshness } from './entry.ts'

/** Published on the diagnostics channel `hitrate:lookup` when a lookup has ended, in its caller's async context. */
export interface LookupMessage {
  /** The cache's name. */
  readonly cache: string
  readonly key: string
  readonly pattern: string
  readonly outcome: Outcome
  /** What is left of its fresh time; absent where nothing was stored. */
  readonly ttlMs?: Milliseconds
  /** What the load took, when one ran. */
  readonly loadMs?: Milliseconds
  /** Whether the value is kept. */
  readonly stored: boolean
}

interface LookupEvent {
  readonly key: string
  readonly pattern: string
  readonly outcome: Outcome
  readonly entry: Entry | undefined
  readonly loadMs?: Milliseconds | undefined
}

const lookups = channel('hitrate:lookup')

/**
 * Where the inside of the cache can be watched; free while nobody listens. A class, as `tier1.ts` explains: each hit asks
 * whether somebody does.
 */
export class Observers {
  readonly #cache: string
  readonly #clock: Clock

  constructor(cache: string, clock: Clock) {
    this.#cache = cache
    this.#clock = clock
  }

  get listening(): boolean {
    return lookups.hasSubscribers
  }

  lookup({ key, pattern, outcome, entry, loadMs }: LookupEvent): void {
    // Put together by hand: with spreads it takes as long as the hit that it tells of.
    const message: { -readonly [Name in keyof LookupMessage]: LookupMessage[Name] } = {
      cache: this.#cache,
      key,
      pattern,
      outcome,
      stored: entry !== undefined,
    }
    if (entry !== undefined) {
      const now = this.#clock.now()
      if (freshness(entry, now) === 'fresh') message.ttlMs = entry.freshUntil - now
    }
    if (loadMs !== undefined) message.loadMs = loadMs
    lookups.publish(message)
  }
}
