import { hash, timingSafeEqual } from 'node:crypto'
import { CacheError } from 'hitrate'
import { parse } from 'hono/utils/cookie'
import type { Authorize } from './authorize.ts'
import { createSessions, type Sessions } from './sessions.ts'

/** Lets a browser exchange the token for a session: with it, the monitor shows a sign-in page. */
export interface SignIn {
  /** Begins a session and gives its id; `undefined` when the token is wrong. */
  open(token: string): string | undefined
  /** Whether the request carries a session that lives. */
  has(request: Request): boolean
  /** Ends the session the request carries. */
  close(request: Request): void
}

/** An `authorize` that wants a token. It may be called by an `authorize` of one's own; `signIn` can be handed on too. */
export interface BearerToken extends Authorize {
  readonly signIn: SignIn
}

/** Name of the cookie that carries a session's id. */
export const SESSION_COOKIE = 'hitrate_session'

/** Printable ASCII without spaces: what a header can carry. */
const TOKEN = /^[!-~]{1,1024}$/

function digest(text: string): Buffer {
  return hash('sha256', text, 'buffer')
}

function sessionOf(request: Request): string | undefined {
  const cookie = request.headers.get('cookie')
  return cookie === null ? undefined : parse(cookie, SESSION_COOKIE)[SESSION_COOKIE]
}

/**
 * Lets those in who send `Authorization: Bearer <token>`, or who signed in with it in a browser, for every action.
 * Sessions live in this process, for 12 hours, 100 at the most; behind a load balancer without affinity use the header.
 * @param token 1 to 1024 printable ASCII characters without spaces; take a random one of 32
 * @param options.now Unix milliseconds; default the system's clock
 * @throws CacheError `invalid_option`
 */
export function bearerToken(token: string, options: { readonly now?: () => number } = {}): BearerToken {
  if (typeof token !== 'string' || !TOKEN.test(token)) {
    const given = typeof token === 'string' ? `${token.length} characters` : typeof token
    throw new CacheError(
      'invalid_option',
      `bearerToken: the token must be 1 to 1024 printable ASCII characters without spaces, got ${given}`,
    )
  }
  const expected = digest(token)
  // Hashes are compared: they are of equal length, so that not even the token's length shows in the time taken.
  const matches = (given: string): boolean => timingSafeEqual(digest(given), expected)
  const sessions: Sessions = createSessions(options.now ?? Date.now)

  const signIn: SignIn = {
    open: (given) => (matches(given) ? sessions.open() : undefined),
    has(request) {
      const id = sessionOf(request)
      return id !== undefined && sessions.has(id)
    },
    close(request) {
      const id = sessionOf(request)
      if (id !== undefined) sessions.close(id)
    },
  }
  const authorize: Authorize = (request) => {
    const given = /^Bearer +(\S+) *$/i.exec(request.headers.get('authorization') ?? '')?.[1]
    return (given !== undefined && matches(given)) || signIn.has(request)
  }
  return Object.assign(authorize, { signIn })
}
