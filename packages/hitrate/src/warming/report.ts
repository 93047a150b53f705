import type { WarmResult } from '../cache/types.ts'
import type { Milliseconds, Ratio } from '../units.ts'

/**
 * Where a strategy stands:
 * - `waiting`: for its turn
 * - `running`
 * - `done`: it returned; single keys may have failed
 * - `failed`: it threw, one of its calls was refused, or every key it tried failed
 * - `cancelled`: the run was cancelled before the strategy had ended
 */
export const STRATEGY_STATUSES = ['waiting', 'running', 'done', 'failed', 'cancelled'] as const
export type StrategyStatus = (typeof STRATEGY_STATUSES)[number]

/** Where a run stands. `failed`: every one of its strategies did. `cancelled` comes before the other ends. */
export const RUN_STATUSES = ['running', 'done', 'cancelled', 'failed'] as const
export type RunStatus = (typeof RUN_STATUSES)[number]

/** What became of the keys. They add up to the keys given, those left out by a cancel aside. */
export interface KeyCounts {
  /** Loaded or stored. */
  readonly keysWarmed: number
  /** Left alone because a fresh entry was there; for values from outside, any live one. */
  readonly alreadyFresh: number
  /** The loader had nothing for it, or decided not to store. */
  readonly absent: number
  readonly failed: number
}

/** One strategy's part in a run. */
export interface StrategyReport extends KeyCounts {
  readonly name: string
  readonly status: StrategyStatus
  /** From its turn to its end, or to now; 0 while it waits. */
  readonly tookMs: Milliseconds
  /** Why it failed, else the first error of a key; one line, at most 300 characters. */
  readonly error?: string
}

/** A run as it stood when it was asked for; frozen. Ask again for news. */
export interface RunReport extends KeyCounts {
  /** Unique among the processes of a fleet, safe in a URL. */
  readonly id: string
  readonly status: RunStatus
  /** Unix time. */
  readonly startedAt: Milliseconds
  /** From the start to the end, or to now. */
  readonly tookMs: Milliseconds
  /** In the order asked for. */
  readonly strategies: readonly StrategyReport[]
  /** Share of the warmed keys that were read since; grows after the run. `null` when none was warmed. */
  readonly readLater: Ratio | null
}

/** A measured time as people read it: to the microsecond, without the noise of the subtraction. */
export function measured(took: Milliseconds): Milliseconds {
  return Math.round(took * 1_000) / 1_000
}

export const NO_KEYS: KeyCounts = Object.freeze({ keysWarmed: 0, alreadyFresh: 0, absent: 0, failed: 0 })

export function plus(a: KeyCounts, b: KeyCounts): KeyCounts {
  return {
    keysWarmed: a.keysWarmed + b.keysWarmed,
    alreadyFresh: a.alreadyFresh + b.alreadyFresh,
    absent: a.absent + b.absent,
    failed: a.failed + b.failed,
  }
}

export function countsOf(result: WarmResult): KeyCounts {
  const { warmed, alreadyFresh, absent, failed } = result
  return { keysWarmed: warmed, alreadyFresh, absent, failed }
}

/** Whether keys were tried and not one of them came to anything. */
export function allFailed({ keysWarmed, alreadyFresh, absent, failed }: KeyCounts): boolean {
  return failed > 0 && keysWarmed + alreadyFresh + absent === 0
}
