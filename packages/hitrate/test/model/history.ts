import type { Clock } from '../../src/clock.ts'
import type { Milliseconds } from '../../src/units.ts'

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
  /** Of a load: when the origin answered; of a set: when it resolved. `undefined` until then. */
  ended: Moment | undefined
  /** When L2 took it; `undefined`: it never did, or nobody looked. */
  stored: number | undefined
}

export interface Moment {
  readonly step: number
  readonly at: Milliseconds
}

export interface Invalidated {
  readonly what: string
  readonly cache: string
  readonly covers: (key: string) => boolean
  /** What it tells L2 to remove. */
  readonly order: { readonly kind: 'key' | 'tag' | 'pattern'; readonly name: string }
  readonly mode: 'delete' | 'expire'
  /** Of a set: the value it brought. */
  readonly brought: number | undefined
  readonly began: number
  /** When it resolved; `undefined` until then. */
  ended: (Moment & { readonly delivered: boolean }) | undefined
}

export interface Answered {
  readonly cache: string
  readonly key: string
  readonly began: number
  readonly beganAt: Milliseconds
  readonly ended: number
  readonly id: number | undefined
  readonly outcome: string | undefined
}

export interface History {
  readonly births: Map<number, Birth>
  readonly invalidations: Invalidated[]
  readonly answers: Answered[]
  readonly log: string[]
  /** Something happens: its number in the order of events. */
  note(what: string): number
}

export function createHistory(clock: Clock): History {
  const log: string[] = []
  return {
    births: new Map(),
    invalidations: [],
    answers: [],
    log,
    note: (what) => log.push(`[${log.length + 1}] +${clock.now()} ${what}`),
  }
}

/** Whether a process may still not know what another did. */
export type Unaware = (by: Invalidated, birth: Birth, answer: Answered) => boolean

/**
 * A lookup that began after an invalidation had resolved, delivered or not, must not answer with a value whose load began
 * before that invalidation; nor must one in another process, unless it may be unaware. What was expired may be answered
 * as stale. Of two sets that overlap either may have come last.
 * @returns what was illegal
 */
export function check(history: History, staleFor: Milliseconds, unaware: Unaware): string[] {
  const illegal: string[] = []
  for (const answer of history.answers) {
    if (answer.id === undefined) continue
    const birth = history.births.get(answer.id)
    if (birth === undefined || birth.key !== answer.key) {
      illegal.push(`${answer.cache} answered ${answer.key} with ${answer.id}, which is not a value of it`)
      continue
    }
    const voids = (by: Invalidated): boolean => {
      if (!invalidates(by, birth)) return false
      if (by.mode === 'expire' && staleFor > 0 && answer.outcome === 'stale') return false
      if (by.cache !== answer.cache) return !unaware(by, birth, answer)
      return by.ended !== undefined && by.ended.step < answer.began
    }
    const by = history.invalidations.find(voids)
    if (by === undefined) continue
    illegal.push(
      `[${answer.began}] ${answer.cache} answered ${answer.key} with ${birth.id} (${answer.outcome}), born at [${birth.began}] by a ${birth.kind} in ${birth.cache}; ${by.what} in ${by.cache} had invalidated it from [${by.began}] to [${by.ended?.step}]`,
    )
  }
  return illegal
}

function invalidates(by: Invalidated, birth: Birth): boolean {
  if (!by.covers(birth.key) || by.brought === birth.id || birth.began >= by.began) return false
  return birth.kind === 'load' || (birth.ended !== undefined && birth.ended.step < by.began)
}
