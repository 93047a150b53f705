import type { Clock, Timer } from '../clock.ts'
import type { StartTimer } from '../equal-timers.ts'
import { CacheError } from '../errors.ts'
import type { LoadResult, LoadTrigger, PatternHandle, Recorder } from '../metrics/recorder.ts'
import type { Milliseconds } from '../units.ts'
import type { Keeping } from './keeping.ts'
import type { LoadSource, LoadWaiter } from './load-source.ts'
import { checkNames, checkTags, keep, WRITE_NAMES } from './options.ts'
import type { LoadContext, StoreDecision } from './types.ts'

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

/** What a load is started with. */
export interface LoadPlan {
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
}

/**
 * Calls a loader under its deadline, which begins when it does: then its signal fires, it counts as failed, and a late
 * result is dropped. A result of `undefined`, or `store(false)`, is not kept.
 */
export function startLoad(plan: LoadPlan): Load {
  const load = new RunningLoad(plan)
  load.start()
  return load
}

class RunningLoad implements Load, LoadWaiter {
  readonly end: Promise<LoadEnd>
  readonly #plan: LoadPlan
  readonly #resolve: (end: LoadEnd) => void
  #controller: AbortController | undefined
  #aborted: { readonly reason: unknown } | undefined
  #decision: StoreDecision | false = NO_DECISION
  #began: Milliseconds
  #timer: Timer | undefined
  #over = false

  constructor(plan: LoadPlan) {
    this.#plan = plan
    this.#began = plan.clock.now()
    const { promise, resolve } = Promise.withResolvers<LoadEnd>()
    this.end = promise
    this.#resolve = resolve
  }

  start(): void {
    const { source, deadline } = this.#plan
    source.begin(new Context(this.#plan, this), deadline, this)
  }

  started(): void {
    if (this.#over) return
    this.#began = this.#plan.clock.now()
    this.#timer = this.#plan.startDeadline(() => this.#expire())
  }

  abort(reason: unknown): void {
    if (!this.#over) this.#end('error', { kind: 'failed', error: reason })
    this.#abort(reason)
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.#aborted !== undefined) this.#controller.abort(this.#aborted.reason)
    }
    return this.#controller.signal
  }

  decide(given: StoreDecision | false): void {
    const before = this.#decision
    this.#decision = given === false ? false : { ...(before === false ? {} : before), ...checked(given) }
  }

  loaded(value: unknown): void {
    const { clock, recorder } = this.#plan
    if (this.#over) {
      recorder.incident('late_load_dropped')
      return
    }
    const decision = this.#decision
    const keeping =
      value === undefined || decision === false ? undefined : keepingOf(this.#plan, decision, value)
    const took = clock.now() - this.#began
    this.#end(value === undefined ? 'absent' : 'ok', { kind: 'loaded', value, keeping, took })
  }

  failed(error: unknown): void {
    if (this.#over) this.#plan.recorder.incident('late_load_dropped')
    else this.#end('error', { kind: 'failed', error })
  }

  #expire(): void {
    const error = new CacheError(
      'load_timeout',
      `the loader did not answer within its deadline of ${this.#plan.deadline} ms`,
    )
    this.#end('timeout', { kind: 'failed', error })
    this.#abort(error)
  }

  #abort(reason: unknown): void {
    this.#aborted ??= { reason }
    this.#controller?.abort(reason)
  }

  #end(result: LoadResult, outcome: LoadEnd): void {
    const { source, recorder, pattern, trigger, clock } = this.#plan
    this.#over = true
    this.#timer?.cancel()
    source.finish()
    recorder.load(pattern, result, trigger, clock.now() - this.#began)
    this.#resolve(outcome)
  }
}

/** What a loader is given. Of a class of its own: V8 makes a dictionary of a literal that has an accessor. */
class Context implements LoadContext {
  readonly key: string
  readonly stale: unknown
  /** A field, for who takes it out of the context. */
  readonly store: (decision: StoreDecision | false) => void
  readonly #load: RunningLoad

  constructor({ key, stale }: LoadPlan, load: RunningLoad) {
    this.key = key
    this.stale = stale
    this.store = (decision) => load.decide(decision)
    this.#load = load
  }

  get signal(): AbortSignal {
    return this.#load.signal
  }
}

const NO_DECISION: StoreDecision = Object.freeze({})
const NO_TAGS: readonly string[] = Object.freeze([])

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
    const its = value === null ? NO_TAGS : source.tagsOf(value)
    const named = decision.tags ?? NO_TAGS
    const untagged = keeping.tags.length === 0 && named.length === 0 && its.length === 0
    const tags = untagged ? NO_TAGS : checkTags([...keeping.tags, ...named, ...its])
    return { ttl, staleFor: keep('staleFor', decision.staleFor, keeping.staleFor), tags }
  } catch {
    // Without its tags the value could not be invalidated: it is returned and not kept.
    recorder.incident('tags_error')
    return undefined
  }
}
