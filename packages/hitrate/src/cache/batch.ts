import { CacheError } from '../errors.ts'
import type { Milliseconds } from '../units.ts'
import type { LoadSource, LoadWaiter } from './load-source.ts'
import type { LoadSlots } from './slots.ts'
import type { LoadContext, LoadManyContext, StoreDecision } from './types.ts'

type TagsOf = (value: unknown) => readonly string[]

/** A loader of one key as a source. */
export function singleSource(
  load: (context: LoadContext) => unknown,
  slots: LoadSlots,
  tagsOf: TagsOf = noTags,
): LoadSource {
  return new SingleSource(load, slots, tagsOf)
}

/** One is made for each lookup that L1 can't answer, and most are never asked: closures would cost four times as much. */
class SingleSource implements LoadSource {
  readonly #load: (context: LoadContext) => unknown
  readonly #slots: LoadSlots
  readonly tagsOf: TagsOf
  #free: (() => void) | undefined
  #finished = false

  constructor(load: (context: LoadContext) => unknown, slots: LoadSlots, tagsOf: TagsOf) {
    this.#load = load
    this.#slots = slots
    this.tagsOf = tagsOf
  }

  decline(): void {}

  finish(): void {
    this.#finished = true
    this.#free?.()
  }

  begin(context: LoadContext, patience: Milliseconds, waiter: LoadWaiter): void {
    const free = this.#slots.takeFree()
    if (free !== undefined) this.#begin(free, context, waiter)
    else {
      this.#slots.take(patience).then(
        (late) => this.#begin(late, context, waiter),
        (error: unknown) => {
          if (!this.#finished) waiter.failed(error)
        },
      )
    }
  }

  #begin(free: () => void, context: LoadContext, waiter: LoadWaiter): void {
    if (this.#finished) {
      free()
      return
    }
    this.#free = free
    waiter.started()
    const load = this.#load
    try {
      Promise.resolve(load(context)).then(
        (value) => waiter.loaded(value),
        (error: unknown) => waiter.failed(error),
      )
    } catch (error) {
      waiter.failed(error)
    }
  }
}

/** What a loader is asked of one key. */
interface Asked {
  readonly index: number
  readonly context: LoadContext
}

interface Member extends Asked {
  readonly started: () => void
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

/**
 * The misses of one batch, loaded in one call: each key's flight takes part or declines, and when all have decided the
 * loader runs once, with one slot. A key that declined because another process was loading it, and must load after all,
 * loads alone.
 *
 * @param size how many keys decide
 * @param loadMany answers in the order of the indices it is given
 */
export function createBatch(
  size: number,
  loadMany: (indices: readonly number[], context: LoadManyContext) => unknown,
  slots: LoadSlots,
  tagsOf: (value: unknown, index: number) => readonly string[] = noTags,
): readonly LoadSource[] {
  const members: Member[] = []
  let undecided = size

  const decide = (): void => {
    if (--undecided === 0 && members.length > 0) void run(members, patienceOf)
  }
  let patienceOf = 0
  let running: (() => void) | undefined
  let unfinished = 0

  const run = async (those: readonly Member[], patience: number): Promise<void> => {
    try {
      const free = await slots.take(patience)
      if (unfinished <= 0) return free()
      running = free
      for (const { started } of those) started()
      const values = await ask(loadMany, those)
      those.forEach(({ resolve }, at) => {
        resolve(values[at])
      })
    } catch (error) {
      for (const { reject } of those) reject(error)
    }
  }

  return Array.from({ length: size }, (_, index): LoadSource => {
    let decided = false
    let alone: LoadSource | undefined
    const decideOnce = (): void => {
      if (decided) return
      decided = true
      decide()
    }
    return {
      tagsOf: (value) => tagsOf(value, index),
      decline: decideOnce,
      finish() {
        if (alone !== undefined) return alone.finish()
        if (--unfinished === 0) running?.()
      },
      begin(context, patience, waiter) {
        if (decided) {
          alone = singleSource(async (single) => {
            const [value] = await ask(loadMany, [{ index, context: single }])
            return value
          }, slots)
          return alone.begin(context, patience, waiter)
        }
        unfinished++
        patienceOf = Math.max(patienceOf, patience)
        // Its promise goes on where this key was asked for: that is whose load it is counted as.
        new Promise<unknown>((resolve, reject) => {
          members.push({ index, context, started: () => waiter.started(), resolve, reject })
        }).then(
          (value) => waiter.loaded(value),
          (error: unknown) => waiter.failed(error),
        )
        decideOnce()
      },
    }
  })
}

/** One value for each member. Throws what the loader throws, and `CacheError` `invalid_result`. */
async function ask(
  loadMany: (indices: readonly number[], context: LoadManyContext) => unknown,
  members: readonly Asked[],
): Promise<readonly unknown[]> {
  const indices = members.map(({ index }) => index)
  const values: unknown = await loadMany(indices, new ManyContext(members))
  if (Array.isArray(values) && values.length === members.length) return values
  const given = Array.isArray(values) ? `${values.length} values` : 'no array'
  throw new CacheError(
    'invalid_result',
    `the batch loader answered ${given} for ${members.length} keys; accepted: an array with one value per key, undefined where there is nothing`,
  )
}

/** What a batch loader is given. A class, as `Context` is in load.ts. */
class ManyContext implements LoadManyContext {
  /** A field, for who takes it out of the context. */
  readonly store: (index: number, decision: StoreDecision | false) => void
  readonly #members: readonly Asked[]
  #controller: AbortController | undefined

  constructor(members: readonly Asked[]) {
    this.#members = members
    this.store = (index, decision) => {
      const member = members[index]
      if (member === undefined) {
        throw new CacheError(
          'invalid_argument',
          `store(${index}, ...): no such value; accepted: 0 to ${members.length - 1}`,
        )
      }
      member.context.store(decision)
    }
  }

  /** One for all: it fires when every member's has. */
  get signal(): AbortSignal {
    if (this.#controller !== undefined) return this.#controller.signal
    const made = new AbortController()
    this.#controller = made
    let waiting = this.#members.length
    for (const { context } of this.#members) {
      const gone = (): void => {
        if (--waiting === 0) made.abort(context.signal.reason)
      }
      if (context.signal.aborted) gone()
      else context.signal.addEventListener('abort', gone, { once: true })
    }
    return made.signal
  }
}

function noTags(): readonly string[] {
  return []
}
