/**
 * Fills a cache before it is asked: on start, on demand, over HTTP.
 *
 * A run executes strategies in parallel. Each says which keys matter (`run.load(products, ids)`), and the warmer hands
 * them to the cache in chunks of 25, at most `concurrency` chunks at a time over all strategies, in the order they were
 * asked for. So the origin sees a bounded load however long the lists are, reports move while a run goes on, and a
 * cancel takes effect at the next chunk. `load` resolves when its list is through: a strategy that waits for it before
 * producing more has backpressure for free.
 *
 * What is loaded through a keyspace is a load like any other: coalesced, fenced against invalidations, counted as
 * `trigger: warm` and never as a lookup. Fresh entries are left alone, so a second run costs little. Values from
 * outside (`warmKey`, `warmBatch`, `run.set`) never replace a live entry, because nothing tells how old they are.
 *
 * - One run at a time: they would load the same keys twice.
 * - A strategy that fails is reported and the others go on. A run has failed only when every strategy did.
 * - `warmKey` and `warmBatch` are writes of their own. They report in the same shape, with one strategy named after the
 *   call, but may run at any time, beside a run and beside each other, and stand neither in `runs()` nor in the log:
 *   a service that makes many would push the real runs out.
 * - A cancelled run fires its strategies' signals and ends when they have, or a second later without them. Without a
 *   cancel a run has no deadline of its own: it ends when its strategies do.
 * - A cache that was closed cancels the run that finds out.
 */
import type { SetEntry, WriteOptions } from '../cache/types.ts'
import { CacheError, describe } from '../errors.ts'
import { completeEntries } from './entries.ts'
import { createLog } from './log.ts'
import { resolveOptions, type WarmerOptions } from './options.ts'
import type { RunReport } from './report.ts'
import { type Run, startRun } from './run.ts'
import type { Strategy } from './strategy.ts'

/** A run that was started: its report as it begins, and the closing one. `done` never rejects. */
export interface StartedRun {
  readonly run: RunReport
  readonly done: Promise<RunReport>
}

/** Every call but `cancel`, `close` and the questions throws or rejects with `closed` once the warmer was closed. */
export interface Warmer extends AsyncDisposable {
  /** Their names, in the order given. */
  readonly strategies: readonly string[]
  /** Whether a run of strategies goes on; `runs()[0]` is it. */
  readonly running: boolean
  /**
   * Starts all strategies, or those named, without waiting. Throws before anything runs: `invalid_argument` for a name
   * that is unknown or given twice, or none at all; `warm_running` while another run goes on.
   */
  start(names?: readonly string[]): StartedRun
  /** Runs every strategy. Rejects as {@link Warmer.start} throws. */
  warmAll(): Promise<RunReport>
  /** Runs the strategies named. Rejects as {@link Warmer.start} throws. */
  warm(names: readonly string[]): Promise<RunReport>
  /**
   * Stores a value unless a live entry is there. Rejects with `invalid_key`, `invalid_option`; an error of the cache is
   * in the report.
   */
  warmKey(key: string, value: unknown, options?: WriteOptions): Promise<RunReport>
  /** {@link Warmer.warmKey} for many; an entry's own options come before the common ones. */
  warmBatch(entries: readonly SetEntry[], options?: WriteOptions): Promise<RunReport>
  /** The last runs, newest first, the one going on included; `keep` of them. */
  runs(): readonly RunReport[]
  /** The run of that id, where it is still known. */
  runOf(id: string): RunReport | undefined
  /** Cancels the run going on, if any. Resolves when it has ended, within about a second. */
  cancel(): Promise<void>
  /** Cancels everything and starts nothing any more. Resolves when all has ended. Call it before the cache's `close`. */
  close(): Promise<void>
}

/** Base-36 digits that tell the runs of one warmer from those of other processes. */
const ID_DIGITS = 6

/** Throws `invalid_option`. */
export function createWarmer(options: WarmerOptions): Warmer {
  const { cache, strategies, concurrency, keep, signal, logger, clock } = resolveOptions(options)
  const names = Object.freeze([...strategies.keys()])
  const context = { cache, clock, concurrency }
  const log = createLog(logger, cache.name)
  const warmerId = Math.floor(clock.random() * 36 ** ID_DIGITS)
    .toString(36)
    .padStart(ID_DIGITS, '0')
  const history: Run[] = []
  const writes = new Set<Run>()
  let started = 0
  let closed = false

  const nextId = (): string => `${warmerId}-${++started}`

  const current = (): Run | undefined => history.find((run) => run.running)

  const assertOpen = (): void => {
    if (closed) throw new CacheError('closed', 'the warmer was closed')
  }

  const select = (chosen: readonly string[]): Strategy[] => {
    const accepted = `accepted: ${names.map(describe).join(', ') || 'none, the warmer has no strategies'}`
    if (!Array.isArray(chosen) || chosen.length === 0) {
      throw new CacheError(
        'invalid_argument',
        `strategies must be an array of names, not ${describe(chosen)}; ${accepted}`,
      )
    }
    return chosen.map((name, index) => {
      const strategy = strategies.get(name)
      if (strategy === undefined) {
        throw new CacheError('invalid_argument', `unknown strategy ${describe(name)}; ${accepted}`)
      }
      if (chosen.indexOf(name) !== index) {
        throw new CacheError(
          'invalid_argument',
          `strategy ${describe(name)} given twice; ${accepted}, each once`,
        )
      }
      return strategy
    })
  }

  const finish = async (run: Run): Promise<RunReport> => {
    const report = await run.done
    log.ended(report)
    return report
  }

  const start = (chosen?: readonly string[]): StartedRun => {
    assertOpen()
    const selected = chosen === undefined ? [...strategies.values()] : select(chosen)
    const other = current()
    if (other !== undefined) throw new CacheError('warm_running', `warm run ${other.id} is still going on`)
    const run = startRun(nextId(), selected, context)
    history.unshift(run)
    history.length = Math.min(history.length, keep)
    const report = run.report()
    log.started(report)
    return Object.freeze({ run: report, done: finish(run) })
  }

  const write = async (
    name: string,
    entries: readonly SetEntry[],
    common?: WriteOptions,
  ): Promise<RunReport> => {
    assertOpen()
    const complete = completeEntries(entries, common)
    const run = startRun(nextId(), [{ name, run: ({ load }) => load(cache, complete) }], context)
    writes.add(run)
    const report = await run.done
    writes.delete(run)
    return report
  }

  const cancelAll = async (runs: readonly (Run | undefined)[]): Promise<void> => {
    for (const run of runs) run?.cancel()
    await Promise.all(runs.map((run) => run?.done))
  }

  const close = async (): Promise<void> => {
    closed = true
    signal?.removeEventListener('abort', close)
    await cancelAll([current(), ...writes])
  }

  if (signal?.aborted) {
    closed = true
  } else {
    signal?.addEventListener('abort', close)
    log.ready(names.length)
  }

  return {
    strategies: names,
    get running() {
      return current() !== undefined
    },
    start,
    warmAll: async () => start().done,
    // Nothing chosen is refused here; `start` would take it for all.
    warm: async (chosen) => start(chosen ?? []).done,
    warmKey: (key, value, common) => write('warmKey', [{ key, value }], common),
    warmBatch: (entries, common) => write('warmBatch', entries, common),
    runs: () => Object.freeze(history.map((run) => run.report())),
    runOf: (id) => history.find((run) => run.id === id)?.report(),
    cancel: () => cancelAll([current()]),
    close,
    [Symbol.asyncDispose]: close,
  }
}
