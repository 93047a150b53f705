/**
 * What was done to several caches that share an L2, and the rule that says whether what they answered is legal.
 * Steps number all events; time is the clock's.
 */

/** Where a value comes from. */
export interface Birth {
  readonly id: number
  readonly kind: 'load' | 'set'
  readonly key: string
  readonly cache: string
  readonly began: number
  /** Of a set: when it resolved; `undefined` while it has not, or when L2 did not confirm it. */
  ended: number | undefined
}

export interface Invalidated {
  readonly what: string
  readonly cache: string
  readonly covers: (key: string) => boolean
  readonly mode: 'delete' | 'expire'
  /** Of a set: the value it brought. */
  readonly brought: number | undefined
  readonly began: number
  readonly ended: number
  readonly endedAt: number
}

export interface Answered {
  readonly cache: string
  readonly key: string
  readonly began: number
  readonly beganAt: number
  readonly id: number | undefined
  readonly outcome: string | undefined
}

export interface History {
  readonly births: Map<number, Birth>
  readonly invalidations: Invalidated[]
  readonly answers: Answered[]
  readonly log: string[]
}

export function createHistory(): History {
  return { births: new Map(), invalidations: [], answers: [], log: [] }
}

/**
 * A lookup that began after an invalidation had resolved (in another process: and after the bound) must not answer with a
 * value whose load began before that invalidation. Of two sets that overlap either may have come last.
 * @param bound how long a process may not know what another did
 * @returns what was illegal
 */
export function check(history: History, staleFor: number, bound: (cache: string) => number): string[] {
  const illegal: string[] = []
  for (const answer of history.answers) {
    if (answer.id === undefined) continue
    const birth = history.births.get(answer.id)
    if (birth === undefined || birth.key !== answer.key) {
      illegal.push(`${answer.cache} answered ${answer.key} with ${answer.id}, which is not a value of it`)
      continue
    }
    const by = history.invalidations.find((one) => voids(one, birth, answer, staleFor, bound))
    if (by === undefined) continue
    illegal.push(
      `[${answer.began}] ${answer.cache} answered ${answer.key} with ${birth.id} (${answer.outcome}), born at [${birth.began}] by a ${birth.kind} in ${birth.cache}; ${by.what} in ${by.cache} had invalidated it from [${by.began}] to [${by.ended}]`,
    )
  }
  return illegal
}

function voids(
  by: Invalidated,
  birth: Birth,
  answer: Answered,
  staleFor: number,
  bound: (cache: string) => number,
): boolean {
  if (!by.covers(birth.key) || by.brought === birth.id) return false
  if (by.ended >= answer.began) return false
  if (by.cache !== answer.cache && by.endedAt + bound(answer.cache) > answer.beganAt) return false
  if (by.mode === 'expire' && staleFor > 0 && answer.outcome !== 'hit_l1' && answer.outcome !== 'hit_l2')
    return false
  if (birth.began >= by.began) return false
  return birth.kind === 'load' || (birth.ended !== undefined && birth.ended < by.began)
}
