import type { Clock } from '../clock.ts'
import type { Guarded, TierCount } from '../stores/guard.ts'
import type { ClaimRequest, FillRequest } from '../stores/store.ts'
import type { Shard, Shards } from './shards.ts'
import { createTrips } from './trips.ts'

/** What is asked about one key. */
type Request = ClaimRequest | FillRequest

/** Asks with others. */
export interface Gathered<Q extends Request, A> {
  /**
   * About one key. Resolves with what `taken` makes of the answer, which is called as soon as it is there.
   * @param batch whether it is one of a batch, which travels as one
   */
  ask<T>(request: Q, batch: boolean, taken: (answer: Guarded<A>) => T | Promise<T>): Promise<T>
  /** The same for who has no use for a promise of each key: resolves when all that travel together have taken theirs. */
  board(rider: Rider<Q, A>, batch: boolean): Promise<void>
}

/** One of those that travel together. */
export interface Rider<Q extends Request, A> {
  readonly request: Q
  /** May take its time. Must not reject; what it throws it is told as its mistake. */
  answered(answer: Guarded<A>): void | Promise<void>
  /** A mistake of our own, or of a store's: there is no answer. */
  mistaken(error: unknown): void
  /** All have taken theirs, and whoever waited for that has been told. */
  over?(): void
}

/**
 * Writes of single keys that travel together are asked together: a call costs more than what it does to a key, here and
 * there. One guarded call for each group that the store names, so that none waits for another's; what fails for one key
 * alone fails for that one. A call that fails counts once, as one about many keys does everywhere.
 */
export function gathered<Q extends Request, A>(options: {
  readonly shards: Pick<Shards, 'of'>
  readonly clock: Pick<Clock, 'afterIo'>
  /** One answer for each, in their order; an error is that request's alone. No key comes twice. */
  ask(shard: Shard, requests: readonly Q[]): Promise<readonly (A | Error)[]>
  /** How many of these answers count as refused; default: none. */
  refused?(answers: readonly (A | Error)[]): number
  /** Told of each error. */
  onFailure(): void
}): Gathered<Q, A> {
  const { shards, clock, ask, refused = () => 0, onFailure } = options

  const trips = createTrips<Rider<Q, A>>({
    clock,
    distinct: true,
    async travel({ shard, riders, done }) {
      let groups: readonly (readonly number[])[] = []
      try {
        groups = shard.store.together?.(riders.map(({ request }) => request)) ?? []
      } catch (error) {
        // A mistake of the store's: who waits must not wait for ever.
        for (const rider of riders) rider.mistaken(error)
        return
      }
      if (groups.length <= 1) await askOf(shard, riders)
      else await Promise.all(groups.map((places) => askOf(shard, placed(riders, places))))
      void done.then(() => {
        for (const rider of riders) rider.over?.()
      })
    },
  })

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

  const askOf = async (shard: Shard, those: readonly Rider<Q, A>[]): Promise<void> => {
    try {
      const requests = those.map(({ request }) => request)
      const answered = await shard.guard.call('write', () => ask(shard, requests), countsOf)
      let place = 0
      let late: Promise<void>[] | undefined
      for (const one of those) {
        const taking = take(one, answered.ok ? oneOf(answered.value[place++]) : answered)
        if (taking === undefined) continue
        late ??= []
        late.push(taking)
      }
      if (late !== undefined) await Promise.all(late)
    } catch (error) {
      for (const one of those) one.mistaken(error)
    }
  }

  const oneOf = (answer: A | Error | undefined): Guarded<A> => {
    if (answer !== undefined && !(answer instanceof Error)) return { ok: true, value: answer }
    onFailure()
    return FAILED
  }

  const board = (rider: Rider<Q, A>, batch: boolean): Promise<void> => {
    const { key } = rider.request
    const { riders, done } = trips.next(shards.of(key), key, batch)
    riders.push(rider)
    return done
  }

  return {
    board,
    ask: (request, batch, taken) =>
      new Promise((resolve, reject) => {
        const answered = (answer: Guarded<A>): void => resolve(taken(answer))
        void board({ request, answered, mistaken: reject }, batch)
      }),
  }
}

function take<Q extends Request, A>(rider: Rider<Q, A>, answer: Guarded<A>): void | Promise<void> {
  try {
    return rider.answered(answer)
  } catch (error) {
    rider.mistaken(error)
  }
}

function placed<T>(all: readonly T[], places: readonly number[]): readonly T[] {
  return places.flatMap((place) => all.slice(place, place + 1))
}

const FAILED: Guarded<never> = Object.freeze({ ok: false, failure: 'error' })
