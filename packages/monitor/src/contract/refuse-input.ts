import type { Context } from 'hono'
import { badInput } from '../problem.ts'

/** As much of a validation error as is needed here; zod's fits. Messages say what is accepted. */
interface InputError {
  readonly issues: readonly InputIssue[]
}

interface InputIssue {
  readonly path: readonly PropertyKey[]
  readonly message: string
  /** Names that are not known, in the object at `path`. */
  readonly keys?: readonly string[]
}

/** What a validator looked at, as it was given. */
async function givenOf(c: Context, target: string): Promise<unknown> {
  if (target === 'json') return c.req.json()
  return Object.fromEntries(
    Object.entries(c.req.queries()).map(([name, values]) => [name, values.length === 1 ? values[0] : values]),
  )
}

function dig(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, step) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, step) : undefined),
    value,
  )
}

/** Turns the first thing wrong with a query or a body into a 400 that names it, what was given and what is accepted. */
export async function refuseInput(c: Context, target: string, error: InputError): Promise<never> {
  const [issue] = error.issues
  const path = [...(issue?.path ?? []), ...(issue?.keys?.slice(0, 1) ?? [])]
  const value = dig(await givenOf(c, target), path)
  const accepted = issue?.message ?? 'see openapi.json'
  const repeated = target === 'query' && Array.isArray(value) && issue?.keys === undefined
  throw badInput(path.map(String).join('.') || 'body', value, repeated ? `${accepted}, given once` : accepted)
}
