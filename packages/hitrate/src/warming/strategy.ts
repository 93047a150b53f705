import type { WarmOptions, WarmResult, WriteOptions } from '../cache/types.ts'
import type { KeyCounts } from './report.ts'

/** What {@link StrategyRun.load} can warm: a keyspace by its parameters, or a cache by entries. */
export interface WarmTarget<P> {
  warm(list: readonly P[], options?: WarmOptions): Promise<WarmResult>
}

/** What a strategy is given to work with. Good until the strategy ends. */
export interface StrategyRun {
  /** Fires when the run is cancelled, and when the strategy is over. Pass it on to whatever takes long. */
  readonly signal: AbortSignal
  /**
   * Loads what is not fresh of these, a chunk after the other, and resolves when all are through: wait for it before
   * producing more. A load that fails is counted and the others go on.
   *
   * Rejects with the signal's reason once it has fired, and with the error of a keyspace that refuses the parameters. The
   * strategy then counts as failed, with that error, also if it goes on or did not wait.
   */
  load<P>(target: WarmTarget<P>, params: readonly NoInfer<P>[]): Promise<KeyCounts>
  /**
   * Stores a value the strategy has got from somewhere else, unless a live entry is there. Rejects as `load` does, and
   * with `invalid_key`, `invalid_option`.
   */
  set(key: string, value: unknown, options?: WriteOptions): Promise<KeyCounts>
}

/** A named producer of entries to warm. */
export interface Strategy {
  /** Unique in its warmer; seen in reports and logs. */
  readonly name: string
  /**
   * Says what to warm. Its own result means nothing. Calls of `run` that it didn't wait for are waited for before it
   * counts as ended.
   */
  run(run: StrategyRun): unknown
}
