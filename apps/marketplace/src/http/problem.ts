import { STATUS_CODES } from 'node:http'
import type { FastifyReply } from 'fastify'

/** An error as RFC 9457 wants it; `parameter`, `value` and `accepted` where one input is to blame. */
export interface Problem {
  readonly status: number
  /** One sentence for a person: what was given, what is accepted. */
  readonly detail: string
  readonly parameter?: string
  readonly value?: unknown
  readonly accepted?: string
}

/** Thrown by a handler to answer with a problem. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem'
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.detail)
    this.problem = problem
  }
}

/** 404 for something that was asked for by its name. */
export function notFound(kind: string, parameter: string, value: string): HttpProblem {
  return new HttpProblem({ status: 404, detail: `There is no ${kind} ${shown(value)}`, parameter, value })
}

/** What is wrong with one input: names it, says what was given and what is accepted. */
export function badInput(parameter: string, value: unknown, accepted: string): Problem {
  const given = value === undefined ? 'is missing' : `${shown(value)} is not accepted`
  return {
    status: 400,
    detail: `${parameter}${value === undefined ? ' ' : ': '}${given}; accepted: ${accepted}`,
    parameter,
    ...(value === undefined ? {} : { value: short(value) }),
    accepted,
  }
}

/** The problem as JSON text. */
export function problemText(problem: Problem): string {
  return JSON.stringify({ type: 'about:blank', title: STATUS_CODES[problem.status] ?? 'Error', ...problem })
}

export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply.status(problem.status).type('application/problem+json').send(problemText(problem))
}

/** Longest part of an input that an answer repeats. */
const MAX_SHOWN = 80

function short(value: unknown): unknown {
  return typeof value === 'string' && value.length > MAX_SHOWN ? `${value.slice(0, MAX_SHOWN)}…` : value
}

/** A value as a sentence may repeat it: as JSON, cut short. */
export function shown(value: unknown): string {
  const text = JSON.stringify(short(value)) ?? 'nothing'
  return text.length > 2 * MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text
}
