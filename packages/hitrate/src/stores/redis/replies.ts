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
 * Whether the server itself refused, which is an answer too: its errors begin with a code in capitals, those of the
 * client don't. Not told by class, which differs between copies of the redis package.
 */
export function isErrorReply(error: unknown): error is Error {
  return error instanceof Error && /^[A-Z]{2,} /.test(error.message)
}

function unexpected(wanted: string, reply: unknown): Error {
  return new Error(`Redis answered ${reply === null ? 'null' : typeof reply} where ${wanted} was expected`)
}
