import type { ReadCounter, SetEntry, WriteOptions } from '../cache/types.ts'
import type { Clock } from '../clock.ts'
import { CacheError, describe } from '../errors.ts'
import type { Milliseconds } from '../units.ts'
import { inChunks } from './chunks.ts'
import { completeEntries } from './entries.ts'
import { errorText } from './error-text.ts'
import type { Gate } from './gate.ts'
import {
  allFailed,
  countsOf,
  type KeyCounts,
  measured,
  NO_KEYS,
  plus,
  type StrategyReport,
  type StrategyStatus,
} from './report.ts'
import type { Strategy, StrategyRun, WarmTarget } from './strategy.ts'

/** What the strategies of one run share. */
interface TaskContext {
  readonly cache: WarmTarget<SetEntry>
  readonly clock: Clock
  /** Where calls of the cache wait for their turn. */
  readonly calls: Gate
  /** How many chunks one `load` may have in line or under way. */
  readonly concurrency: number
  readonly reads: ReadCounter
  /** Told when the cache turns out to be closed, so that nothing can be warmed any more. */
  readonly onClosed: () => void
}

/** One strategy's part in one run. */
export interface Task {
  report(): StrategyReport
  /** Runs the strategy to its end; never rejects. Does nothing once cancelled. */
  start(): Promise<void>
  /** Fires the strategy's signal; one that still waits has ended. */
  cancel(): void
  /** Ends a cancelled strategy that doesn't end by itself. What it still does isn't counted. */
  abandon(): void
}

function isClosed(error: unknown): boolean {
  return error instanceof CacheError && error.code === 'closed'
}

export function createTask(strategy: Strategy, context: TaskContext): Task {
  const { cache, clock, calls, concurrency, reads, onClosed } = context
  const controller = new AbortController()
  const { signal } = controller
  const pending = new Set<Promise<unknown>>()
  let status: StrategyStatus = 'waiting'
  let cancelled = false
  let startedAt: Milliseconds | undefined
  let endedAt: Milliseconds | undefined
  let counts = NO_KEYS
  let error: string | undefined
  let refusal: { readonly reason: unknown } | undefined

  const stop = (why: string): void => controller.abort(new DOMException(why, 'AbortError'))

  const end = (how: StrategyStatus): void => {
    if (endedAt !== undefined) return
    endedAt = clock.now()
    status = cancelled ? 'cancelled' : how
    stop('the strategy is over')
  }

  const count = (gained: KeyCounts, errors: readonly unknown[]): void => {
    if (endedAt !== undefined) return
    counts = plus(counts, gained)
    if (errors.some(isClosed)) onClosed()
    else if (errors.length > 0) error ??= errorText(errors[0])
  }

  const warmChunk = async <P>(target: WarmTarget<P>, chunk: readonly P[]): Promise<KeyCounts> => {
    signal.throwIfAborted()
    try {
      const result = await target.warm(chunk, { signal, reads })
      const gained = countsOf(result)
      count(gained, result.errors)
      return gained
    } catch (reason) {
      // Keys refused by a closed cache or a fired signal were left out, they didn't fail.
      const failed = signal.aborted || isClosed(reason) ? 0 : chunk.length
      count({ ...NO_KEYS, failed }, signal.aborted ? [] : [reason])
      throw reason
    }
  }

  const load = async <P>(target: WarmTarget<P>, params: readonly P[]): Promise<KeyCounts> => {
    signal.throwIfAborted()
    if (!Array.isArray(params)) {
      throw new CacheError('invalid_argument', `load takes an array of parameters, not ${describe(params)}`)
    }
    let gained = NO_KEYS
    await inChunks<P>([...params], concurrency, async (chunk) => {
      const more = await calls.pass(() => warmChunk(target, chunk))
      gained = plus(gained, more)
    })
    // The cache stops in the middle of a chunk without an error; the strategy must not take that for the whole list.
    signal.throwIfAborted()
    return gained
  }

  const track = <T>(call: Promise<T>): Promise<T> => {
    pending.add(call)
    // Kept, because a strategy need not wait for its calls; and so that none of them is an unhandled rejection.
    call.then(
      () => pending.delete(call),
      (reason) => {
        pending.delete(call)
        refusal ??= { reason }
      },
    )
    return call
  }

  const store = async (key: string, value: unknown, options?: WriteOptions): Promise<KeyCounts> =>
    load(cache, completeEntries([{ key, value }], options))

  const run: StrategyRun = Object.freeze({
    signal,
    load: <P>(target: WarmTarget<P>, params: readonly P[]) => track(load(target, params)),
    set: (key: string, value: unknown, options?: WriteOptions) => track(store(key, value, options)),
  })

  const fail = async (reason: unknown): Promise<void> => {
    if (isClosed(reason)) onClosed()
    else if (!cancelled) error = errorText(reason)
    stop('the strategy failed')
    await Promise.allSettled(pending)
    end('failed')
  }

  return {
    report: () =>
      Object.freeze({
        name: strategy.name,
        status,
        ...counts,
        tookMs: startedAt === undefined ? 0 : measured((endedAt ?? clock.now()) - startedAt),
        ...(error !== undefined && { error }),
      }),
    async start() {
      if (endedAt !== undefined) return
      status = 'running'
      startedAt = clock.now()
      try {
        await strategy.run(run)
        while (pending.size > 0) await Promise.allSettled(pending)
        if (refusal !== undefined) throw refusal.reason
        end(allFailed(counts) ? 'failed' : 'done')
      } catch (reason) {
        await fail(reason)
      }
    },
    cancel() {
      if (endedAt !== undefined) return
      cancelled = true
      stop('the warm run was cancelled')
      if (status === 'waiting') end('cancelled')
    },
    abandon: () => end('cancelled'),
  }
}
