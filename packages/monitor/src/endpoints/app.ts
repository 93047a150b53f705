import { OpenAPIHono, type z } from '@hono/zod-openapi'
import type { MiddlewareHandler } from 'hono'
import type { Access, Grant } from '../access/access.ts'
import type { Action } from '../access/authorize.ts'
import { withJsonBody } from '../body.ts'
import type { ProblemAnswer } from '../contract/answers.ts'
import { refuseInput } from '../contract/refuse-input.ts'
import { problemSchema } from '../contract/schemas.ts'
import type { Connection } from '../live/connection.ts'
import type { Respond } from '../whole-answer.ts'

/** What an adapter tells beside the request. */
export interface RequestContext {
  /** Address of the other end of the connection; never from a header. Unknown is treated as not on this machine. */
  readonly remoteAddress?: string | undefined
  /**
   * The body, where the framework has already consumed it: parsed, or as text or bytes. `undefined`: it is still to be
   * read from the request.
   */
  readonly body?: unknown
  /**
   * For `GET /stream`, and for bodies that are too large. Without it a stream doesn't learn that its server is closing, and
   * what is left of a body is read for nothing.
   */
  readonly connection?: Connection | undefined
  /** How an answer is sent whose body lies in memory as a whole. Default: as any other, as a stream of the web. */
  readonly respond?: Respond | undefined
}

/** The types of what goes through the app. */
export interface AppEnv {
  Bindings: RequestContext
  Variables: { grant: Grant }
}

export type MonitorApp = OpenAPIHono<AppEnv>

/** Lets a request through to its endpoint when `access` allows the action; before anything of it is looked at. */
export type Permit = (action: Action) => MiddlewareHandler<AppEnv>

export function permitWith(access: Access): Permit {
  return (action) => async (c, next) => {
    c.set('grant', await access.grant(c.req.raw, action, { remoteAddress: c.env.remoteAddress }))
    await next()
  }
}

/** Reads and checks a JSON body; stands after `permit`. */
export const jsonBody: MiddlewareHandler<AppEnv> = async (c, next) => {
  c.req.raw = await withJsonBody(c.req.raw, c.env.body)
  await next()
}

/** @param getPath the path of a request below the mount */
export function createApp(getPath: (request: Request) => string): MonitorApp {
  return new OpenAPIHono<AppEnv>({
    getPath,
    defaultHook: (result, c) => (result.success ? undefined : refuseInput(c, result.target, result.error)),
  })
}

interface JsonResponse<S extends z.ZodType> {
  readonly description: string
  readonly content: { readonly 'application/json': { readonly schema: S } }
}

/** An answer in JSON, for the contract. */
export function answer<S extends z.ZodType>(description: string, schema: S): JsonResponse<S> {
  return { description, content: { 'application/json': { schema } } }
}

interface ProblemResponse {
  readonly description: string
  readonly content: { readonly 'application/problem+json': { readonly schema: z.ZodType<ProblemAnswer> } }
}

/** A refusal, for the contract. */
export function problem(description: string): ProblemResponse {
  return { description, content: { 'application/problem+json': { schema: problemSchema } } }
}

/** The refusals every endpoint may answer with. */
export const REFUSALS: Readonly<Record<400 | 401 | 403 | 429 | 500, ProblemResponse>> = {
  400: problem('An input is not acceptable'),
  401: problem('A token is needed'),
  403: problem('Not allowed'),
  429: problem('Too many requests wait; `Retry-After` says when to come back'),
  500: problem('The monitor failed'),
}
