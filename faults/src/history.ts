/**
 * What was done in several processes that share an L2, and the rule that says whether what they answered is legal. All
 * times are `machineNow()`: one clock for all processes of a machine.
 */

/** Where a value comes from. Every load and every set brings a value of its own, so a value tells its birth. */
export interface Birth {
  readonly id: string
  readonly kind: 'load' | 'set'
  readonly key: string
  readonly process: string
  readonly began: number
  /** When the load or set was over; of a set that L2 did not confirm, `undefined`. */
  ended: number | undefined
}

/** An invalidation that resolved; a set is one too. */
export interface Invalidated {
  readonly what: string
  readonly by: InvalidatedBy
  readonly process: string
  readonly covers: Coverage
  readonly mode: 'delete' | 'expire'
  /** Of a set: the value it brought. */
  readonly brought: string | undefined
  readonly began: number
  readonly ended: number
  readonly delivered: boolean
}

/** What it is done to: the entries themselves, or a marker that all of them are judged by. */
export type InvalidatedBy = 'key' | 'pattern' | 'tag' | 'all'

/** The keys that were invalidated: one; those that begin so; all of them. */
export type Coverage = { readonly key: string } | { readonly prefix: string }

/** A lookup that was answered; `id` is that of the value it got. */
export interface Answered {
  readonly process: string
  readonly key: string
  readonly began: number
  readonly ended: number
  readonly id: string | undefined
  readonly outcome: string | undefined
}

export interface History {
  readonly births: readonly Birth[]
  readonly invalidations: readonly Invalidated[]
  readonly answers: readonly Answered[]
}

/** What is asked of the processes. */
export interface Terms {
  /** For so long after an invalidation has resolved another process may not know of it. */
  readonly bound: number
  /** Whether the bound holds for a lookup of that process that began then: it does not while its link is lost. */
  readonly excused?: (process: string, at: number) => boolean
}

/** One lookup that got what it must not get, with what makes it illegal. */
export interface Illegal {
  readonly answer: Answered
  readonly birth: Birth
  readonly by: Invalidated
}

/**
 * A lookup that began after an invalidation had resolved (in another process: and after the bound) must not answer with
 * a value whose load began before that invalidation. Of two sets that overlap either may have come last. Who invalidated
 * keeps to it at once, whether it was delivered or not; the others must know of what was delivered.
 */
export function check(history: History, terms: Terms): Illegal[] {
  const births = new Map(history.births.map((birth) => [birth.id, birth]))
  const relevant = byKey(history)
  return history.answers.flatMap((answer) => {
    if (answer.id === undefined) return []
    const birth = births.get(answer.id)
    if (birth?.key !== answer.key) throw new Error(`${answer.process} got ${answer.id} for ${answer.key}`)
    const by = relevant(answer.key).find((one) => voids(one, birth, answer) && mustKnow(one, answer, terms))
    return by === undefined ? [] : [{ answer, birth, by }]
  })
}

/** The last lookups, when everything must have reached everybody. */
export function whenAllIsDelivered(before: History, last: History): History {
  return {
    births: [...before.births, ...last.births],
    invalidations: before.invalidations.map((one) => ({ ...one, delivered: true })),
    answers: last.answers,
  }
}

/** How long after an invalidation had resolved the last lookup began that still got what it voided; 0: none did. */
export function staleness(history: History): number[] {
  const births = new Map(history.births.map((birth) => [birth.id, birth]))
  const answers = Map.groupBy(history.answers, ({ key }) => key)
  return history.invalidations
    .filter(({ delivered }) => delivered)
    .map((by) => {
      let last = 0
      for (const [key, those] of answers) {
        if (!covers(by, key)) continue
        for (const answer of those) {
          const birth = births.get(answer.id ?? '')
          if (birth !== undefined && voids(by, birth, answer)) last = Math.max(last, answer.began - by.ended)
        }
      }
      return last
    })
}

function byKey({ invalidations }: History): (key: string) => readonly Invalidated[] {
  const known = new Map<string, readonly Invalidated[]>()
  return (key) => {
    const found = known.get(key) ?? invalidations.filter((one) => covers(one, key))
    known.set(key, found)
    return found
  }
}

export function covers({ covers: coverage }: Invalidated, key: string): boolean {
  return 'key' in coverage ? coverage.key === key : key.startsWith(coverage.prefix)
}

function voids(by: Invalidated, birth: Birth, answer: Answered): boolean {
  if (by.brought === birth.id || by.ended >= answer.began || birth.began >= by.began) return false
  // An expired value may be served as stale; only a hit says that it is fresh.
  if (by.mode === 'expire' && answer.outcome !== 'hit_l1' && answer.outcome !== 'hit_l2') return false
  return birth.kind === 'load' || (birth.ended !== undefined && birth.ended < by.began)
}

function mustKnow(by: Invalidated, answer: Answered, { bound, excused }: Terms): boolean {
  if (by.process === answer.process) return true
  return by.delivered && by.ended + bound < answer.began && excused?.(answer.process, answer.began) !== true
}

/** The illegal lookup and all that happened to its key around it, in the order in which it began. */
export function describeIllegal({ answer, birth, by }: Illegal, history: History): string {
  const at = (time: number | undefined): string =>
    time === undefined ? 'never' : `${(time - birth.began).toFixed(3)} ms`
  const lines = [
    ...history.births
      .filter(({ key }) => key === answer.key)
      .map((one) => [one.began, `${one.process} ${one.kind} ${one.id}, until ${at(one.ended)}`] as const),
    ...history.invalidations
      .filter((one) => covers(one, answer.key))
      .map(
        (one) =>
          [
            one.began,
            `${one.process} ${one.what}, until ${at(one.ended)}, delivered ${one.delivered}`,
          ] as const,
      ),
    ...history.answers
      .filter(({ key }) => key === answer.key)
      .map(
        (one) =>
          [one.began, `${one.process} asked, got ${one.id} (${one.outcome}) at ${at(one.ended)}`] as const,
      ),
  ]
    .filter(([time]) => time >= birth.began - 1_000 && time <= answer.ended)
    .sort(([left], [right]) => left - right)
    .map(([time, what]) => `  +${at(time)}  ${what}`)
  const headline = `${answer.process} got ${birth.id} for ${answer.key} (${answer.outcome}) at +${at(answer.began)}, ${(answer.began - by.ended).toFixed(3)} ms after ${by.process} ${by.what} had resolved; it was born before that began`
  return [headline, ...lines.slice(-60)].join('\n')
}
