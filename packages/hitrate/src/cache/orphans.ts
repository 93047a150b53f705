import type { Clock } from '../clock.ts'
import type { Caller } from '../stores/guard.ts'
import type { Store, Version } from '../stores/store.ts'
import type { Milliseconds } from '../units.ts'

/** Claims that are remembered; the oldest are left to lapse. */
const MAX_ORPHANS = 1_000

/**
 * Claims of ours that may still lie in L2 although nobody loads under them any more: L2 did not answer when they were
 * taken, filled or given back. Until they lapse, everybody else would wait for a load that is over.
 */
export interface Orphans {
  readonly size: number
  add(key: string, version: Version): void
  /** Another claim of ours has taken its place. */
  forget(key: string): void
  /** Whether a claim found under the key is most likely our own. */
  has(key: string): boolean
  /** Gives those back for which it holds; what is not answered is given back over the next link, or lapses. */
  release(holds: (key: string) => boolean, store: Store, caller: Caller): Promise<void>
}

/** @param lapse how long a claim lives unless renewed */
export function createOrphans(clock: Clock, lapse: Milliseconds): Orphans {
  const orphans = new Map<string, { readonly version: Version; readonly until: Milliseconds }>()
  return {
    get size() {
      return orphans.size
    },
    add(key, version) {
      orphans.delete(key)
      orphans.set(key, { version, until: clock.now() + lapse })
      if (orphans.size <= MAX_ORPHANS) return
      const [oldest] = orphans.keys()
      if (oldest !== undefined) orphans.delete(oldest)
    },
    forget: (key) => void orphans.delete(key),
    has(key) {
      const orphan = orphans.get(key)
      if (orphan === undefined) return false
      if (clock.now() < orphan.until) return true
      orphans.delete(key)
      return false
    },
    async release(holds, store, caller) {
      const those = [...orphans].filter(([key, { until }]) => clock.now() < until && holds(key))
      await Promise.all(
        those.map(async ([key, orphan]) => {
          const how = { pause: 0, remove: false }
          const answer = await caller.call('write', () => store.release(key, orphan.version, how))
          if (answer.ok && orphans.get(key) === orphan) orphans.delete(key)
        }),
      )
    },
  }
}
