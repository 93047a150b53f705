import type { ReadCounter, SetEntry } from '../cache/types.ts'
import type { Clock, Timer } from '../clock.ts'
import type { Milliseconds } from '../units.ts'
import { createGate } from './gate.ts'
import {
  type KeyCounts,
  measured,
  NO_KEYS,
  plus,
  type RunReport,
  type RunStatus,
  type StrategyReport,
} from './report.ts'
import type { Strategy, WarmTarget } from './strategy.ts'
import { createTask, type Task } from './task.ts'

/**
 * How long a cancelled run waits for strategies that ignore their signal and for what is being loaded, so that its
 * report tells what was stored. Short, because a shutdown waits for it.
 */
const CANCEL_GRACE: Milliseconds = 1_000

interface RunContext {
  readonly cache: WarmTarget<SetEntry>
  readonly clock: Clock
  readonly concurrency: number
}

/** One execution of some strategies. */
export interface Run {
  readonly id: string
  /** The closing report; never rejects. */
  readonly done: Promise<RunReport>
  readonly running: boolean
  report(): RunReport
  /** Ends it within {@link CANCEL_GRACE}; `done` tells when. */
  cancel(): void
}

function statusOf(strategies: readonly StrategyReport[]): RunStatus {
  if (strategies.some(({ status }) => status === 'cancelled')) return 'cancelled'
  return strategies.length > 0 && strategies.every(({ status }) => status === 'failed') ? 'failed' : 'done'
}

export function startRun(id: string, strategies: readonly Strategy[], context: RunContext): Run {
  const { clock, concurrency } = context
  const startedAt = clock.wall()
  const began = clock.now()
  const reads: ReadCounter = { read: 0 }
  const turns = createGate(concurrency)
  const calls = createGate(concurrency)
  const graceOver = Promise.withResolvers<void>()
  let grace: Timer | undefined
  let endedAt: Milliseconds | undefined

  const cancel = (): void => {
    if (grace !== undefined || endedAt !== undefined) return
    grace = clock.timer(CANCEL_GRACE, graceOver.resolve)
    for (const task of tasks) task.cancel()
    // Whoever stands in line behind a load that hangs finds the signal fired, and leaves.
    calls.open()
  }
  const tasks: readonly Task[] = strategies.map((strategy) =>
    createTask(strategy, { ...context, calls, reads, onClosed: cancel }),
  )

  const report = (): RunReport => {
    const reports = Object.freeze(tasks.map((task) => task.report()))
    const counts = reports.reduce<KeyCounts>(plus, NO_KEYS)
    return Object.freeze({
      id,
      status: endedAt === undefined ? 'running' : statusOf(reports),
      startedAt,
      tookMs: measured((endedAt ?? clock.now()) - began),
      ...counts,
      // While keys are being stored, one may be read before the call that stored it has answered.
      readLater: counts.keysWarmed === 0 ? null : Math.min(1, reads.read / counts.keysWarmed),
      strategies: reports,
    })
  }

  const execute = async (): Promise<RunReport> => {
    // The caller gets its run before the first strategy begins.
    await Promise.resolve()
    const ended = Promise.all(tasks.map((task) => turns.pass(() => task.start())))
    await Promise.race([ended, graceOver.promise])
    grace?.cancel()
    for (const task of tasks) task.abandon()
    endedAt = clock.now()
    return report()
  }

  return {
    id,
    done: execute(),
    get running() {
      return endedAt === undefined
    },
    report,
    cancel,
  }
}
