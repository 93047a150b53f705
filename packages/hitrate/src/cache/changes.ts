import type { Clock } from '../clock.ts'
import type { Milliseconds } from '../units.ts'

/** Those who wait until another process changes what L2 holds under a key: mostly, until it has loaded it. */
export interface Changes {
  /** Resolves at the key's next change that is told, and after the patience in any case. */
  next(key: string, patience: Milliseconds): Promise<void>
  told(key: string): void
  /** Anything may have changed. */
  everything(): void
  /** Keys somebody waits for. */
  readonly size: number
}

export function createChanges(clock: Clock): Changes {
  const waiting = new Map<string, Set<() => void>>()
  return {
    get size() {
      return waiting.size
    },
    next: (key, patience) =>
      new Promise((resolve) => {
        const those = waiting.get(key) ?? new Set()
        const end = (): void => {
          timer.cancel()
          those.delete(end)
          if (those.size === 0 && waiting.get(key) === those) waiting.delete(key)
          resolve()
        }
        const timer = clock.timer(patience, end)
        those.add(end)
        waiting.set(key, those)
      }),
    told(key) {
      for (const end of waiting.get(key) ?? []) end()
    },
    everything() {
      for (const those of waiting.values()) for (const end of those) end()
    },
  }
}
