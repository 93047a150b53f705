/**
 * What the monitor needs of a warmer. `createWarmer` of `hitrate/warming` fits, and so does anything shaped like it.
 */

export const WARM_RUN_STATUSES = ['running', 'done', 'cancelled', 'failed'] as const
export type WarmRunStatus = (typeof WARM_RUN_STATUSES)[number]

/** A strategy's own: `waiting` for its turn, then as a run's. */
export const WARM_STRATEGY_STATUSES = ['waiting', 'running', 'done', 'cancelled', 'failed'] as const
export type WarmStrategyStatus = (typeof WARM_STRATEGY_STATUSES)[number]

interface MonitoredKeyCounts {
  readonly keysWarmed: number
  readonly alreadyFresh: number
  /** The loader had nothing for it. */
  readonly absent?: number | undefined
  readonly failed: number
}

export interface MonitoredWarmStrategy extends MonitoredKeyCounts {
  readonly name: string
  readonly status: WarmStrategyStatus
  readonly tookMs: number
  readonly error?: string | undefined
}

export interface MonitoredWarmRun extends MonitoredKeyCounts {
  readonly id: string
  readonly status: WarmRunStatus
  /** Unix milliseconds. */
  readonly startedAt: number
  readonly tookMs: number
  readonly strategies: readonly MonitoredWarmStrategy[]
  /** Share of the warmed keys that were read since; `null` when none was warmed. */
  readonly readLater: number | null
}

export interface MonitoredWarmer {
  readonly strategies: readonly string[]
  /**
   * Starts the strategies named, by default all, and returns at once. Throws `CacheError` `warm_running` while a run
   * is under way, `invalid_argument` for an unknown name.
   */
  start(names?: readonly string[]): {
    readonly run: Pick<MonitoredWarmRun, 'id' | 'status'>
    readonly done: Promise<MonitoredWarmRun>
  }
  /** Newest first. */
  runs(): readonly MonitoredWarmRun[]
  runOf(id: string): MonitoredWarmRun | undefined
}
