import type { ReadCounter, SetEntry, WarmOptions, WarmResult } from '../../src/cache/types.ts'
import type { Strategy, StrategyRun } from '../../src/warming/index.ts'

/** A cache that can only be warmed: what was stored, and how it was asked. */
interface FakeCache {
  readonly name: string
  readonly stored: Map<string, SetEntry>
  /** How many entries each call carried. */
  readonly calls: number[]
  /** Reads a key as a lookup would: counts it for the run that warmed it, once. */
  read(key: string): void
  warm(entries: readonly SetEntry[], options?: WarmOptions): Promise<WarmResult>
}

export function fakeCache(answer: () => void | Promise<void> = () => {}): FakeCache {
  const stored = new Map<string, SetEntry>()
  const unread = new Map<string, ReadCounter>()
  const calls: number[] = []
  return {
    name: 'shop',
    stored,
    calls,
    read(key) {
      const counter = unread.get(key)
      if (counter !== undefined) counter.read++
      unread.delete(key)
    },
    async warm(entries, options) {
      calls.push(entries.length)
      await answer()
      let warmed = 0
      for (const entry of entries) {
        if (stored.has(entry.key)) continue
        stored.set(entry.key, entry)
        if (options?.reads !== undefined) unread.set(entry.key, options.reads)
        warmed++
      }
      return { warmed, alreadyFresh: entries.length - warmed, absent: 0, failed: 0, errors: [] }
    },
  }
}

interface FakeKeyspace {
  readonly fresh: Set<number>
  /** Calls under way, and the most there ever were. */
  readonly active: number
  readonly peak: number
  warm(list: readonly number[], options?: WarmOptions): Promise<WarmResult>
}

/**
 * A keyspace of numbers that honours the signal between keys, as a real one does.
 * @param load what a key comes to: `true` stored, `false` nothing there; throwing is a failed load
 */
export function fakeKeyspace(load: (id: number) => boolean | Promise<boolean> = () => true): FakeKeyspace {
  const fresh = new Set<number>()
  let active = 0
  let peak = 0
  return {
    fresh,
    get active() {
      return active
    },
    get peak() {
      return peak
    },
    async warm(list, options) {
      peak = Math.max(peak, ++active)
      const counts = { warmed: 0, alreadyFresh: 0, absent: 0, failed: 0 }
      const errors: unknown[] = []
      for (const id of list) {
        if (options?.signal?.aborted) break
        if (fresh.has(id)) {
          counts.alreadyFresh++
          continue
        }
        try {
          if (await load(id)) {
            fresh.add(id)
            counts.warmed++
          } else counts.absent++
        } catch (error) {
          counts.failed++
          errors.push(error)
        }
      }
      active--
      return { ...counts, errors }
    },
  }
}

export function strategy(name: string, run: (run: StrategyRun) => unknown = () => {}): Strategy {
  return { name, run }
}

export function range(count: number, from = 0): number[] {
  return Array.from({ length: count }, (_, index) => from + index)
}

/** A promise settled from outside. */
export function deferred(): PromiseWithResolvers<void> {
  return Promise.withResolvers<void>()
}
