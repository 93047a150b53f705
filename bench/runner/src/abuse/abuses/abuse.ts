import type { Answer } from './answer.ts'
import type { Tally } from './tally.ts'

/** Whom an abuse is aimed at, on this machine. */
export interface Target {
  readonly port: number
  /** The right one, which somebody who abuses may well have. */
  readonly token: string
}

/** One way to abuse a monitor. */
export interface Abuse {
  /** For readers: what is sent, and how often. */
  readonly about: string
  /** Answers that have to come, as they are tallied, each at least once: else nothing was tried. */
  readonly expected: readonly string[]
  begin(target: Target, tally: Tally): Abusing
}

/** An abuse that is under way. */
export interface Abusing {
  /** Ends it, and counts what is still without an answer. */
  stop(): Promise<void>
}

/** What is wrong with an answer; `undefined`: it is right. */
export type Judge = (answer: Answer) => string | undefined

/** Where the monitor is. */
export const BASE = '/api/v1/cache'

/** An answer of one of these, and a problem where it is a refusal. */
export function isOneOf(...statuses: readonly number[]): Judge {
  return ({ status, headers, text }) => {
    if (!statuses.includes(status)) return `answered ${status}, not ${statuses.join(' or ')}`
    const isProblem = headers['content-type'] === 'application/problem+json'
    return status >= 400 && text !== '' && !isProblem ? `${status} is no problem JSON` : undefined
  }
}
