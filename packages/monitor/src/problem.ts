import { STATUS_CODES } from 'node:http'
import type { ProblemAnswer } from './contract/answers.ts'
import { withStanding } from './headers.ts'
import type { WholeAnswer } from './whole-answer.ts'

/** What a problem says beyond its status. */
export type ProblemMembers = Partial<Omit<ProblemAnswer, 'type' | 'title' | 'status' | 'detail'>>

/** A request that is not answered as asked; thrown anywhere while answering, it becomes `application/problem+json`. */
export class Refusal extends Error {
  readonly status: number
  readonly members: ProblemMembers
  readonly headers: Readonly<Record<string, string>>

  /** @param detail one sentence for a person: what was given, what is accepted, what to do */
  constructor(
    status: number,
    detail: string,
    members: ProblemMembers = {},
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail)
    this.status = status
    this.members = members
    this.headers = headers
  }
}

/** The refusal as RFC 9457 wants it. */
export function problemOf(refusal: Refusal): WholeAnswer {
  const problem: ProblemAnswer = {
    type: 'about:blank',
    title: STATUS_CODES[refusal.status] ?? 'Error',
    status: refusal.status,
    detail: refusal.message,
    ...refusal.members,
  }
  return {
    status: refusal.status,
    headers: withStanding({ ...refusal.headers, 'content-type': 'application/problem+json' }),
    body: JSON.stringify(problem),
  }
}

/** What was given, as it is shown back: whole when it is short, else the beginning of its JSON. */
function shown(value: unknown): unknown {
  const text = JSON.stringify(value) ?? ''
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : value
}

const MAX_SHOWN = 200

/** 400 for one input: names it, says what was given and what is accepted. */
export function badInput(parameter: string, value: unknown, accepted: string): Refusal {
  const given = shown(value)
  const named = shown(parameter)
  const detail = `${named}: ${JSON.stringify(given) ?? 'nothing'} is not accepted; accepted: ${accepted}`
  return new Refusal(400, detail, {
    parameter: String(named),
    accepted,
    ...(given === undefined ? {} : { value: given }),
  })
}
