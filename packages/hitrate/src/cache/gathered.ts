import type { Guarded, TierCount } from '../stores/guard.ts'
import type { ClaimRequest, FillRequest } from '../stores/store.ts'
import type { Shard, Shards } from './shards.ts'

/** What is asked about one key. */
type Request = ClaimRequest | FillRequest

/**
 * Writes of single keys that come in one tick, asked together: a call costs more than what it does to a key, here and there.
 * One guarded call for each group that the store names, so that none waits for another's; what fails for one key alone
 * fails for that one. A call that fails counts once, as one about many keys does everywhere.
 */
export function gathered<Q extends Request, A>(options: {
  readonly shards: Pick<Shards, 'of'>
  /** One answer for each, in their order; an error is that request's alone. No key comes twice. */
  ask(shard: Shard, requests: readonly Q[]): Promise<readonly (A | Error)[]>
  /** How many of these answers count as refused; default: none. */
  refused?(answers: readonly (A | Error)[]): number
  /** Told of each error. */
  onFailure(): void
}): (request: Q) => Promise<Guarded<A>> {
  const { shards, ask, refused = () => 0, onFailure } = options
  /** By key. */
  let waiting = new Map<string, Waiting<Q, A>>()

  const leave = (): void => {
    if (waiting.size === 0) return
    const those = [...waiting.values()]
    waiting = new Map()
    for (const [shard, its] of Map.groupBy(those, ({ shard }) => shard)) depart(shard, its)
  }

  const depart = (shard: Shard, its: readonly Waiting<Q, A>[]): void => {
    try {
      const groups = shard.store.together?.(its.map(({ request }) => request)) ?? []
      if (groups.length <= 1) void askOf(shard, its)
      else for (const places of groups) void askOf(shard, placed(its, places))
    } catch (error) {
      // A mistake of the store's: who waits must not wait for ever.
      for (const { reject } of its) reject(error)
    }
  }

  const countsOf = (answers: readonly (A | Error)[]): readonly TierCount[] => {
    let failed = 0
    for (const answer of answers) if (answer instanceof Error) failed++
    const not = refused(answers)
    const counts: readonly TierCount[] = [
      { result: 'ok', count: answers.length - failed - not },
      { result: 'refused', count: not },
      { result: 'error', count: failed },
    ]
    return counts.filter(({ count }) => count > 0)
  }

  const askOf = async (shard: Shard, those: readonly Waiting<Q, A>[]): Promise<void> => {
    try {
      const requests = those.map(({ request }) => request)
      const answered = await shard.guard.call('write', () => ask(shard, requests), countsOf)
      let place = 0
      for (const { resolve } of those) resolve(answered.ok ? oneOf(answered.value[place++]) : answered)
    } catch (error) {
      for (const { reject } of those) reject(error)
    }
  }

  const oneOf = (answer: A | Error | undefined): Guarded<A> => {
    if (answer !== undefined && !(answer instanceof Error)) return { ok: true, value: answer }
    onFailure()
    return FAILED
  }

  return (request) =>
    new Promise((resolve, reject) => {
      if (waiting.has(request.key)) leave()
      if (waiting.size === 0) queueMicrotask(leave)
      waiting.set(request.key, { shard: shards.of(request.key), request, resolve, reject })
    })
}

function placed<T>(all: readonly T[], places: readonly number[]): readonly T[] {
  return places.flatMap((place) => all.slice(place, place + 1))
}

const FAILED: Guarded<never> = Object.freeze({ ok: false, failure: 'error' })

interface Waiting<Q, A> {
  readonly shard: Shard
  readonly request: Q
  readonly resolve: (answer: Guarded<A>) => void
  readonly reject: (error: unknown) => void
}
