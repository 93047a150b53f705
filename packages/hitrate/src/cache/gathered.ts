import type { Clock } from '../clock.ts'
import type { Guarded, TierCount } from '../stores/guard.ts'
import type { ClaimRequest, FillRequest } from '../stores/store.ts'
import type { Shard, Shards } from './shards.ts'
import { createTrips } from './trips.ts'

/** What is asked about one key. */
type Request = ClaimRequest | FillRequest

/**
 * Asks with others about one key. Resolves with what `taken` makes of the answer, which is called as soon as it is there.
 * @param batch whether it is one of a batch, which travels as one
 */
export type Gathered<Q extends Request, A> = <T>(
  request: Q,
  batch: boolean,
  taken: (answer: Guarded<A>) => T | Promise<T>,
) => Promise<T>

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
    async travel({ shard, riders }) {
      let groups: readonly (readonly number[])[] = []
      try {
        groups = shard.store.together?.(riders.map(({ request }) => request)) ?? []
      } catch (error) {
        // A mistake of the store's: who waits must not wait for ever.
        for (const { reject } of riders) reject(error)
        return
      }
      if (groups.length <= 1) await askOf(shard, riders)
      else await Promise.all(groups.map((places) => askOf(shard, placed(riders, places))))
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
      for (const one of those) one.answered(answered.ok ? oneOf(answered.value[place++]) : answered)
    } catch (error) {
      for (const { reject } of those) reject(error)
    }
  }

  const oneOf = (answer: A | Error | undefined): Guarded<A> => {
    if (answer !== undefined && !(answer instanceof Error)) return { ok: true, value: answer }
    onFailure()
    return FAILED
  }

  return (request, batch, taken) =>
    new Promise((resolve, reject) => {
      const answered = (answer: Guarded<A>): void => {
        try {
          resolve(taken(answer))
        } catch (error) {
          reject(error)
        }
      }
      const { key } = request
      trips.next(shards.of(key), key, batch).riders.push({ request, answered, reject })
    })
}

function placed<T>(all: readonly T[], places: readonly number[]): readonly T[] {
  return places.flatMap((place) => all.slice(place, place + 1))
}

const FAILED: Guarded<never> = Object.freeze({ ok: false, failure: 'error' })

interface Rider<Q, A> {
  readonly request: Q
  readonly answered: (answer: Guarded<A>) => void
  readonly reject: (error: unknown) => void
}
