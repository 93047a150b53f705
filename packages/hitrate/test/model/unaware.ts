/**
 * What a process may not know of another's invalidation while L2 fails.
 *
 * An invalidation counts from its **effect**: when L2 had removed, expired or stamped what it names, whoever had it do so
 * (the server is watched). At the latest that is when it resolved as delivered; when its process had a new link, over
 * which L2 is told before it is used; when all faults were over and {@link SETTLED} had passed. A server that went back to
 * a snapshot has undone the effects since, and is told again over the next link. From then on a lookup elsewhere must not get a value whose load began
 * before the invalidation, unless
 *
 * - it began within the bound: `staleBound` where there is an L1, for what it holds is believed for so long, and two calls'
 *   time for what was read before and is still on its way: the entry, then its tags
 *   (Where the process itself stalls, by so much longer, and its calls may take twice their time)
 * - its link is lost and it serves what it has (`onDisconnect: 'serve'`): nobody could tell it. The first lookup over the
 *   next link must not
 * - the value never got into L2, which did not answer when it was loaded or set here: then L2 can neither refuse it nor
 *   tell of its end. It may be shared while it loads, and is kept for `staleBound` after
 * - the value was set, and L2 got to it after the effect: the last to reach L2 wins. (A set that had not resolved when the
 *   invalidation began is nobody's violation anyway.)
 *
 * None of the last three outlives the link: once another was found after the effect, they are gone at once.
 */
import type { Milliseconds } from '../../src/units.ts'
import type { Answered, Birth, History, Invalidated, Moment, Unaware } from './history.ts'
import type { Effect, WatchedServer } from './watched-server.ts'

/** After all is well again, until every invalidation has been delivered. */
export const SETTLED: Milliseconds = 2_000

/** What is known of a process: how it was set up, and how its links came and went. */
export interface Circumstances {
  /** How long what it has may be older than what L2 has. */
  readonly bound: Milliseconds
  /** How long it keeps what L2 has not confirmed. */
  readonly keeps: Milliseconds
  /** L1 answers while the link is lost. */
  readonly serves: boolean
  /** Nothing of L1 is to be served while the link is lost. */
  readonly bypasses: boolean
  /** When a link was found, and lost, in turn. */
  readonly links: readonly (Moment & { readonly found: boolean })[]
}

/**
 * With `onDisconnect: 'bypass'` nothing of L1 is served without a link, whoever may have invalidated it.
 * @returns lookups that began and ended without one, and were
 */
export function servedUnlinked(
  { answers }: History,
  circumstances: ReadonlyMap<string, Circumstances>,
): string[] {
  return answers.flatMap(({ cache, key, began, ended, outcome }) => {
    if (outcome !== 'hit_l1' && outcome !== 'stale') return []
    const { links, bypasses } = circumstances.get(cache) ?? NOBODY
    const linked =
      links.findLast(({ step }) => step < began)?.found === true ||
      links.some(({ step }) => began < step && step < ended)
    return bypasses && !linked ? [`[${began}] ${cache} answered ${key} from L1 without a link`] : []
  })
}

export function createUnaware(options: {
  readonly history: History
  readonly server: Pick<WatchedServer, 'effects' | 'restored'>
  readonly circumstances: ReadonlyMap<string, Circumstances>
  /** When the processes, which share a thread, had stalled, and for how long. */
  readonly stalls: readonly { readonly at: Milliseconds; readonly took: Milliseconds }[]
  readonly timeout: Milliseconds
  /** When all faults had been over for so long that every invalidation was delivered. */
  readonly settled: Moment
}): Unaware {
  const { server, circumstances, stalls, timeout, settled } = options

  /** Whether the server, as it was at `when`, had gone back to before `step`. */
  const undone = (step: number, when: number): boolean =>
    server.restored.some((one) => one.step < when && one.takenAt < step && step < one.step)

  const ends = (effect: Effect, { order, mode }: Invalidated, key: string): boolean => {
    if (effect.kind === 'pattern') {
      return order.kind === 'pattern' && order.name === effect.name && !effect.there.includes(key)
    }
    if (mode === 'delete' && effect.mode === 'expire') return false
    if (effect.kind === 'key') return effect.name === key
    return order.kind === 'tag' && order.name === effect.name
  }

  /** When L2 had it at the latest: when it resolved so, else when its process had a new link, which is told first. */
  const delivered = ({ cache, ended }: Invalidated): readonly Moment[] => {
    if (ended === undefined) return []
    const links = circumstances.get(cache)?.links ?? []
    const told = links.filter(({ found, step }) => found && step > ended.step)
    return ended.delivered ? [ended, ...told] : told
  }

  /** What stalls add to what should have been over so long after `since`. */
  const stalled = (since: Milliseconds, until: Milliseconds): Milliseconds => {
    const those = stalls.filter(({ at }) => since <= at && at <= until)
    return those.reduce((sum, { took }) => sum + took, those.length > 0 ? 2 * timeout : 0)
  }

  const effectOf = (by: Invalidated, key: string, when: number): Moment | undefined => {
    const seen = server.effects.find(
      (one) => one.step > by.began && ends(one, by, key) && !undone(one.step, when),
    )
    const told = [...delivered(by), settled].find(({ step }) => step < when && !undone(step, when))
    return seen === undefined || (told !== undefined && told.step < seen.step) ? told : seen
  }

  return (by: Invalidated, birth: Birth, answer: Answered): boolean => {
    const { bound, keeps, serves, links } = circumstances.get(answer.cache) ?? NOBODY
    const effect = effectOf(by, birth.key, answer.began)
    if (effect === undefined || effect.step >= answer.began) return true
    if (birth.kind === 'set' && birth.stored !== undefined && birth.stored > effect.step) return true
    const link = links.findLast(({ step }) => step < answer.began)
    const foundSince = links.some(({ found, step }) => found && step > effect.step && step < answer.began)
    if (foundSince) return false
    if (serves && link?.found !== true) return true
    const asked = answer.beganAt
    if (asked <= effect.at + bound + stalled(effect.at, asked)) return true
    if (birth.stored !== undefined || birth.cache !== answer.cache) return false
    const { ended } = birth
    if (ended === undefined || ended.step > answer.began) return true
    return asked <= ended.at + keeps + stalled(ended.at, asked)
  }
}

const NOBODY: Circumstances = { bound: 0, keeps: 0, serves: false, bypasses: false, links: [] }
