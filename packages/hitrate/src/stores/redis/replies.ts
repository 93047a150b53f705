/**
 * Replies of the server, checked as they come in: a reply of another shape rejects the call (a counted `l2_error`).
 */
export function bytesOrNull(reply: unknown): Buffer | null {
  if (reply === null || Buffer.isBuffer(reply)) return reply
  throw unexpected('a bulk string', reply)
}

export function text(reply: unknown): string {
  if (typeof reply === 'string') return reply
  if (Buffer.isBuffer(reply)) return reply.toString('utf8')
  throw unexpected('text', reply)
}

export function integer(reply: unknown): number {
  const value = typeof reply === 'number' ? reply : Number(text(reply))
  if (Number.isFinite(value)) return value
  throw unexpected('a number', reply)
}

export function list(reply: unknown): readonly unknown[] {
  if (Array.isArray(reply)) return reply
  throw unexpected('an array', reply)
}

/**
 * Whether the server itself said no (`OOM ...`, `READONLY ...`): then it lives. By its text: the error's class is that of
 * whichever copy of the client the user has.
 */
export function isErrorReply(error: unknown): error is Error {
  return error instanceof Error && /^[A-Z]{3,}[A-Z0-9]* /.test(error.message)
}

/** What a script says of a key for which it failed: `failed`, and the error, which older servers begin with its place. */
export function failureOf([, said]: readonly unknown[]): Error {
  return new Error(text(said).replace(/^.*?: (?=[A-Z]{3,}[A-Z0-9]* )/, ''))
}

function unexpected(wanted: string, reply: unknown): Error {
  return new Error(`Redis answered ${reply === null ? 'null' : typeof reply} where ${wanted} was expected`)
}

export function miscounted(answers: number, keys: number): Error {
  return new Error(`Redis answered ${answers} times about ${keys} keys`)
}
