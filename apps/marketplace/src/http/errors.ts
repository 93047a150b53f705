import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { CacheError } from 'hitrate'
import { badInput, HttpProblem, type Problem, problemText, sendProblem, shown } from './problem.ts'

/** Answers every error of the application and of Fastify itself as problem JSON. */
export function answerErrors(app: FastifyInstance): void {
  app.setErrorHandler(answerError)
  app.setNotFoundHandler((request, reply) =>
    sendProblem(reply, {
      status: 404,
      detail: `Nothing is at ${shown(request.url)}; GET /api lists what there is`,
    }),
  )
}

export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = problemOf(error, request)
  if (problem.status >= 500) request.log.error({ reqId: request.id, err: error }, 'a request failed')
  return sendProblem(reply, problem)
}

/**
 * Answers what never became a request: Node could not read it, or it took too long to arrive. Fastify by itself answers
 * in another shape.
 */
export function answerUnreadable(error: { readonly code: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const problem = UNREADABLE[error.code] ?? {
    status: 400,
    detail: 'This is no HTTP request that can be read',
  }
  const body = problemText(problem)
  socket.end(
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\n` +
      `Content-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` +
      `Connection: close\r\n\r\n${body}`,
    () => socket.destroy(),
  )
}

/** By Node's code of the error. */
const UNREADABLE: Readonly<Record<string, Problem>> = {
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, detail: 'The request took too long to arrive' },
  HPE_HEADER_OVERFLOW: { status: 431, detail: 'The headers are too large' },
}

function problemOf(error: unknown, request: FastifyRequest): Problem {
  if (error instanceof HttpProblem) return error.problem
  if (error instanceof CacheError && (error.code === 'load_timeout' || error.code === 'overloaded')) {
    return { status: 503, detail: 'The shop is too busy to answer; try again later' }
  }
  if (isFastifyError(error)) {
    const [first] = error.validation ?? []
    if (first !== undefined) return invalidInput(first, error.validationContext ?? 'request')
    if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
      const given = request.headers['content-type'] ?? ''
      return { ...badInput('content-type', given, 'application/json'), status: 415 }
    }
    // Fastify's own: malformed JSON, a body that is too large, a URL it can't decode.
    if (error.statusCode !== undefined && error.statusCode < 500) {
      return { status: error.statusCode, detail: error.message }
    }
  }
  return { status: 500, detail: 'The shop failed; its log says why' }
}

function isFastifyError(error: unknown): error is FastifyError {
  return error instanceof Error && 'code' in error
}

/** What Ajv found: with its option `verbose` also the value, and the schema it doesn't fit. */
interface Finding {
  readonly keyword: string
  readonly instancePath: string
  readonly params: Readonly<Record<string, unknown>>
  readonly data?: unknown
  readonly parentSchema?: {
    readonly description?: string
    readonly properties?: Readonly<Record<string, { readonly description?: string }>>
  }
}

function invalidInput(finding: Finding, context: string): Problem {
  const { keyword, instancePath, params, data, parentSchema } = finding
  const known = parentSchema?.properties ?? {}
  if (keyword === 'additionalProperties') {
    const name = String(params.additionalProperty)
    const accepted = Object.keys(known).join(', ') || 'none'
    const place = context === 'body' ? 'members of the body' : 'query parameters'
    return {
      status: 400,
      detail: `${name} is not known; ${place} accepted: ${accepted}`,
      parameter: name,
      accepted,
    }
  }
  if (keyword === 'required') {
    const name = String(params.missingProperty)
    return badInput(name, undefined, known[name]?.description ?? 'a value')
  }
  // A body that isn't there reaches its schema as null.
  const value = instancePath === '' ? (data ?? undefined) : data
  return badInput(instancePath.slice(1) || context, value, parentSchema?.description ?? 'something else')
}
