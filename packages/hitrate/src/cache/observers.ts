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

/** Where the inside of the cache can be watched; free while nobody listens. */
export interface Observers {
  readonly listening: boolean
  lookup(event: {
    readonly key: string
    readonly pattern: string
    readonly outcome: Outcome
    readonly entry: Entry | undefined
    readonly loadMs?: Milliseconds | undefined
  }): void
}

const lookups = channel('hitrate:lookup')

export function createObservers(cache: string, clock: Clock): Observers {
  return {
    get listening() {
      return lookups.hasSubscribers
    },
    lookup({ key, pattern, outcome, entry, loadMs }) {
      const now = clock.now()
      const message: LookupMessage = {
        cache,
        key,
        pattern,
        outcome,
        stored: entry !== undefined,
        ...(entry === undefined || freshness(entry, now) !== 'fresh'
          ? {}
          : { ttlMs: entry.freshUntil - now }),
        ...(loadMs === undefined ? {} : { loadMs }),
      }
      lookups.publish(message)
    },
  }
}
