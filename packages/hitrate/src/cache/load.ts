import type { Clock, Timer } from '../clock.ts'
import type { StartTimer } from '../equal-timers.ts'
import { CacheError } from '../errors.ts'
import type { LoadResult, LoadTrigger, PatternHandle, Recorder } from '../metrics/recorder.ts'
import type { Milliseconds } from '../units.ts'
import type { Keeping } from './keeping.ts'
import type { LoadSource } from './load-source.ts'
import { checkNames, checkTags, keep, WRITE_NAMES } from './options.ts'
import type { StoreDecision } from './types.ts'

export type LoadEnd =
  | {
      readonly kind: 'loaded'
      readonly value: unknown
      readonly keeping: Keeping | undefined
      readonly took: Milliseconds
    }
  | { readonly kind: 'failed'; readonly error: unknown }

/** One call to a loader. */
export interface Load {
  readonly end: Promise<LoadEnd>
  /** Nobody waits any more, or the cache closes: its signal fires. What it may still bring is dropped. */
  abort(reason: unknown): void
}

/**
 * Calls a loader under its deadline, which begins when it does: then its signal fires, it counts as failed, and a late
 * result is dropped. A result of `undefined`, or `store(false)`, is not kept.
 */
export function startLoad(options: {
  readonly source: LoadSource
  readonly key: string
  readonly stale: unknown
  readonly keeping: Keeping
  readonly deadline: Milliseconds
  /** Of timers of this deadline. */
  readonly startDeadline: StartTimer
  readonly pattern: PatternHandle
  readonly trigger: LoadTrigger
  readonly clock: Clock
  readonly recorder: Recorder
}): Load {
  const { source, key, pattern, deadline, clock, recorder } = options
  const { promise, resolve } = Promise.withResolvers<LoadEnd>()
  let controller: AbortController | undefined
  let aborted: { readonly reason: unknown } | undefined
  let decision: StoreDecision | false = {}
  let began = clock.now()
  let timer: Timer | undefined
  let over = false

  const end = (result: LoadResult, outcome: LoadEnd): void => {
    over = true
    timer?.cancel()
    source.finish()
    recorder.load(pattern, result, options.trigger, clock.now() - began)
    resolve(outcome)
  }
  const abort = (reason: unknown): void => {
    aborted ??= { reason }
    controller?.abort(reason)
  }
  const expire = (): void => {
    const error = new CacheError(
      'load_timeout',
      `the loader did not answer within its deadline of ${deadline} ms`,
    )
    end('timeout', { kind: 'failed', error })
    abort(error)
  }

  const context = {
    key,
    stale: options.stale,
    get signal(): AbortSignal {
      if (controller === undefined) {
        controller = new AbortController()
        if (aborted !== undefined) controller.abort(aborted.reason)
      }
      return controller.signal
    },
    store(given: StoreDecision | false): void {
      decision = given === false ? false : { ...(decision === false ? {} : decision), ...checked(given) }
    },
  }

  source
    .begin(context, deadline, () => {
      if (over) return
      began = clock.now()
      timer = options.startDeadline(expire)
    })
    .then(
      (value) => {
        if (over) return recorder.incident('late_load_dropped')
        const keeping =
          value === undefined || decision === false ? undefined : keepingOf(options, decision, value)
        end(value === undefined ? 'absent' : 'ok', {
          kind: 'loaded',
          value,
          keeping,
          took: clock.now() - began,
        })
      },
      (error: unknown) => {
        if (over) return recorder.incident('late_load_dropped')
        end('error', { kind: 'failed', error })
      },
    )

  return {
    end: promise,
    abort(reason) {
      if (!over) end('error', { kind: 'failed', error: reason })
      abort(reason)
    },
  }
}

/** Throws inside the loader, where the mistake is. */
function checked(decision: StoreDecision): StoreDecision {
  checkNames('store', decision, WRITE_NAMES)
  keep('store({ ttl })', decision.ttl, 0)
  keep('store({ staleFor })', decision.staleFor, 0)
  if (decision.tags !== undefined) checkTags(decision.tags)
  return decision
}

function keepingOf(
  { source, keeping, recorder }: { source: LoadSource; keeping: Keeping; recorder: Recorder },
  decision: StoreDecision,
  value: unknown,
): Keeping | undefined {
  const ttl = keep('ttl', decision.ttl, keeping.ttl)
  if (ttl <= 0) return undefined
  try {
    const tags = [...keeping.tags, ...(decision.tags ?? []), ...(value === null ? [] : source.tagsOf(value))]
    return { ttl, staleFor: keep('staleFor', decision.staleFor, keeping.staleFor), tags: checkTags(tags) }
  } catch {
    // Without its tags the value could not be invalidated: it is returned and not kept.
    recorder.incident('tags_error')
    return undefined
  }
}
