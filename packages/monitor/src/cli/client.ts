import { EXIT, Failure } from './failure.ts'

/** How long the monitor may take to answer. */
const TIMEOUT_MS = 10_000

const MOUNT_HINT = '(--url takes the path at which the monitor is mounted)'

/** An answer, as text for scripts and parsed for people. */
export interface Answered<T> {
  readonly text: string
  readonly value: T
}

/** Asks one monitor. Both throw `Failure`. */
export interface Client {
  /** @param fields without which it is no answer of a monitor */
  get<T extends object>(path: string, fields: readonly (keyof T & string)[]): Promise<Answered<T>>
  post<T extends object>(
    path: string,
    body: object,
    fields: readonly (keyof T & string)[],
  ): Promise<Answered<T>>
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What a refusal says, where it is one of a monitor (`ProblemAnswer`). */
function detailOf(answer: unknown): string | undefined {
  if (!isObject(answer) || !('detail' in answer)) return undefined
  return typeof answer.detail === 'string' ? answer.detail : undefined
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError')
    return `no answer within ${TIMEOUT_MS / 1_000} s`
  const cause = error instanceof Error ? error.cause : undefined
  if (isObject(cause) && 'code' in cause && typeof cause.code === 'string') return cause.code
  const told = cause ?? error
  return told instanceof Error ? told.message : String(told)
}

export function createClient(base: string, token: string | undefined): Client {
  const headers: Record<string, string> = { accept: 'application/json' }
  if (token !== undefined) headers.authorization = `Bearer ${token}`

  const ask = async <T extends object>(
    path: string,
    init: RequestInit,
    fields: readonly string[],
  ): Promise<Answered<T>> => {
    let response: Response
    let text: string
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MS)
      response = await fetch(`${base}${path}`, { redirect: 'manual', signal, ...init })
      text = await response.text()
    } catch (error) {
      throw new Failure(EXIT.failed, `${base} can't be reached: ${reasonOf(error)}`, true)
    }
    const answer: unknown = parsed(text)
    if (!response.ok) {
      const detail = detailOf(answer)
      const status = `${base}${path} answered ${response.status}`
      if (response.status === 400 && detail !== undefined) throw new Failure(EXIT.usage, detail)
      const hint = response.status === 404 || detail === undefined ? ` ${MOUNT_HINT}` : ''
      throw new Failure(EXIT.failed, `${status}: ${detail ?? 'no monitor'}${hint}`, response.status >= 500)
    }
    if (!isObject(answer) || !fields.every((field) => field in answer)) {
      throw new Failure(EXIT.failed, `${base}${path} did not answer as a monitor does ${MOUNT_HINT}`)
    }
    const value: T = JSON.parse(text)
    return { text, value }
  }
  return {
    get: (path, fields) => ask(path, { headers }, fields),
    post: (path, body, fields) =>
      ask(
        path,
        {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json' },
          body: JSON.stringify(body),
        },
        fields,
      ),
  }
}
